"""The present, for other systems: GeoJSON and GTFS-Realtime. Not public (feed_reader.py)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select

from station.api.feed_reader import Reader
from station.api.guards import TheStation
from station.db.tables import policies
from station.feeds.geojson import present
from station.feeds.gtfs.alerts import service_alerts
from station.feeds.gtfs.vehicles import vehicle_positions
from station.live.sight import Sight
from station.live.view import view
from station.one_bad import over
from station.station import Station

router = APIRouter(tags=["feeds"])


class GeoJson(JSONResponse):
    media_type = "application/geo+json"


class Protobuf(Response):
    media_type = "application/x-protobuf"


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
