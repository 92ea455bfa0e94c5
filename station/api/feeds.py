"""The present, for other systems: GeoJSON and GTFS-Realtime. Not public.

A person who is signed in may read them, and a program that sends STATION_FEED_TOKEN:
`Authorization: Bearer TOKEN`.
"""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Response, Security
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select

from station.api.guards import COOKIE, TheStation
from station.db.tables import policies
from station.feeds.geojson import present
from station.feeds.gtfs.alerts import service_alerts
from station.feeds.gtfs.vehicles import vehicle_positions
from station.live.sight import Sight
from station.live.view import view
from station.one_bad import over
from station.station import Station

router = APIRouter(tags=["feeds"])
_session = APIKeyCookie(name=COOKIE, auto_error=False)
_token = HTTPBearer(auto_error=False, description="STATION_FEED_TOKEN")


class GeoJson(JSONResponse):
    media_type = "application/geo+json"


class Protobuf(Response):
    media_type = "application/x-protobuf"


async def _reader(
    station: TheStation,
    cookie: Annotated[str | None, Security(_session)],
    shown: Annotated[HTTPAuthorizationCredentials | None, Security(_token)],
) -> Sight:
    token = station.settings.feed_token
    if token and shown and hmac.compare_digest(shown.credentials.encode(), token.encode()):
        return Sight(phone=False)
    person = await station.accounts.who(cookie)
    if person is None:
        raise HTTPException(401, "Sign in, or send the feed's token as a Bearer.")
    return person.sight


Reader = Annotated[Sight, Depends(_reader)]


def _buses(station: Station, sight: Sight) -> list[dict[str, Any]]:
    """Those that this reader sees, as in GET /api/live."""
    now_ms = station.clock.now_ms()
    shown = []
    for bus in sorted(station.live, key=lambda bus: bus.key):
        with over("feeds"):
            shown.append(view(bus, now_ms))
    return sight.of(shown)


@router.get("/api/feeds/buses.geojson", response_class=GeoJson)
async def geojson(station: TheStation, sight: Reader) -> Response:
    """GeoJSON (RFC 7946): where each bus is, with counts of seats."""
    return GeoJson(present(_buses(station, sight)))


@router.get("/api/feeds/vehicle_positions.pb", response_class=Protobuf)
async def gtfs_vehicles(station: TheStation, sight: Reader) -> Response:
    """GTFS-Realtime 2.0 VehiclePositions with trip and occupancy."""
    buses = _buses(station, sight)
    trips = await station.trips.on(buses)
    now_s = station.clock.now_ms() // 1000
    return Protobuf(station.per_second.get(
        ("vehicles", sight), now_s, lambda: vehicle_positions(buses, now_s, trips)
    ))  # fmt: skip


@router.get("/api/feeds/alerts.pb", response_class=Protobuf)
async def gtfs_alerts(station: TheStation, sight: Reader) -> Response:
    """GTFS-Realtime 2.0 Alerts: the flooded and closed zones of the policies, in Thai and
    English."""
    query = select(policies.c.fleet, policies.c.pack).where(sight.where(policies.c.fleet))
    async with station.db.read() as connection:
        packs = [(row.fleet, row.pack) for row in await connection.execute(query)]
    now_s = station.clock.now_ms() // 1000
    return Protobuf(station.per_second.get(
        ("alerts", sight), now_s, lambda: service_alerts(packs, now_s)
    ))  # fmt: skip
