"""A policy for the straight road of stories: what lies at which distance from the start.

     0 m  the depot            5000 m  the school, its zone of 30 km/h 150 m to both sides
  1500 m  stop one             7000 m  a closed bridge, 300 m long
  3000 m  stop two             8500 m  a flooded hollow, 300 m long

The road is one of a town (60 km/h) up to 6000 m, and a divided highway (80 km/h) behind.
"""

from __future__ import annotations

from typing import Any

from sim.world.roads import moved
from sim.world.town_policy import strip

START = (130827000, 1008833000)
COURSE_DEG = 183
STOPS_M = {"depot": 0, "one": 1500, "two": 3000, "school": 5000}


def at(metres: float, aside_m: float = 0) -> list[float]:
    """[latitude, longitude] so many metres along the road, and to the right of it."""
    place = moved(*moved(*START, COURSE_DEG, metres), COURSE_DEG + 90, aside_m)
    return [round(degrees / 1e7, 7) for degrees in place]


def _strip(begin_m: float, end_m: float) -> list[list[float]]:
    return strip([(at(m)[0], at(m)[1]) for m in (begin_m, end_m)], 60)


def pack(version: int = 1, **parts: Any) -> dict[str, Any]:
    """parts: in place of those made here."""
    whole: dict[str, Any] = {
        "v": 1,
        "version": version,
        "name": "A straight road",
        "stops": [{"id": key, "at": at(m), "radius_m": 60} for key, m in STOPS_M.items()],
        "schools": [{"stop": "school", "hours": ["06:00-08:30", "14:30-17:00"]}],
        "zones": [
            {"id": "at_school", "kind": "school", "school": "school", "limit_kmh": 30,
             "polygon": _strip(4850, 5150)},
            {"id": "bridge", "kind": "closed", "polygon": _strip(7000, 7300)},
            {"id": "hollow", "kind": "flood", "polygon": _strip(8500, 8800)},
        ],
        "roads": [
            {"id": "town_road", "class": "town", "line": [at(-500), at(6000)]},
            {"id": "highway", "class": "divided", "line": [at(6000), at(20000)]},
        ],
        "routes": [
            {"id": "to_school", "stops": ["one", "two", "school"], "hours": ["05:30-08:00"],
             "line": [at(-500), at(6000)]},
        ],
    }  # fmt: skip
    return {**whole, **parts}
