"""A fleet's policy (docs/policy.md) -> what the map draws: GeoJSON (RFC 7946)."""

from __future__ import annotations

import math
from typing import Any

_CORNERS = 48
M_PER_DEG = 111_195.0


def map_features(pack: dict[str, Any]) -> dict[str, Any]:
    """FeatureCollection of stops (schools among them), zones, roads and routes; properties.what
    says which. Without internet the roads of the policy are the only streets on the map.
    ValueError, KeyError and the like: the pack cannot be drawn."""
    schools = {school["stop"]: school for school in pack.get("schools", [])}
    found = []
    for stop in pack.get("stops", []):
        at = _lonlat(stop["at"], stop)
        about = {"id": stop["id"], "name": stop.get("name"), "radius_m": stop.get("radius_m", 50)}
        what = "school" if stop["id"] in schools else "stop"
        found.append(_feature(what, "Point", at, about))
    for zone in pack.get("zones", []):
        about = {key: zone.get(key) for key in ("id", "name", "kind", "limit_kmh", "hours", "days")}
        found.append(_feature("zone", "Polygon", [_ring(zone)], about))
    for road in pack.get("roads", []):
        about = {key: road.get(key) for key in ("id", "name", "class", "limit_kmh")}
        found.append(_feature("road", "LineString", _lonlats(road["line"], road), about))
    for route in pack.get("routes", []):
        if "line" in route:
            about = {key: route.get(key) for key in ("id", "name", "stops", "hours", "buses")}
            found.append(_feature("route", "LineString", _lonlats(route["line"], route), about))
    return {"type": "FeatureCollection", "features": found}


def _feature(what: str, kind: str, coordinates: list, about: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": {"what": what, **about}}


def _lonlat(at: list, of: dict[str, Any]) -> list[float]:
    """GeoJSON has the longitude first. ValueError names the item of the policy."""
    lat, lon = (float(value) for value in at)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(
            f"{of['id']!r} is at {at}, which is no place: first comes a latitude from -90 to 90, "
            "then a longitude from -180 to 180"
        )
    return [lon, lat]


def _lonlats(line: list, of: dict[str, Any]) -> list[list[float]]:
    return [_lonlat(at, of) for at in line]


def _ring(zone: dict[str, Any]) -> list[list[float]]:
    if "polygon" in zone:
        ring = _lonlats(zone["polygon"], zone)
        return [*ring, ring[0]]
    (lon, lat), radius_m = _lonlat(zone["circle"]["at"], zone), zone["circle"]["radius_m"]
    north = radius_m / M_PER_DEG
    east = north / math.cos(math.radians(lat))
    turns = [2 * math.pi * step / _CORNERS for step in range(_CORNERS)]
    ring = [[lon + east * math.cos(turn), lat + north * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]
