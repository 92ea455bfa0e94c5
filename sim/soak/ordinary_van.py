"""Van: a school van on an ordinary day, with verbs for what its people do, as scripts of the World.

    def waits_at_a_gate(van):
        yield from van.drives(2000)
        van.key_off()
        yield from van.waits(7, 9)

The firmware and the drivers are the real ones (Rig). The children fidget, stand up before the door
opens, and change seats while they wait. How the driver answers a prompt: ordinary_answers.py.
"""

from __future__ import annotations

import random
from typing import Any

from firmware.warnings import PROMPT
from sim.bus.rig import Rig, config_for
from sim.soak.ordinary_answers import ABOARD, ASLEEP, AWAY, BESIDE, WHEEL, Answers
from sim.soak.ordinary_fitting import Fitted
from sim.stories import straight_policy
from sim.stories.straight_road import StraightRoad
from sim.world.children import Child, free_seats
from sim.world.roads import offset_m
from sim.world.world import MONDAY_UTC_MS, Script, World

SEATS = 14
STOPS_M = {"one": 500, "two": 1000, "school": 1700}
_HOUSES_M = (250, 750, *range(2100, 12_000, 400))
_COLD_START_MS = 40_000
_AT_06_MS = 6 * 3_600_000
_BRAKING_MMSS = 1800  # as sim/stories/straight_road.py
_LOOKS_MS = 2000
_STEP_MS = 500
_AFTER_MS = 400_000  # longer than any alarm about what was left behind takes


