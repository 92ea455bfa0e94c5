"""The driver: how a bus moves along a way, serves stops, and is left at the end."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

from sim.world.children import Child, free_seats
from sim.world.roads import BRAKING_MSS, Way
from sim.world.world import Habits, Script, World

_STEP_MS = 100
_STEP_S = _STEP_MS / 1000
_ACCELERATION_MSS = 0.9
_HURRY = 1.25  # x the limit when speeding
_TURN_CDEG = 250  # at most so much per step, and no harder than children can sit through
_BEND_CDEG = round(math.degrees(3.0 * _STEP_S) * 100)  # at 1 m/s: 3 m/s2 sideways
_EARLY_DOOR_M = 15
_HORN_IS_NOTICED_MS = 90_000
_ALL_ARE_HERE_MS = 660_000  # after the first; a driver who knows boarding_s waits no longer


def follow(world: World, way: Way, hurry: float = 1.0, door_opens_at_m: float = 0.0) -> Script:
    """Drive to the end of a way and stand there.

    hurry: x the limits on straight pieces. door_opens_at_m: so far before the
    end the front door opens already.
    """
    last = len(way.length_m) - 1
    piece, at_m, speed, steps = 0, 0.0, 0.0, 0
    while True:
        rest_m = way.starts_m[piece + 1] - at_m
        allowed = min(
            way.limit_ms[piece] * hurry,
            math.sqrt(way.bend_ms[piece + 1] ** 2 + 2 * BRAKING_MSS * rest_m),
        )
        speed = min(allowed, speed + _ACCELERATION_MSS * _STEP_S)
        at_m += speed * _STEP_S
        while piece < last and at_m >= way.starts_m[piece + 1]:
            piece += 1
        to_go_m = way.total_m - at_m
        if to_go_m < 0.02:
            world.speed_mms = 0
            world.listen()
            return
        if to_go_m < door_opens_at_m:
            world.front_door_open = True
        _place(world, way, piece, at_m, speed)
        steps += 1
        if steps % 10 == 0:
            world.listen()
        yield _STEP_MS


def _place(world: World, way: Way, piece: int, at_m: float, speed: float) -> None:
    lat, lon = way.position(piece, at_m)
    world.lat_e7, world.lon_e7 = int(lat), int(lon)
    world.speed_mms = int(speed * 1000)
    course = int(way.course_deg[piece] * 100)
    if world.course_cdeg != course:
        turn = (course - world.course_cdeg + 18000) % 36000 - 18000
        most = min(_TURN_CDEG, int(_BEND_CDEG / max(speed, 1.0)))
        turn = max(-most, min(most, turn))
        world.course_cdeg = (world.course_cdeg + turn) % 36000


class Driver:
    """What one driver does with one bus, as scripts for World.run."""

    def __init__(self, world: World, roadmap, habits: Habits, rng: random.Random):
        self._world = world
        self._roadmap = roadmap
        self.habits = habits
        self._rng = rng

    def happens(self, probability: float) -> bool:
        return self._rng.random() < probability

    def starts(self) -> Script:
        yield self._rng.randint(2000, 8000)
        self._world.turn_ignition(True)
        yield self._rng.randint(15_000, 40_000)

    def goes(self, start: str, end: str, name: str, stops: bool = True) -> Script:
        """Drive from place to place and open the front door there (unless stops is False)."""
        world = self._world
        world.next_stop = name
        hurry = _HURRY if self.happens(self.habits.speeding) else 1.0
        early = stops and self.happens(self.habits.early_door)
        way = self._roadmap.way(start, end)
        yield from follow(world, way, hurry, _EARLY_DOOR_M if early else 0.0)
        yield 1500
        if stops:
            world.front_door_open = True
            yield 1500

    def takes(self, children: Iterable[Child]) -> Script:
        """The children at this stop walk in one by one; then the door closes."""
        for child in children:
            yield self._rng.randint(1800, 4000)
            free = free_seats(self._world)
            child.boards(self._world, self._rng.choice(free))
        yield from self._closes()

    def waits_for(self, children: Iterable[Child]) -> Script:
        """At the school, engine off and the door open: the children come one after another."""
        world, rng = self._world, self._rng
        world.turn_ignition(False)
        yield from self.checks()
        coming = list(children)
        for child in coming:
            yield rng.randint(1800, _ALL_ARE_HERE_MS // len(coming))
            child.boards(world, rng.choice(free_seats(world)))
        closes_first = rng.random() < 0.5
        if closes_first:
            yield from self._closes()
        yield from self.starts()
        if not closes_first:
            yield from self._closes()

    def lets_off(self, children: Iterable[Child]) -> Script:
        """Those of the children who are awake get off one by one; then the door closes."""
        for child in children:
            if child.seat is not None and not child.sleeps:
                yield self._rng.randint(1200, 2800)
                child.alights(self._world)
        yield from self._closes()

    def _closes(self) -> Script:
        yield self._rng.randint(2000, 4000)
        self._world.front_door_open = False
        yield self._rng.randint(3000, 6000)

    def leaves(self, children: Iterable[Child]) -> Script:
        """Engine off at the end of a run; walk through the bus, or forget to until the horn sounds.

        A driver who walks through finds a child who still sits there.
        """
        world = self._world
        world.next_stop = ""
        yield 3000
        world.turn_ignition(False)
        if self.happens(self.habits.forgets_check):
            yield from self._walks_away()
        else:
            yield self._rng.randint(20_000, 60_000)
        world.front_door_open = True
        for child in children:
            if child.seat is not None:
                child.sleeps = False
                yield 20_000
                child.alights(world)
        yield from self.checks()
        world.front_door_open = False

    def checks(self) -> Script:
        """Walks to the rear, presses the check button, walks back."""
        yield self._rng.randint(8000, 15_000)
        self._world.check_button_pressed = True
        yield 800
        self._world.check_button_pressed = False
        yield self._rng.randint(10_000, 20_000)

    def _walks_away(self) -> Script:
        """Out by the front door; the horn brings the driver back after a while."""
        world = self._world
        yield 5000
        world.front_door_open = True
        yield 4000
        world.front_door_open = False
        heard_ms = 0
        while heard_ms < _HORN_IS_NOTICED_MS:
            yield 1000
            heard_ms += 1000 if world.horn_sounds else 0
