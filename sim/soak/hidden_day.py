"""A day on which a child is left behind, and its seat, the key or a wire hides it.

The ride and the parking are those of left_day.py, without its faults; what hides the child is a
Kind (hidden_kinds.py). Where no fitted sensor can tell, the kind says why: those days are lived and
counted all the same. What alarms is any of the rules about persons in a parked bus.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from firmware.warnings import INSIDE
from sim.soak.left_day import TOLERANCE_MS, LeftDay
from sim.world import town
from sim.world.children import Child, free_seats
from sim.world.driver import Driver
from sim.world.world import ORDINARY, Script

_ALARMS = ("child_left_behind", "parked_movement", "check_button_missed")


class HiddenDay(LeftDay):
    def __init__(self, seed: int, kind: Kind):
        self.kind = kind
        self.draw = random.Random(seed * 6047)
        self._standing: dict[str, Any] = {}  # kind -> the event that stands in this boot
        super().__init__(seed)

    def _fit(self, config: dict[str, Any]) -> None:
        super()._fit(config)
        config["accelerometer"]["fitted"] = config["readback"]["fitted"] = False
        self.kind.fits(config)

    def _draw_faults(self, from_ms: int, to_ms: int) -> None:
        """None: what hides the child is enough."""

    def _ride(self) -> Script:
        world, rng, child = self.world, self.draw, self.child
        driver = Driver(world, town.ROADMAP, ORDINARY, rng)
        yield from driver.checks()
        yield from driver.starts()
        world.front_door_open = True
        child.boards(world, self.seat)
        world.run(self.kind.rides(self))
        others = [Child(f"child {number}", child.stop) for number in range(rng.randint(1, 6))]
        yield from driver.takes(others)
        yield from driver.goes(*self._way, town.place_name(self._way[1]))
        yield from driver.lets_off(others)
        yield 3000
        world.engine_runs = False
        if self.kind.keeps_key:
            world.turn_key()
        else:
            world.turn_ignition(False)
        self.off_ms = world.now_ms + self.kind.later_ms
        self.happened.append(f"{world.now_ms // 1000} s: parked; {self.kind.name}")
        world.run(self.kind.parked(self))
        if self.kind.walks or rng.random() < 0.6:
            yield from driver.checks()

    def _hear(self, event: Any) -> None:
        if event.kind not in _ALARMS:
            return
        if event.state == "cleared":
            self._standing.pop(event.kind, None)
        else:
            if not self._standing:
                self._alarm_ms = self.rig.now_ms
            self._standing[event.kind] = event
        self._alarm = next(iter(self._standing.values()), None)

    def _cut(self) -> None:
        super()._cut()
        self._standing.clear()

    def _judge(self, time_ms: int) -> None:
        self.late_ms = self._alarm_ms - time_ms
        if self._alarm is None:
            self.problem = "no alarm stands"
        elif self.late_ms > TOLERANCE_MS:
            self.problem = f"the alarm came {self.late_ms / 1000:.1f} s after its time"
        elif self.rig.bus.warnings.level < INSIDE:
            self.problem = "the alarm does not sound"
        data = {} if self._alarm is None else dict(self._alarm.data)
        self.named = bool(self._seats & {*data.get("seats", ()), *data.get("loose", ())})

    # what the child does

    def lies_down(self) -> None:
        self.child.slides(self.world)
        self.tell("the child lies down on the floor")

    def climbs(self) -> None:
        seat = self.draw.choice(free_seats(self.world))
        self._seats.add(seat)
        self.child.climbs(self.world, seat)
        self.tell(f"the child climbs onto seat {seat}")

    def cuts_power(self, ms: int) -> None:
        now_ms = self.world.now_ms
        self._at(now_ms, "power cut", self._cut)
        self._at(now_ms + ms, "power back", self._restore)

    def tell(self, what: str) -> None:
        self.happened.append(f"{self.world.now_ms // 1000} s: {what}")


def _still(day: HiddenDay) -> Script:
    yield 0


def _as_it_is(config: dict[str, Any]) -> None:
    pass


class Kind(NamedTuple):
    """rides: from the child's boarding on; parked: from the end of the run on. blind: why no
    sensor that is fitted can tell; empty: one can. later_ms: its time begins so long after the
    engine stops. walks: the driver always walks to the button, and sees nobody."""

    name: str
    parked: Callable[[HiddenDay], Script] = _still
    rides: Callable[[HiddenDay], Script] = _still
    fits: Callable[[dict[str, Any]], None] = _as_it_is
    blind: str = ""
    later_ms: int = 0
    keeps_key: bool = False
    walks: bool = False