class Van:
    """A parked van at 06:00 on a new board.

    rng: for what a day's script draws. doors: False for a songthaew, whose step has no contact.
    """

    def __init__(self, seed: int, fitted: Fitted, doors: bool = True):
        self.rng = random.Random(seed * 7001)
        self.fitted = fitted
        self.doors = doors
        self.children: list[Child] = []
        self.moves = 0  # of the driver
        self.is_over = False
        self.may_start = True  # the engine: not at a pump, not on a ferry
        self.bag: int | None = None  # the seat that it lies on
        self.has_power = True  # the board; a script sets it
        self.world = world = World(
            MONDAY_UTC_MS + _AT_06_MS, SEATS, *straight_policy.START, random.Random(seed * 7013)
        )
        world.signal_dbm = None  # what the journal confirms arrives (P2)
        config = config_for(world)
        config["broker"]["reset_after_min"] = 1440
        config["seats"].update(belts=False, expanders=[0x20])
        config["inputs"].update(
            front_door=doors,
            emergency_door=doors,
            here=fitted.here,
            driver_seat=fitted.driver_seat,
            presence=2 if fitted.presence else 0,
        )
        self.rig = Rig(world, config, seed=seed, policy=_policy())
        self.faults = self.rig.vehicle.faults
        self.answers = Answers(self)
        self._road = StraightRoad(world)
        world.run(self.answers.listens())
        world.run(self._moves())

    @property
    def place(self) -> str:
        return self.answers.place

    def live(self, day: Script) -> None:
        """The whole day, on a board that is checked before it, and a while after it."""
        self.world.run(self._lives(day))
        while not self.is_over:
            self.rig.run_for(_STEP_MS)
            is_on = self.rig.vehicle.bus is not None
            if is_on and not self.has_power:
                self.rig.power_cut()
            elif self.has_power and not is_on:
                self.rig.power_on()

    def _lives(self, day: Script) -> Script:
        self.answers.is_walking = True
        yield _COLD_START_MS
        yield from self.checks()
        yield _COLD_START_MS
        self.answers.is_counting = True
        yield from day
        yield from self.leaves()
        self.goes(AWAY)
        yield _AFTER_MS
        self.is_over = True

    @property
    def is_occupied(self) -> bool:
        """Somebody is on board, or something on a seat that the driver has put there."""
        return len(self.world.seats) > (self.bag is not None)

    # the driver

    def goes(self, place: str) -> None:
        """The driver, to the wheel, into the bus, beside it, or away."""
        self.answers.place = place
        self.moves += 1
        self.world.driver_seated = place in (WHEEL, ASLEEP)

    def checks(self) -> Script:
        """Walks past every seat to the check button, presses it, walks back, as at a run's end.

        A driver who is outside comes in through the door. A bag on a seat is seen on the way and
        taken along.
        """
        self.answers.is_walking = True
        comes_in = self.place == BESIDE
        self.goes(ABOARD)
        if comes_in:
            yield from self.opens()
        yield from self.waits(0.12, 0.25)
        self.takes_bag()
        self.world.check_button_pressed = True
        yield 800
        self.world.check_button_pressed = False
        yield from self.waits(0.15, 0.3)
        if comes_in:
            yield from self.opens()
            yield from self.shuts()
        self.answers.is_walking = False

    def leaves(self) -> Script:
        """The driver gets out, and goes once nothing sounds, after 10 min at the latest."""
        if self.place != AWAY:
            yield from self.opens()
            self.goes(BESIDE)
            yield from self.shuts()
            for _ in range(60):
                yield 10_000
                if self.answers.level < PROMPT and not self.answers.is_walking:
                    return

    def takes_bag(self) -> None:
        if self.bag is not None:
            self.world.rise(self.bag)
            self.bag = None

    def says_here(self, seconds: float = 1) -> Script:
        """Presses the here button, or holds it, if one is fitted."""
        if self.fitted.here:
            self.world.here_button_pressed = True
            yield round(seconds * 1000)
            self.world.here_button_pressed = False
            self.answers.presses += 1

    def stays(self) -> Script:
        """An adult says that it stays in the empty, checked bus: holds the here button."""
        yield from self.says_here(6)

    # engine and road

    def starts(self) -> Script:
        """Gets in, starts the engine, and waits a moment."""
        self.goes(WHEEL)
        yield from self.waits(0.05, 0.15)
        self.world.turn_ignition(True)
        yield from self.waits(0.1, 0.3)

    def key_off(self) -> None:
        self.world.turn_ignition(False)

    def parks(self) -> Script:
        """The end of a run, as it should be: the key, then the walk; no prompt has to remind."""
        self.answers.is_walking = True
        self.key_off()
        yield from self.waits(0.05, 0.4)
        yield from self.checks()

    def drives(self, to_m: float, speed_kmh: float = 45) -> Script:
        """On to so many metres from the start, and halts there."""
        if not self.world.engine_runs:
            yield from self.starts()
        self.goes(WHEEL)
        braking_m = (speed_kmh * 1000 / 3.6) ** 2 / 2 / _BRAKING_MMSS / 1000
        self._road.set_speed(speed_kmh)
        while self.driven_m < to_m - braking_m:
            yield 200
        self._road.set_speed(0)
        while not self._road.is_steady:
            yield 200
        yield 1500

    def drives_to_next_house(self) -> Script:
        yield from self.drives(next(m for m in _HOUSES_M if m > self.driven_m + 100))

    def drives_on(self, metres: float, speed_kmh: float = 45) -> Script:
        yield from self.drives(self.driven_m + metres, speed_kmh)

    @property
    def driven_m(self) -> float:
        north, east = offset_m(*straight_policy.START, self.world.lat_e7, self.world.lon_e7)
        return (north**2 + east**2) ** 0.5

    # doors and children

    def opens(self) -> Script:
        self.world.front_door_open = True
        yield from self.waits(0.02, 0.05)

    def shuts(self) -> Script:
        yield from self.waits(0.03, 0.08)
        self.world.front_door_open = False
        yield from self.waits(0.03, 0.08)

    def boards(self, count: int = 1) -> Script:
        """Children get on through the open door, one by one."""
        for _ in range(count):
            yield self.rng.randint(1800, 6000)
            free = self._free_seats()  # now: a restless child may have moved meanwhile
            if not free:
                return
            child = Child(f"child {len(self.children) + 1}", "")
            child.restless = self.rng.random() < 0.1
            self.children.append(child)
            child.boards(self.world, self.rng.choice(free))

    def picks_up(self, count: int) -> Script:
        yield from self.opens()
        yield from self.boards(count)
        yield from self.shuts()

    def lets_off(self, count: int | None = None) -> Script:
        """Children get off, all of them or so many; some stand up before the door opens."""
        leaving = self.children[:count]
        self.children = self.children[len(leaving) :]
        for child in leaving:
            if self.rng.random() < 0.2:
                child.alights(self.world)
        yield self.rng.randint(1000, 8000)
        yield from self.opens()
        for child in leaving:
            yield self.rng.randint(1200, 3500)
            child.alights(self.world)
        yield from self.shuts()

    def sits(self, seat: int, who: str = "an adult") -> None:
        """An adult or a bag, on a passenger's seat that is free."""
        self.world.claimed.add(seat)
        self.world.sit(seat, who)

    def rises(self, seat: int) -> None:
        self.world.claimed.discard(seat)
        self.world.rise(seat)

    def free_seat(self) -> int:
        return self.rng.choice(self._free_seats())

    def _free_seats(self) -> list[int]:
        return [seat for seat in free_seats(self.world) if seat not in self.world.seats]

    def waits(self, low_min: float, high_min: float) -> Script:
        yield self.rng.randint(round(low_min * 60_000), round(high_min * 60_000))

    def _moves(self) -> Script:
        """What presence inputs see: children and adults move, a sleeper seldom, and more when the
        driver walks through."""
        world = self.world
        while True:
            yield _LOOKS_MS
            if self.answers.is_walking and self.place == ABOARD:
                often = 0.95
            elif len(world.seats) - (self.bag is not None) > 0:
                often = 0.7
            else:
                often = {ABOARD: 0.4, WHEEL: 0.3, ASLEEP: 0.03}.get(self.place, 0)
            world.presence[:2] = (self.rng.random() < often for _ in range(2))


def _policy() -> dict[str, Any]:
    places = STOPS_M | {f"house_{metres}": metres for metres in _HOUSES_M}
    at = straight_policy.at
    return straight_policy.pack(
        stops=[{"id": key, "at": at(metres), "radius_m": 60} for key, metres in places.items()],
        zones=[],
        roads=[],
        routes=[],
    )
