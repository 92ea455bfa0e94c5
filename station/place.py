"""Whether a position is one."""

from __future__ import annotations


def is_place(lat: float | None, lon: float | None) -> bool:
    """Not 0, 0, which a receiver without satellites reports."""
    return lat is not None and lon is not None and (round(lat, 3), round(lon, 3)) != (0, 0)
