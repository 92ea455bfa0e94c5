"""Which buses another system can be told to be at a place, and since when.

Most formats have no word for an estimated or a wide position, or for a clock that is wrong: what
reads them would take such a bus for being there, then.
"""

from __future__ import annotations

from typing import Any

from station.clock import parse_iso
from station.place import is_place

_MOST_M = 100  # the next street is as far


def measured_at_ms(bus: dict[str, Any], now_ms: int) -> int | None:
    """bus: as in GET /api/live. -> when it was at its place, never later than it was heard. None:
    it is stale, its clock is odd, or its position is not measured: unknown, estimated, wide, or
    0, 0, which a receiver without satellites reports."""
    if bus["at"] is None or bus["stale"] or bus["clock"] == "odd" or not _is_measured(bus):
        return None
    return min(parse_iso(bus["at"]), parse_iso(bus["heard_at"]), now_ms)


def _is_measured(bus: dict[str, Any]) -> bool:
    """Older buses do not report how accurate their position is."""
    lat, lon = bus["lat"], bus["lon"]
    if not is_place(lat, lon) or bus["estimated"] or (bus["accuracy_m"] or 0) > _MOST_M:
        return False
    return bool(-90 <= lat <= 90 and -180 <= lon <= 180)


def occupied(seats: dict[str, Any]) -> int | None:
    """How many seats are not known to be free: taken, unreadable, not watched, or left by a person
    who is still inside. None: the bus does not say how many seats it has."""
    if not seats["total"]:
        return None
    numbers: set[int] = set()
    for name in ("taken", "unknown", "loose", "out_of_service"):
        numbers.update(seats.get(name) or ())
    return min(len(numbers), seats["total"])
