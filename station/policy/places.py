"""A fleet's policy (docs/policy.md) -> what the map draws: GeoJSON (RFC 7946)."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any

from sqlalchemy import delete, insert

from station.db.database import Database
from station.db.tables import policies, refusals
from station.settings import SettingsError

_CORNERS = 48
_M_PER_DEG = 111_195.0


class NoPlace(Exception):
    """A sentence."""


def read_pack(fleet: str, text: str, shown: str) -> tuple[dict[str, Any], str]:
    """-> (pack, the first eight digits of its SHA-256). The bus checks a pack to the last value;
    here it only has to be drawable. SettingsError names the file and the place."""
    if not re.fullmatch("[A-Za-z0-9_-]{1,32}", fleet):
        raise SettingsError(f"{fleet!r} is no fleet: 1 to 32 letters, digits, _ and -")
    try:
        pack = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{shown} is not JSON: {error}") from error
    if not isinstance(pack, dict) or pack.get("v") != 1:
        raise SettingsError(f'{shown} is no policy: it has no "v": 1')
    try:
        json.dumps(places(pack), allow_nan=False)  # Python reads NaN, browsers do not
    except NoPlace as error:
        raise SettingsError(f"{shown}: {error}") from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise SettingsError(f"{shown} cannot be drawn: {type(error).__name__} {error}") from error
    return pack, hashlib.sha256(text.encode()).hexdigest()[:8]


async def put_pack(
    database: Database, fleet: str, pack: dict[str, Any], digest: str, text: str, now_ms: int
) -> None:
    """In place of the one before; that one goes to no more buses."""
    values = {"fleet": fleet, "hash": digest, "pack": pack, "text": text, "put_ms": now_ms}
    async with database.write() as connection:
        for table in (policies, refusals):
            await connection.execute(delete(table).where(table.c.fleet == fleet))
        await connection.execute(insert(policies).values(values))


def places(pack: dict[str, Any]) -> dict[str, Any]:
    """FeatureCollection: stops (schools among them), zones, roads, routes; properties.what tells
    which. Without internet the roads of the policy are the only streets on the map."""
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
        found.append(_feature("road", "LineString", _turned(road["line"], road), about))
    for route in pack.get("routes", []):
        if "line" in route:
            about = {key: route.get(key) for key in ("id", "name", "stops", "hours", "buses")}
            found.append(_feature("route", "LineString", _turned(route["line"], route), about))
    return {"type": "FeatureCollection", "features": found}


def _feature(what: str, kind: str, coordinates: list, about: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": {"what": what, **about}}


def _lonlat(at: list, of: dict[str, Any]) -> list[float]:
    """GeoJSON has the longitude first. NoPlace names what it is of."""
    lat, lon = (float(value) for value in at)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise NoPlace(
            f"{of['id']!r} has {at} as a place; a latitude is from -90 to 90, and then comes a "
            "longitude from -180 to 180"
        )
    return [lon, lat]


def _turned(line: list, of: dict[str, Any]) -> list[list[float]]:
    return [_lonlat(at, of) for at in line]


def _ring(zone: dict[str, Any]) -> list[list[float]]:
    if "polygon" in zone:
        ring = _turned(zone["polygon"], zone)
        return [*ring, ring[0]]
    (lon, lat), radius_m = _lonlat(zone["circle"]["at"], zone), zone["circle"]["radius_m"]
    north = radius_m / _M_PER_DEG
    east = north / math.cos(math.radians(lat))
    turns = [2 * math.pi * step / _CORNERS for step in range(_CORNERS)]
    ring = [[lon + east * math.cos(turn), lat + north * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]
