"""The present for other systems: GeoJSON and GTFS-Realtime. Not public.

Whoever is signed in may read them, and a program that shows STATION_FEED_TOKEN:
`Authorization: Bearer TOKEN`.
"""

from __future__ import annotations

import hmac
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from station.api.guards import COOKIE, TheStation
from station.feeds.geojson import present
from station.feeds.gtfs_realtime import vehicle_positions
from station.live import view
from station.station import Station

router = APIRouter(tags=["feeds"])
_PROTOBUF = "application/x-protobuf"


async def _reader(request: Request, station: TheStation) -> None:
    token = station.settings.feed_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and given and hmac.compare_digest(given.encode(), token.encode()):
        return
    if await station.accounts.who(request.cookies.get(COOKIE)) is None:
        raise HTTPException(401, "This takes a session, or the feed's token as a Bearer.")


Reader = Annotated[None, Depends(_reader)]


def _buses(station: Station) -> list[dict[str, Any]]:
    now_ms = station.clock.now_ms()
    return [view(bus, now_ms) for bus in sorted(station.live, key=lambda bus: bus.key)]


@router.get("/api/feeds/buses.geojson")
async def geojson(station: TheStation, who: Reader) -> Response:
    """RFC 7946: where every bus is, with counts of seats."""
    body = json.dumps(present(_buses(station)))
    return Response(body, media_type="application/geo+json")


@router.get("/api/feeds/vehicle_positions.pb", responses={200: {"content": {_PROTOBUF: {}}}})
async def gtfs(station: TheStation, who: Reader) -> Response:
    """GTFS-Realtime 2.0 VehiclePositions with occupancy."""
    now_s = station.clock.now_ms() // 1000
    return Response(vehicle_positions(_buses(station), now_s), media_type=_PROTOBUF)
