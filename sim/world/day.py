"""Day plans: what a bus of the town does, from when to when. Times are Thai (UTC+7).

A plan is a World with its scripts running; give it to a rig and let time pass.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from sim.world import town
from sim.world.children import school_class
from sim.world.driver import Driver
from sim.world.roads import offset_m
from sim.world.world import MISCHIEF, MONDAY_UTC_MS, NEGLECT, ORDINARY, Air, Habits, Script, World

_HOUR_MS = 3_600_000
WEEKEND = (5, 6)
_ROW = 10  # buses that park beside each other: every way begins at the depot itself
MORNING_MS = int(2.25 * _HOUR_MS)
"""06:00 to 08:15."""
DAY_MS = 16 * _HOUR_MS
"""05:00 to 21:00."""


def signal_at(lat_e7: float, lon_e7: float) -> int | None:
    """dBm at a place in town; None in a dead spot. Falls with the distance to the nearest tower."""
    for lat, lon, radius_m in town.DEAD_SPOTS:
        if math.hypot(*offset_m(lat * 1e7, lon * 1e7, lat_e7, lon_e7)) < radius_m:
            return None
    metres = min(
        math.hypot(*offset_m(lat * 1e7, lon * 1e7, lat_e7, lon_e7)) for lat, lon in town.TOWERS
    )
    return int(-55 - 25 * math.log10(1 + metres / 200))


def morning_run(driver: Driver, route: town.Route, children) -> Script:
    """Depot, stops, school, depot: children get on at their stop and all off at the school."""
    here = "depot"
    yield from driver.starts()
    for stop in route.stops:
        yield from driver.goes(here, stop, town.place_name(stop))
        yield from driver.takes(child for child in children if child.stop == stop)
        here = stop
    yield from driver.goes(here, route.school, town.place_name(route.school))
    yield from driver.lets_off(children)
    yield from driver.goes(route.school, "depot", town.place_name("depot"), stops=False)
    yield from driver.leaves(children)


def afternoon_run(driver: Driver, route: town.Route, children) -> Script:
    """Depot, school, stops, depot: children get on at the school and off at their stop."""
    yield from driver.starts()
    yield from driver.goes("depot", route.school, town.place_name(route.school))
    if driver.happens(driver.habits.engine_off):
        yield from driver.waits_for(children)
    else:
        yield from driver.takes(children)
    here = route.school
    for stop in reversed(route.stops):
        yield from driver.goes(here, stop, town.place_name(stop))
        yield from driver.lets_off(child for child in children if child.stop == stop)
        here = stop
    yield from driver.goes(here, "depot", town.place_name("depot"), stops=False)
    yield from driver.leaves(children)


def _depot_world(clock_h: float, index: int, seed: int, seats: int, air: Air) -> World:
    lat, lon = town.PLACES["depot"]
    return World(
        utc_ms=MONDAY_UTC_MS + int(clock_h * _HOUR_MS),
        seats=seats,
        lat_e7=round(lat * 1e7) + 400 * (index % _ROW),  # side by side, 4 m each
        lon_e7=round(lon * 1e7),
        rng=random.Random(seed * 1009 + index),
        air=air,
    )


def school_morning(
    index: int = 0,
    seed: int = 0,
    seats: int = 40,
    habits: Habits = ORDINARY,
    air: Air = signal_at,
    stands_ms: int = 0,
    may_go: Callable[[], bool] = lambda: False,
) -> World:
    """06:00 to 08:15: one run, off within the first two minutes. `index` picks the route.

    stands_ms: so much later, or as soon as it may go; its driver has looked through the bus first.
    """
    world = _depot_world(6, index, seed, seats, air)
    rng = random.Random(seed * 7919 + index)
    route = town.ROUTES[index % len(town.ROUTES)]
    driver = Driver(world, town.ROADMAP, habits, rng)
    children = school_class(rng, route.stops, seats, habits)

    def plan() -> Script:
        if stands_ms:
            yield from driver.checks()
            until_ms = world.now_ms + stands_ms
            while world.now_ms < until_ms and not may_go():
                yield min(1000, until_ms - world.now_ms)
        yield rng.randint(5000, 60_000)
        yield from morning_run(driver, route, children)

    world.run(plan())
    return world


def school_day(
    index: int = 0,
    seed: int = 0,
    seats: int = 40,
    habits: Habits = ORDINARY,
    air: Air = signal_at,
    days: int = 1,
    weekends: bool = False,
    runs: tuple[tuple[int, ...], ...] = ((0, 1, 2, 3),),
) -> World:
    """05:00 to 21:00: two runs in the morning, two in the afternoon, parked in between; or only
    `runs` of these four, each of its members for one day in turn.

    So many `days` running, the first of them a Monday; with `weekends` the bus stands on Saturday
    and Sunday. The board is new, so the driver walks through the bus and presses the check
    button first.
    """
    world = _depot_world(5, index, seed, seats, air)
    rng = random.Random(seed * 7919 + index)
    routes = [town.ROUTES[(index + step) % len(town.ROUTES)] for step in (0, 1)]
    driver = Driver(world, town.ROADMAP, habits, rng)

    def plan() -> Script:
        yield from driver.checks()
        for number in range(days):
            if weekends and number % 7 in WEEKEND:
                continue
            day = (
                (6.0, morning_run, routes[0]),
                (7.1, morning_run, routes[1]),
                (15.2, afternoon_run, routes[0]),
                (16.5, afternoon_run, routes[1]),
            )
            for clock_h, run, route in (day[one] for one in runs[number % len(runs)]):
                start_ms = int((24 * number + clock_h - 5) * _HOUR_MS) + rng.randint(0, 300_000)
                yield max(0, start_ms - world.now_ms)
                yield from run(driver, route, school_class(rng, route.stops, seats, habits))

    world.run(plan())
    return world


def fleet_morning(
    buses: int = 6,
    seed: int = 0,
    seats: int = 40,
    stands_ms: int = 0,
    may_go: Callable[[], bool] = lambda: False,
) -> list[World]:
    """A school morning for the whole town, with everyday mistakes; in one bus a child sleeps on.

    stands_ms, may_go: of the first bus, as school_morning() has them.
    """
    neglected = seed % buses
    return [
        school_morning(
            index, seed, seats, NEGLECT if index == neglected else MISCHIEF,
            stands_ms=0 if index else stands_ms, may_go=may_go,
        )
        for index in range(buses)
    ]  # fmt: skip
