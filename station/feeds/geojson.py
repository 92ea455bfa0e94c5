"""Where the buses are now, as GeoJSON (RFC 7946): one Point a bus, for a GIS or another map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_COPIED = (
    "fleet", "bus", "label", "show", "at", "heard_at", "stale", "dark_since", "phase", "route",
    "accuracy_m", "estimated", "speed_kmh", "heading_deg", "alarms",
)  # fmt: skip


def present(buses: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """buses: as in GET /api/live -> FeatureCollection.

    A bus whose position is unknown is not left out: its geometry is null (RFC 7946, 3.2).
    """
    return {"type": "FeatureCollection", "features": [_feature(bus) for bus in buses]}


def _feature(bus: dict[str, Any]) -> dict[str, Any]:
    lat, lon = bus["lat"], bus["lon"]
    known = lat is not None and lon is not None
    properties = {name: bus[name] for name in _COPIED}
    for name in ("taken", "unknown"):
        seats = bus["seats"][name]
        properties["seats_" + name] = None if seats is None else len(seats)
    return {
        "type": "Feature",
        "id": f"{bus['fleet']}/{bus['bus']}",
        "geometry": {"type": "Point", "coordinates": [lon, lat]} if known else None,
        "properties": properties,
    }
