"""Zones of a policy where no bus should be (docs/policy.md): when they hold, and where they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from station.policy.map_features import M_PER_DEG

_DAYS_AHEAD = 7
_DAY_S = 86_400
_UTC_OFFSET_MIN = 420
_THURSDAY = 4  # 1970 began on one


class Circle(NamedTuple):
    lat: float
    lon: float
    radius_m: int


def forbidden(pack: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (zone for zone in pack.get("zones", ()) if zone["kind"] in ("flood", "closed"))


def windows(pack: dict[str, Any], zone: dict[str, Any], now_s: int) -> list[tuple[int, int]] | None:
    """-> (begin, end) in UTC seconds of each time in the coming week at which the zone holds. None:
    it holds always. Empty: not in this week."""
    hours = zone
    if "school" in zone:
        hours = {school["stop"]: school for school in pack["schools"]}[zone["school"]]
    if "hours" not in hours and "days" not in hours:
        return None
    offset_s = 60 * pack.get("utc_offset_min", _UTC_OFFSET_MIN)
    today = (now_s + offset_s) // _DAY_S
    found = []
    for day in range(today, today + _DAYS_AHEAD + 1):
        if (day + _THURSDAY - 1) % 7 + 1 not in hours.get("days", range(1, 8)):
            continue
        midnight_s = day * _DAY_S - offset_s
        for span in hours.get("hours", ["00:00-24:00"]):
            begin, end = (midnight_s + 60 * _minute(text) for text in span.split("-"))
            if end > now_s:
                found.append((begin, end))
    return found


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)


def around(zone: dict[str, Any]) -> Circle:
    """The circle of the zone, or one that its polygon fits into."""
    if "circle" in zone:
        (lat, lon), radius_m = zone["circle"]["at"], zone["circle"]["radius_m"]
        return Circle(float(lat), float(lon), math.ceil(radius_m))
    lats, lons = zip(*zone["polygon"], strict=True)
    lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    east = math.cos(math.radians(lat))
    farthest = max(math.hypot(y - lat, (x - lon) * east) for y, x in zone["polygon"])
    return Circle(lat, lon, math.ceil(farthest * M_PER_DEG))
