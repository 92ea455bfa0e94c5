"""A day on which a child is left behind, cut short: one leg to the school, and the parking.

Everything is drawn from one seed: the seat, the driver's carelessness, what breaks and
when, when the power goes, whether the child wakes and moves, or lies down on the floor (on
the way or in the parked bus, while every door is shut). What no sensor on the bus can tell
apart is not drawn: a seat contact or an ignition wire shorted so that it reads "empty" or
"on" for good (docs/wiring.md), and a door's wire cut as the child lies down.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from firmware.warnings import INSIDE
from sim.bus.rig import Rig, config_for
from sim.world import town
from sim.world.children import Child, free_seats
from sim.world.driver import Driver
from sim.world.town_policy import policy_for
from sim.world.world import MONDAY_UTC_MS, ORDINARY, Script, World

LIMIT_MS = 180_000
"""The city hears so long after the ignition went off, in both profiles."""
TOLERANCE_MS = 10_000
_STEP_MS = 500
_HALF_PAST_SIX_MS = int(6.5 * 3_600_000)
_WATCHED_MS = 20_000  # the alarm stands on for so long
_LONGEST_MS = 3_600_000
_BOARDS = 0.25  # of the days: not left behind, but boards the parked bus
_HOLD_MS = 720_000  # boarding_s
_SLIDES, _LIES_DOWN = 0.15, 0.35  # of the days: to the floor on the way, or in the parked bus


class LeftDay:
    """`run` it, then ask `named`, `late_ms`, `problem`."""

    def __init__(self, seed: int):
        self.seed = seed
        self._rng = rng = random.Random(seed * 6007)
        route = rng.choice(town.ROUTES)
        self._way = (route.stops[-1], route.school)
        lat, lon = town.PLACES[route.stops[-1]]
        self.world = World(
            utc_ms=MONDAY_UTC_MS + _HALF_PAST_SIX_MS,
            lat_e7=round(lat * 1e7),
            lon_e7=round(lon * 1e7),
            rng=random.Random(seed * 6011),
        )
        self.world.signal_dbm = None  # what the journal confirms arrives (P2)
        config = config_for(self.world)
        config["rules"]["left_behind_profile"] = rng.choice(("korea", "japan"))
        self._fit(config)
        self.rig = Rig(self.world, config, seed=seed, policy=policy_for(town.ROUTES.index(route)))
        self.rig.on_event = self._hear
        self.child = Child("the child", route.stops[-1], sleeps=True)
        self.seat = rng.randint(1, self.world.seat_count)
        self.off_ms: int | None = None  # when its time began
        self._boarded_ms: int | None = None  # the parked bus, and not left behind in it
        self.named = False  # by the sensor of its own seat
        self.late_ms = 0  # the alarm came so long after its time; less than 0: before
        self.problem = ""
        self._alarm: Any = None  # the event that stands in this boot
        self._alarm_ms = 0
        self._power_ms = 0  # last power on; if nobody was alone before, the time begins then
        self._seats = {self.seat}
        self._due: list[tuple[int, int, str, Callable[[], None]]] = []
        self.happened: list[str] = []
        self.world.run(self._ride())
        self._draw_faults(60_000, 400_000)

    def _fit(self, config: dict[str, Any]) -> None:
        fitted = self.seed % 4 == 0  # every fourth bus has all that can be had
        config["accelerometer"]["fitted"] = config["readback"]["fitted"] = fitted

    def run(self) -> None:
        """Until the alarm has come and stayed, or its time is over."""
        rig = self.rig
        while True:
            rig.run_for(_STEP_MS)
            while self._due and self._due[0][0] <= rig.now_ms:
                _, _, what, happen = self._due.pop(0)
                self.happened.append(f"{rig.now_ms // 1000} s: {what}")
                happen()
            if rig.now_ms > _LONGEST_MS:
                self.problem = "the day does not end"
                return
            if self.off_ms is None or rig.vehicle.bus is None:
                continue
            time_ms = max(self.off_ms + LIMIT_MS, self._power_ms)
            if self._boarded_ms is not None and self._is_door_cut:
                time_ms = max(time_ms, self._boarded_ms + _HOLD_MS + LIMIT_MS)
            if rig.now_ms >= time_ms + TOLERANCE_MS + _WATCHED_MS and not self._pending_power():
                self._judge(time_ms)
                return

    # the day

    def _ride(self) -> Script:
        world, rng = self.world, self._rng
        driver = Driver(world, town.ROADMAP, ORDINARY, rng)
        yield from driver.checks()
        yield from driver.starts()
        world.front_door_open = True
        self.child.boards(world, self.seat)
        floor = random.Random(self.seed * 6037)
        lies = floor.random()
        if lies < _SLIDES:
            world.run(self._lies_down(floor.randint(40_000, 60_000)))
        others = [Child(f"child {number}", self.child.stop) for number in range(rng.randint(0, 6))]
        yield from driver.takes(others)
        yield from driver.goes(*self._way, town.place_name(self._way[1]))
        yield from driver.lets_off(others)
        yield 3000
        world.turn_ignition(False)
        self.off_ms = world.now_ms
        self._draw_faults(self.off_ms, self.off_ms + LIMIT_MS)
        if _SLIDES <= lies < _LIES_DOWN:
            world.run(self._lies_down(floor.randint(5000, 170_000)))
        elif lies >= _SLIDES and random.Random(self.seed * 6029).random() < _BOARDS:
            self.off_ms = None
            yield from self._boards_later(driver)
            return
        if lies >= _LIES_DOWN:
            self._may_wake()
        carelessness = rng.random()
        if carelessness < 0.6:  # walks to the button and sees nobody
            yield from driver.checks()
        elif carelessness < 0.8:  # does not even walk
            yield rng.randint(500, 4000)
            world.check_button_pressed = True
            yield 800
            world.check_button_pressed = False

    def _boards_later(self, driver: Driver) -> Script:
        """The child is found and gets off; it boards the parked bus again, and no adult comes."""
        world, rng = self.world, self._rng
        world.front_door_open = True
        yield 2000
        self.child.alights(world)
        yield 2000
        world.front_door_open = False
        yield from driver.checks()
        yield rng.randint(60_000, 180_000)
        world.front_door_open = True
        yield rng.randint(500, 60_000)
        self.child.boards(world, self.seat)
        self._boarded_ms = world.now_ms
        self.happened.append(f"{world.now_ms // 1000} s: the child boards the parked bus")
        if rng.random() < 0.8:
            yield rng.randint(500, 60_000)
            world.front_door_open = False
            self.off_ms = world.now_ms
        else:
            self.off_ms = world.now_ms + _HOLD_MS
        self._draw_faults(world.now_ms, self.off_ms + LIMIT_MS)
        self._may_wake()

    def _may_wake(self) -> None:
        if self._rng.random() < 0.2:
            self.world.run(self._wakes())

    def _wakes(self) -> Script:
        world, rng = self.world, self._rng
        yield rng.randint(5000, 170_000)
        seat = self.child.seat
        assert seat is not None
        world.unbuckle(seat)
        world.rise(seat)
        yield rng.randint(500, 6000)
        self.seat = self.child.seat = rng.choice(free_seats(world))
        self._seats.add(self.seat)
        world.sit(self.seat, self.child.name)
        self.happened.append(f"{world.now_ms // 1000} s: the child moves to seat {self.seat}")

    def _lies_down(self, after_ms: int) -> Script:
        """On the floor, unless a door's wire is cut: it reads open, as if the child had left.

        On the way not while the board is without power: who sat down and rose unseen is unknown.
        """
        yield after_ms
        drives = self.off_ms is None
        if drives and (self.rig.vehicle.bus is None or self.rig.now_ms - self._power_ms < 3000):
            return
        if not any("door cut" in told for told in self.happened):
            self.child.slides(self.world)
            self.happened.append(f"{self.world.now_ms // 1000} s: the child lies down on the floor")
            self._due = [due for due in self._due if "door cut" not in due[2]]

    # what goes wrong

    def _draw_faults(self, from_ms: int, to_ms: int) -> None:
        rng = self._rng
        for _ in range(rng.choice((0, 1, 1, 2))):
            at_ms = rng.randint(from_ms, to_ms)
            what, breaks, mends = rng.choice(self._faults())
            self._at(at_ms, what, breaks)
            if mends is not None and rng.random() < 0.5:
                self._at(at_ms + rng.randint(1000, 60_000), f"no more {what}", mends)
        if rng.random() < 0.4:
            cut_ms = rng.randint(from_ms, to_ms)
            self._at(cut_ms, "power cut", self._cut)
            self._at(cut_ms + rng.randint(1000, 90_000), "power back", self._restore)

    def _faults(self) -> list[tuple[str, Callable[[], None], Callable[[], None] | None]]:
        rng, faults, world = self._rng, self.rig.vehicle.faults, self.world
        index = rng.randrange(len(self.rig.config["seats"]["expanders"]))
        own = (self.seat - 1) // 7
        seat = rng.randint(1, world.seat_count)
        wire = rng.choice(
            ("front_door", "emergency_door", "check_button", "ignition", "sos_button")
        )
        if self.child.is_on_the_floor and "door" in wire:
            wire = "sos_button"
        output = rng.choice(("horn", "buzzer", "lamp"))

        def sky(state: str) -> Callable[[], None]:
            return lambda: setattr(world, "sky", state)

        return [
            (f"expander {index + 1} silent", lambda: faults.silence_expander(index),
             lambda: faults.revive_expander(index)),
            (f"expander {own + 1} silent", lambda: faults.silence_expander(own),
             lambda: faults.revive_expander(own)),
            (f"expander {own + 1} reset", lambda: self._reset(own), None),
            (f"seat {seat} cut", lambda: faults.cut_seat(seat), lambda: faults.mend_seat(seat)),
            (f"seat {self.seat} cut", lambda: faults.cut_seat(self.seat), None),
            (f"belt {seat} cut", lambda: faults.cut_belt(seat), None),
            (f"{wire} cut", lambda: faults.cut_wire(wire), lambda: faults.mend_switch(wire)),
            (f"{output} cut", lambda: faults.cut_wire(output), None),
            ("GNSS silent", faults.silence_gnss, lambda: faults.silence_gnss(False)),
            ("sky blocked", sky("blocked"), sky("open")),
        ]  # fmt: skip

    def _at(self, at_ms: int, what: str, happen: Callable[[], None]) -> None:
        self._due.append((at_ms, len(self._due), what, happen))
        self._due.sort(key=lambda due: due[:2])

    def _reset(self, index: int) -> None:
        if self.rig.vehicle.bus is not None:
            self.rig.vehicle.board.seat_wiring.chips[index].reset()

    def _cut(self) -> None:
        if self.rig.vehicle.bus is not None:
            self._begins_ms = LIMIT_MS if self.rig.bus.snapshot.trip.alone_ms is None else 0
            self.rig.power_cut()
            self._alarm = None

    def _restore(self) -> None:
        if self.rig.vehicle.bus is None:
            self.rig.power_on()
            self._power_ms = self.rig.now_ms + self._begins_ms

    def _pending_power(self) -> bool:
        return any(what.startswith("power") for _, _, what, _ in self._due)

    @property
    def _is_door_cut(self) -> bool:
        """It reads open, or did: an adult may be with the child."""
        return any("front_door" in told for told in self.happened)

    # what comes of it

    def _once_cut(self) -> set[int]:
        told = [re.search(r"\bseat (\d+) cut", what) for what in self.happened]
        return {int(found[1]) for found in told if found}

    def _hear(self, event: Any) -> None:
        if event.kind != "child_left_behind":
            return
        if event.state == "cleared":
            self._alarm = None
            return
        if self._alarm is None:
            self._alarm_ms = self.rig.now_ms
        self._alarm = event

    def _judge(self, time_ms: int) -> None:
        """Since its time, within the tolerance, an alarm stands that names the child's seat.

        A wire that is cut reads taken: a child on the floor counts as having sat down there, and
        as having risen from there once it is mended.
        """
        if self._alarm is None:
            self.problem = "no alarm stands"
            return
        data = dict(self._alarm.data)
        self.late_ms = self._alarm_ms - time_ms
        broken = self.rig.vehicle.faults.cut_seats
        seats = self._seats | (self._once_cut() if self.child.is_on_the_floor else set())
        if not seats & {*data["seats"], *data["unknown"], *data["loose"]}:
            self.problem = f"an alarm, but not for seat {self.seat}: {data}"
        elif self.late_ms > TOLERANCE_MS:
            self.problem = f"the alarm came {self.late_ms / 1000:.1f} s after its time"
        elif self.rig.bus.warnings.level < INSIDE:
            self.problem = "the alarm does not sound"
        felt = {*data["seats"], *data["loose"]}
        self.named = self.seat in felt and self.seat not in broken
