"""The uplink on real sockets: the real dialer, the wall clock, a real broker behind it."""

from __future__ import annotations

import threading
import time

import paho.mqtt.client as mqtt
from uplinked import ROOT, Radio, Records

from drivers.dial import Dialer
from firmware import config
from firmware.journal import ALARM, TRACK
from firmware.uplink import Uplink

_NAP_S = 0.001


class City:
    """A subscriber with a persistent session, as the station is."""

    def __init__(self, host: str, port: int, client_id: str = "city"):
        self.heard: list[tuple[str, bytes, bool]] = []
        """(topic, payload, retained) in the order of arrival."""
        self._ready = threading.Event()
        self._id, self._address = client_id, (host, port)
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(ROOT + "#", 1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._message
        self._client.connect(host, port, keepalive=10)
        self._client.loop_start()
        assert self._ready.wait(10), "no subscription"

    def say(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1).wait_for_publish(10)

    def leave(self, forget: bool = False) -> None:
        """Good-bye; the session stays with the broker unless it is to forget it."""
        self._client.disconnect()
        self._client.loop_stop()
        if forget:
            again = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=self._id)
            again.connect(*self._address)
            again.loop(0.1)
            again.disconnect()

    def waits_for(self, happened, within_s: float = 10) -> None:
        """AssertionError if it did not happen in time."""
        until = time.monotonic() + within_s
        while not happened():
            assert time.monotonic() < until
            time.sleep(0.01)

    def topics(self) -> list[str]:
        return [topic.removeprefix(ROOT) for topic, _, _ in self.heard]

    def _message(self, client, data, message) -> None:
        self.heard.append((message.topic, message.payload, message.retain))


class LiveUplink(Records):
    """ms of the wall clock; everything else as Uplinked."""

    def __init__(self, host: str, port: int, **broker):
        super().__init__()
        self.config = config.defaults()
        self.config.update(fleet="laemchabang", bus="bus-1")
        # Shorter times than bus.json may name: a test has no minute to wait.
        self.config["broker"].update(
            {"host": host, "port": port, "backoff_max_s": 1, "ack_timeout_s": 5, **broker}
        )
        self._start_s = time.monotonic()
        self._turns_ms: list[float] = []
        self.radio = Radio()
        self.uplink = Uplink(self.config, self.journal, self.radio, Dialer(), self.status)

    @property
    def now_ms(self) -> int:
        return int((time.monotonic() - self._start_s) * 1000)

    def turn(self) -> None:
        began = time.perf_counter()
        busy = self.uplink.turn(self.now_ms)
        self._turns_ms.append((time.perf_counter() - began) * 1000)
        self.journal.housekeep(self.now_ms)
        if not busy:
            time.sleep(_NAP_S)

    def run_until(self, happened, within_s: float) -> float:
        """-> seconds that it took. AssertionError if it didn't happen in time."""
        began = time.monotonic()
        while not happened():
            assert time.monotonic() - began < within_s, (
                f"not within {within_s} s; last failure: {self.uplink.failure}"
            )
            self.turn()
        return time.monotonic() - began

    def slowest_turns_ms(self) -> tuple[float, float]:
        """(the time that 99 % of all turns stay below, the worst)."""
        turns = sorted(self._turns_ms)
        return turns[len(turns) * 99 // 100], turns[-1]

    def hang_up(self) -> None:
        """Close what is open, as when the power goes."""
        self.uplink._link.close("the test is over")

    def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()

    def drain(self, within_s: float = 10) -> float:
        return self.run_until(self.drained, within_s)

    def check(self, city: City, within_s: float = 5) -> None:
        """P2 at the city: every record, once after de-duplication, each lane in order."""
        wanted = len(self.appended[ALARM]) + len(self.appended[TRACK])

        def all_there() -> bool:
            return sum(len(self.arrived_at(city, lane)) for lane in (ALARM, TRACK)) == wanted

        self.run_until(all_there, within_s)
        for lane in (ALARM, TRACK):
            assert self.arrived_at(city, lane) == self.appended[lane]

    def arrived_at(self, city: City, lane: int) -> list[int]:
        """seqs of a lane in the order in which the city first heard them."""
        heard = [(topic, payload) for topic, payload, _ in list(city.heard)]
        return list(dict.fromkeys(self.arrived(lane, heard)))
