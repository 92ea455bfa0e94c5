"""Verbs of a Story about commands that are not the city's, or not for now: an attacker's broker."""

from __future__ import annotations

from typing import Any

from sim.bus.city import City

_ANSWER_MS = 20_000
_THIEF = 7


class Attacked:
    """A part of Story, which has what is declared here."""

    rig: Any
    city: City
    _timeline: Any
    _asks: Any
    _pass: Any

    def hears_again(self, name: str, payload: bytes) -> str:
        """Somebody who read a command on the network publishes it once more -> the answer."""
        return self._sent(f"cmd/{name} is played to it again", name, payload)

    def hears_forged(self, name: str) -> str:
        """Somebody who may publish, and has a key of his own -> the answer."""
        forged = City(_THIEF).command(name, n=self.city.n + 100)
        return self._sent(f"a forged cmd/{name} reaches it", name, forged)

    def hears_unsigned(self, name: str) -> str:
        return self._sent(f"cmd/{name} without a signature", name, b'{"v":1,"id":"a"}')

    def hears_other(self, name: str, bus: str) -> str:
        """A command that the city signed for another bus -> the answer."""
        command = self.city.command(name, to=f"laemchabang/{bus}")
        return self._sent(f"cmd/{name} for {bus} is sent to it", name, command)

    def hears_late(self, name: str, minutes: float) -> str:
        """A command whose time ended so many minutes ago -> the answer."""
        now_s = self.rig.bus.snapshot.utc_ms // 1000
        command = self.city.command(name, until_s=now_s - round(minutes * 60))
        return self._sent(f"cmd/{name} comes {minutes:g} min too late", name, command)

    def hears_retained(self, name: str) -> str:
        """A right command that was left on the broker, at the next connection -> the answer."""
        self._timeline.tell(f"cmd/{name} lies on the broker as a retained message")
        root = f"schoolbus/{self.rig.config['fleet']}/{self.rig.config['bus']}/"
        self.rig.peer.retained[f"{root}cmd/{name}"] = self.city.command(name)
        seen = len(self.rig.peer.city)
        self.rig.network.reset()
        self._pass(_ANSWER_MS)
        said = [text for _, topic, text in self.rig.peer.city[seen:] if topic == root + "reply"]
        return said[-1].decode() if said else ""

    def is_flooded(self, name: str, seconds: int, each_s: int = 10) -> None:
        """So many forged commands a second, nothing awaited."""
        self._timeline.tell(f"{each_s} forged commands a second reach it, for {seconds} s")
        thief = City(_THIEF)
        topic = f"schoolbus/{self.rig.config['fleet']}/{self.rig.config['bus']}/cmd/{name}"
        for number in range(seconds * each_s):
            self.rig.peer.publish(topic, thief.command(name, n=10_000 + number, ident=f"f{number}"))
            self._pass(1000 // each_s)

    def _sent(self, what: str, name: str, payload: bytes) -> str:
        self._timeline.tell(what)
        answer = self._asks(name, payload)
        self._timeline.answer(answer["message"])
        return answer["message"]
