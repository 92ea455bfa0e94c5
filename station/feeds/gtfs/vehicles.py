"""Where the buses are now, as a GTFS-Realtime feed of VehiclePositions.

Source: GTFS Realtime reference 2.0, messages VehiclePosition, TripDescriptor, OccupancyStatus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from google.transit import gtfs_realtime_pb2 as gtfs

from station.feeds.gtfs.feed import empty
from station.feeds.measured import measured_at_ms, occupied
from station.feeds.trips import Trip, trip_of
from station.one_bad import over

_KMH_PER_MS = 3.6
_MOST_MS = 26
"""A faster one is called unrealistic (W004)."""
_FEW_PERCENT = 50


def vehicle_positions(
    buses: Iterable[dict[str, Any]], now_s: int, trips: Mapping[Trip, str | None]
) -> bytes:
    """buses: as in GET /api/live. trips: as Trips.on() -> FeedMessage in protobuf's wire format.

    Left out are buses that cannot be told to be at a place (station/feeds/measured.py).
    """
    feed = empty(now_s)
    for bus in buses:
        with over("gtfs"):
            at_ms = measured_at_ms(bus, now_s * 1000)
            if at_ms is not None:
                feed.entity.append(_entity(bus, at_ms // 1000, trips))
    return feed.SerializeToString()


def _entity(bus: dict[str, Any], at_s: int, trips: Mapping[Trip, str | None]) -> gtfs.FeedEntity:
    entity = gtfs.FeedEntity(id=f"{bus['fleet']}/{bus['bus']}")
    vehicle = entity.vehicle
    vehicle.vehicle.id = entity.id
    vehicle.vehicle.label = bus["label"] or bus["bus"]
    vehicle.timestamp = at_s
    trip = trip_of(bus)
    if trip is not None and trip in trips:
        _travel(vehicle.trip, trip, bus["route"], trips[trip])
    vehicle.position.latitude = bus["lat"]
    vehicle.position.longitude = bus["lon"]
    heading, speed = bus["heading_deg"], bus["speed_kmh"]
    if heading is not None and 0 <= heading <= 360:
        vehicle.position.bearing = heading
    if speed is not None and 0 <= speed / _KMH_PER_MS <= _MOST_MS:
        vehicle.position.speed = speed / _KMH_PER_MS
    _occupy(vehicle, bus["seats"])
    return entity


def _travel(told: gtfs.TripDescriptor, trip: Trip, route: str | None, day: str | None) -> None:
    """ADDED: no timetable names this trip, so none has to hold its id (E003, E016). The reference
    prefers NEW by now, which the validator does not know."""
    told.trip_id = f"{trip.fleet}/{trip.bus}/{trip.number}"
    told.schedule_relationship = gtfs.TripDescriptor.ADDED
    if day is not None:
        told.start_date = day.replace("-", "")
    if route:
        told.route_id = route


def _occupy(vehicle: gtfs.VehiclePosition, seats: dict[str, Any]) -> None:
    """A seat that cannot be read may hold a child, and counts as taken."""
    full = occupied(seats)
    if full is None:
        vehicle.occupancy_status = gtfs.VehiclePosition.NO_DATA_AVAILABLE
        return
    percent = 100 * full // seats["total"]
    vehicle.occupancy_percentage = percent
    if full == 0:
        status = gtfs.VehiclePosition.EMPTY
    elif percent < _FEW_PERCENT:
        status = gtfs.VehiclePosition.MANY_SEATS_AVAILABLE
    elif percent < 100:
        status = gtfs.VehiclePosition.FEW_SEATS_AVAILABLE
    else:
        status = gtfs.VehiclePosition.FULL
    vehicle.occupancy_status = status
