"""Verbs of a Story that need a map: the policy arrives, the bus drives to a place of it."""

from __future__ import annotations

import json
import math
from typing import Any

from sim.stories.straight_policy import START
from sim.stories.straight_road import StraightRoad
from sim.stories.timeline import Timeline
from sim.world.roads import offset_m
from station.policy.parts import Parts

_ANSWER_MS = 30_000
_BRAKING_MSS = 1.8  # as sim/stories/straight_road.py


class OnTheMap:
    """A part of Story, which has what is declared here."""

    rig: Any
    city: Any
    world: Any
    _road: StraightRoad
    _timeline: Timeline
    _pass: Any
    _reach: Any
    _stand: Any

    def receives_policy(self, pack: dict[str, Any] | str) -> str:
        """The city sends it part by part, waiting for each answer -> the last answer's sentence."""
        parts = Parts(pack if isinstance(pack, str) else json.dumps(pack))
        self._timeline.tell(f"the city sends a policy in {len(parts)} parts")
        offer = self.city.command("policy", parts.offer, ident="policy-0")
        answer = self._asks("policy", offer)
        for number in range(1, len(parts) + 1):
            if not answer["ok"]:
                break
            answer = self._asks("part", parts.payload(number, f"policy-{number}").encode())
        self._timeline.answer(answer["message"])
        self._pass(5000)
        return answer["message"]

    def drives_to(self, metres: float, speed_kmh: float = 50) -> None:
        """Drives on along the road and halts so many metres from the start of the story."""
        self._timeline.tell(f"drives to metre {metres:g} at {speed_kmh:g} km/h")
        self.world.turn_ignition(True)
        braking_m = (speed_kmh / 3.6) ** 2 / 2 / _BRAKING_MSS
        self.passes(metres - braking_m, speed_kmh, tell=False)
        self._stand()

    def passes(self, metres: float, speed_kmh: float = 50, tell: bool = True) -> None:
        """Drives on to that place, and does not halt."""
        if tell:
            self._timeline.tell(f"drives past metre {metres:g} at {speed_kmh:g} km/h")
        self._road.set_speed(speed_kmh)
        while self._driven_m() < metres:
            self._pass(100)

    def turns_off(self, degrees: int) -> None:
        """Leaves the road: so many degrees to the right."""
        self._timeline.tell(f"turns {abs(degrees)} degrees {'right' if degrees > 0 else 'left'}")
        self._road.turn(degrees)

    def _driven_m(self) -> float:
        return math.hypot(*offset_m(*START, self.world.lat_e7, self.world.lon_e7))

    def _asks(self, name: str, payload: bytes) -> dict[str, Any]:
        """A command, and its answer."""
        config = self.rig.config
        root = f"schoolbus/{config['fleet']}/{config['bus']}/"
        wanted = json.loads(payload)["id"]
        seen = len(self.rig.peer.city)
        self.rig.peer.publish(f"{root}cmd/{name}", payload)
        for _ in range(_ANSWER_MS // 100):
            self._pass(100)
            for _, topic, said in self.rig.peer.city[seen:]:
                if topic == root + "reply" and json.loads(said)["id"] == wanted:
                    return json.loads(said)
        raise AssertionError(f"cmd/{name} was not answered")
