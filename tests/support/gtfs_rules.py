"""The rules of MobilityData's gtfs-realtime-validator that can hold for positions and alerts.

Written from its RULES.md and the GTFS Realtime reference 2.0; each rule has its name there. Rules
on TripUpdates are left out. Those that compare with a timetable take `routes` and `agencies` as the
ids that it holds; it holds no trip, because no timetable names the trips of school buses.
"""

import re
from collections import Counter

from google.transit import gtfs_realtime_pb2 as gtfs

_POSIX_S = range(1_000_000_000, 10_000_000_000)
_FUTURE_S, _OLD_S = 60, 65
_UNREALISTIC_MS = 26


def broken(payload, now_s, routes=(), agencies=(), before=None):
    """-> names of the rules that the feed breaks. before: the payload that was read before it."""
    feed = gtfs.FeedMessage.FromString(payload)
    assert feed.IsInitialized()
    found = list(_header(feed, now_s))
    if before is not None:
        found += _since(gtfs.FeedMessage.FromString(before), feed)
    for entity in feed.entity:
        if entity.HasField("is_deleted"):
            found.append("E039")
        if entity.HasField("vehicle"):
            found += _vehicle(entity.vehicle, feed.header.timestamp, now_s, routes)
        if entity.HasField("alert"):
            found += _alert(entity.alert, agencies)
    vehicles = [one.vehicle.vehicle.id for one in feed.entity if one.HasField("vehicle")]
    if len(set(vehicles)) != len(vehicles):
        found.append("E052")
    if len({one.id for one in feed.entity}) != len(feed.entity):
        found.append("id of an entity not unique")
    return Counter(found)


def _header(feed, now_s):
    header = feed.header
    if header.gtfs_realtime_version not in ("1.0", "2.0"):
        yield "E038"
    if not header.HasField("timestamp"):
        yield "E048"
    if not header.HasField("incrementality"):
        yield "E049"
    if header.timestamp not in _POSIX_S:
        yield "E001"
    if header.timestamp > now_s + _FUTURE_S:
        yield "E050"
    if header.timestamp < now_s - _OLD_S:
        yield "W008"


def _since(before, feed):
    same = before.header.timestamp == feed.header.timestamp
    if same and list(before.entity) != list(feed.entity):
        yield "E017"
    if feed.header.timestamp < before.header.timestamp:
        yield "E018"


def _vehicle(vehicle, header_s, now_s, routes):
    if not vehicle.timestamp:
        yield "W001"
    elif vehicle.timestamp not in _POSIX_S:
        yield "E001"
    if vehicle.timestamp > header_s:
        yield "E012"
    if vehicle.timestamp > now_s + _FUTURE_S:
        yield "E050"
    if not vehicle.vehicle.id:
        yield "W002"
    position = vehicle.position
    is_place = -90 <= position.latitude <= 90 and -180 <= position.longitude <= 180
    if not is_place or (position.latitude, position.longitude) == (0, 0):
        yield "E026"
    if position.HasField("bearing") and not 0 <= position.bearing <= 360:
        yield "E027"
    if position.HasField("speed") and not 0 <= position.speed <= _UNREALISTIC_MS:
        yield "W004"
    if vehicle.HasField("trip"):
        yield from _trip(vehicle.trip, routes)
    if vehicle.occupancy_percentage > 100:
        yield "occupancy_percentage above 100"


def _trip(trip, routes):
    if not trip.trip_id:
        yield "W006"
    if not trip.HasField("schedule_relationship"):
        yield "W009"
    elif trip.schedule_relationship != gtfs.TripDescriptor.ADDED:
        yield "E003"
    if trip.HasField("route_id") and trip.route_id not in routes:
        yield "E004"
    if trip.HasField("start_time") and not re.fullmatch(r"\d{2}:\d{2}:\d{2}", trip.start_time):
        yield "E020"
    if trip.HasField("start_date") and not re.fullmatch(r"\d{8}", trip.start_date):
        yield "E021"


def _alert(alert, agencies):
    if not alert.informed_entity:
        yield "E032"
    for informed in alert.informed_entity:
        if not informed.ListFields():
            yield "E033"
        if informed.HasField("agency_id") and informed.agency_id not in agencies:
            yield "E034"
    for period in alert.active_period:
        if any(at and at not in _POSIX_S for at in (period.start, period.end)):
            yield "E001"
    for text in (alert.header_text, alert.description_text):
        if [one.language for one in text.translation] != ["th", "en"]:
            yield "a text that is not in Thai and English"
