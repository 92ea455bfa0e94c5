"""Where the buses are now, as GeoJSON (RFC 7946): one Point a bus, for a GIS or another map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from station.one_bad import over
from station.place import is_place

_COPIED = (
    "fleet", "bus", "label", "show", "at", "clock", "heard_at", "stale", "dark_since", "phase",
    "route", "accuracy_m", "estimated", "speed_kmh", "heading_deg", "alarms",
)  # fmt: skip


def present(buses: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """buses: as in GET /api/live -> FeatureCollection.

    A bus whose position is unknown is not left out: its geometry is null (RFC 7946, 3.2).
    """
    features = []
    for bus in buses:
        with over("geojson"):
            features.append(_feature(bus))
    return {"type": "FeatureCollection", "features": features}


def _feature(bus: dict[str, Any]) -> dict[str, Any]:
    lat, lon = bus["lat"], bus["lon"]
    known = is_place(lat, lon)
    properties = {name: bus[name] for name in _COPIED}
    if bus["clock"] == "odd":
        properties["at"] = None  # heard_at says when it came
    for name in ("taken", "unknown"):
        seats = bus["seats"][name]
        properties["seats_" + name] = None if seats is None else len(seats)
    return {
        "type": "Feature",
        "id": f"{bus['fleet']}/{bus['bus']}",
        "geometry": {"type": "Point", "coordinates": [lon, lat]} if known else None,
        "properties": properties,
    }
