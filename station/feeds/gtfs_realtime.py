"""Where the buses are now, as a GTFS-Realtime feed of VehiclePositions.

Source: GTFS Realtime reference 2.0, messages FeedMessage, VehiclePosition, OccupancyStatus.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from google.transit import gtfs_realtime_pb2 as gtfs

_KMH_PER_MS = 3.6
_FEW_PERCENT = 50
_MOST_M = 100  # the next street is as far


def vehicle_positions(buses: Iterable[dict[str, Any]], now_s: int) -> bytes:
    """buses: as in GET /api/live -> FeedMessage in protobuf's wire format.

    Left out are stale buses, and those without a measured position: the format has no word for
    an estimated or a wide one, so a consumer would take it for where the bus is.
    """
    feed = gtfs.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.incrementality = gtfs.FeedHeader.FULL_DATASET
    feed.header.timestamp = now_s
    for bus in buses:
        if bus["at"] is not None and not bus["stale"] and _is_measured(bus):
            _fill(feed.entity.add(), bus)
    return feed.SerializeToString()


def _is_measured(bus: dict[str, Any]) -> bool:
    """Older buses do not report how accurate their position is."""
    known = bus["lat"] is not None and bus["lon"] is not None
    return known and not bus["estimated"] and (bus["accuracy_m"] or 0) <= _MOST_M


def _fill(entity: gtfs.FeedEntity, bus: dict[str, Any]) -> None:
    entity.id = f"{bus['fleet']}/{bus['bus']}"
    vehicle = entity.vehicle
    vehicle.vehicle.id = entity.id
    vehicle.vehicle.label = bus["label"] or bus["bus"]
    if bus["route"]:
        vehicle.trip.route_id = bus["route"]
    vehicle.position.latitude = bus["lat"]
    vehicle.position.longitude = bus["lon"]
    if bus["heading_deg"] is not None:
        vehicle.position.bearing = bus["heading_deg"]
    if bus["speed_kmh"] is not None:
        vehicle.position.speed = bus["speed_kmh"] / _KMH_PER_MS
    vehicle.timestamp = int(datetime.fromisoformat(bus["at"].replace("Z", "+00:00")).timestamp())
    _occupy(vehicle, bus["seats"])


def _occupy(vehicle: gtfs.VehiclePosition, seats: dict[str, Any]) -> None:
    """A seat that cannot be read may hold a child, and counts as taken."""
    if not seats["total"]:
        vehicle.occupancy_status = gtfs.VehiclePosition.NO_DATA_AVAILABLE
        return
    percent = 100 * (len(seats["taken"]) + len(seats["unknown"])) // seats["total"]
    vehicle.occupancy_percentage = percent
    if percent == 0:
        status = gtfs.VehiclePosition.EMPTY
    elif percent < _FEW_PERCENT:
        status = gtfs.VehiclePosition.MANY_SEATS_AVAILABLE
    elif percent < 100:
        status = gtfs.VehiclePosition.FEW_SEATS_AVAILABLE
    else:
        status = gtfs.VehiclePosition.FULL
    vehicle.occupancy_status = status
