"""The city's policy for Laem Chabang, made from the same places and roads as the town.

Every stop and school is a circle, every school zone a strip along its road for the
hours of its school, every road a corridor with the limit of its class.
"""

from __future__ import annotations

import math
from typing import Any

from sim.world import town
from sim.world.roads import METRES_PER_E7

Pack = dict[str, Any]
_STOP_M, _STRIP_M = 60, 25
_SCHOOL_HOURS = ["06:30-08:30", "14:30-17:00"]
_WEEK = [1, 2, 3, 4, 5]
_CLASS = {60: "town", 70: "rural", 80: "divided", 90: "expressway"}
_RUNS = (  # suffix, hours in which it starts
    ("am-1", "05:30-06:50"), ("am-2", "06:50-09:00"),
    ("pm-1", "15:00-16:20"), ("pm-2", "16:20-19:00"),
)  # fmt: skip


def policy_for(index: int = 0, version: int = 1) -> Pack:
    """The pack for the bus that drives from `town.ROUTES[index]` on (sim/world/day.py)."""
    first, second = (town.ROUTES[(index + step) % len(town.ROUTES)] for step in (0, 1))
    runs = zip(_RUNS, (first, second, first, second), strict=True)
    return {
        "v": 1,
        "version": version,
        "name": "Laem Chabang",
        "stops": [_stop(key) for key in (*town.STOPS, *town.SCHOOLS)],
        "schools": [{"stop": key, "hours": _SCHOOL_HOURS, "days": _WEEK} for key in town.SCHOOLS],
        "zones": [*_school_zones(), *_EXTRA_ZONES],
        "roads": [_road(road) for road in town.ROADS],
        "routes": [_route(route, suffix, hours) for (suffix, hours), route in runs],
    }


_EXTRA_ZONES: list[Pack] = [
    {
        "id": "coast_flood",
        "name": "Low ground by the sea",
        "kind": "flood",
        "polygon": [
            [13.1085, 100.884],
            [13.1085, 100.8885],
            [13.1015, 100.8885],
            [13.1015, 100.884],
        ],
    },
    {
        "id": "container_yard",
        "name": "Container yard",
        "kind": "closed",
        "circle": {"at": [13.0745, 100.8835], "radius_m": 500},
    },
]  # fmt: skip


def _stop(key: str) -> Pack:
    return {
        "id": key,
        "name": town.place_name(key),
        "at": list(town.PLACES[key]),
        "radius_m": _STOP_M,
    }


def _road(road: town.Road) -> Pack:
    return {
        "id": _id(road.name),
        "class": _CLASS[max(road.limit_kmh, 60)],  # a school's limit is its zone's
        "line": [list(town.PLACES[place]) for place in road.places],
    }


def _school_zones() -> list[Pack]:
    zones = []
    for road in town.ROADS:
        if road.limit_kmh == 30:
            line = [town.PLACES[place] for place in road.places]
            school = next(place for place in road.places if place in town.SCHOOLS)
            zones.append(
                {
                    "id": _id(road.name),
                    "kind": "school",
                    "limit_kmh": 30,
                    "school": school,
                    "polygon": strip(line, _STRIP_M),
                }
            )
    return zones


def _route(route: town.Route, suffix: str, hours: str) -> Pack:
    calls = [*route.stops, route.school]
    if suffix.startswith("pm"):
        calls.reverse()
    line: list[list[float]] = []
    for here, there in zip(["depot", *calls], [*calls, "depot"], strict=True):
        way = [list(town.PLACES[place]) for place, _ in town.ROADMAP.path(here, there)]
        line += way[1:] if line else way
    return {
        "id": f"{_id(route.name)}-{suffix}",
        "stops": calls,
        "hours": [hours],
        "line": line,
    }


def strip(line: list[tuple[float, float]], metres: float) -> list[list[float]]:
    """A polygon of so many metres to both sides of a line, mitred at its bends."""
    per_north = METRES_PER_E7 * 1e7
    per_east = per_north * math.cos(math.radians(line[0][0]))
    flat = [(lat * per_north, lon * per_east) for lat, lon in line]
    left, right = [], []
    for at, (north, east) in enumerate(flat):
        before = flat[max(0, at - 1)]
        after = flat[min(len(flat) - 1, at + 1)]
        course = math.atan2(after[1] - before[1], after[0] - before[0])
        up, aside = -math.sin(course) * metres, math.cos(course) * metres
        left.append([(north + up) / per_north, (east + aside) / per_east])
        right.append([(north - up) / per_north, (east - aside) / per_east])
    return [[round(lat, 7), round(lon, 7)] for lat, lon in left + right[::-1]]


def _id(name: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in name.lower())[:32].strip("_")
