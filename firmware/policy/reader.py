"""Reads the parts of a policy pack, each with its settings and limits (docs/policy.md)."""

from micropython import const

from firmware import geo
from firmware.config.rule_settings import of_rules
from firmware.policy.corners import step_of
from firmware.policy.hours import ALL_DAYS
from firmware.policy.pack import KINDS
from firmware.policy.settings import CLASSES, ROAD, ROUTE, SCHOOL, STOP, ZONE
from firmware.policy.table import numbers

_CORNERS = const(8000)  # in the whole pack: 64 KB
_CORNERS_EACH = const(1000)
_STOPS = const(100)
_ZONES = const(250)
_ROADS = const(100)
_ROUTES = const(50)
_WIDEST_E7 = const(20000000)
_STOP_M = const(50)
_ROAD_M = const(25)

_ORDER = ("stops", "schools", "zones", "roads", "routes")
_some = numbers(2 * 16 + 1)  # corners that one step reads


def read(json, policy, bus):
    """Generator, a step at a time: reads the whole pack into policy. Raises PolicyError."""
    read_one = {
        "stops": _stop, "schools": _school, "zones": _zone, "roads": _road, "routes": _route,
    }  # fmt: skip
    most = {"stops": _STOPS, "schools": _STOPS, "zones": _ZONES, "roads": _ROADS}
    seen = []
    part = 0
    for key in json.fields():
        seen.append(key)
        if key in _ORDER:
            if _ORDER.index(key) < part:
                json.fail("this has to come before %s" % _ORDER[part])
            part = _ORDER.index(key)
            for index in json.items():
                if index >= most.get(key, _ROUTES):
                    json.fail("there may be %d at most" % index)
                yield from read_one[key](json, policy, bus)
                yield
        elif key == "v":
            json.number(0, 1, 1, "the format")
        elif key == "version":
            policy.version = json.number(0, 1, 1000000000, "the version")
        elif key == "utc_offset_min":
            policy.utc_offset_min = json.number(0, -720, 840, "the offset")
        elif key == "rules":
            _rules(json, policy, of_rules())
        elif key == "name":  # read, but not used by the bus
            json.text(200)
        else:
            json.fail(
                "there is no such part; known here: v, version, name, utc_offset_min, rules, "
                "stops, schools, zones, roads, routes"
            )
    for key in ("v", "version"):
        if key not in seen:
            json.fail("%s is missing" % key)


def _rules(json, policy, known):
    for key in json.fields():
        if key not in known:
            json.fail("there is no such threshold; known here: " + ", ".join(sorted(known)))
        value = json.value()
        if not known[key].accepts(value):
            json.fail("this has to be " + known[key].range)
        policy.rules[key] = value


def _stop(json, policy, bus):
    stop = yield from _item(json, policy, STOP, ("id", "at"))
    _new(json, policy.stops, stop["id"])
    _circle_area(policy, KINDS[0], stop.get("at"), stop.get("radius_m", _STOP_M), 0, 0)


def _school(json, policy, bus):
    school = yield from _item(json, policy, SCHOOL, ("stop",))
    if school["stop"] in policy.schools:
        json.fail("this stop is already a school")
    policy.schools[school["stop"]] = _hours(policy, school)


def _zone(json, policy, bus):
    first = policy.corner_n
    zone = yield from _item(json, policy, ZONE, ("id", "kind"))
    _new(json, policy.zones, zone["id"])
    kind, limit = zone["kind"], zone.get("limit_kmh", 0)
    if ("polygon" in zone) == ("circle" in zone):
        json.fail("a zone has either a polygon or a circle")
    if kind in ("school", "speed") and not limit:
        json.fail("limit_kmh is missing")
    hours = _hours(policy, zone)
    if "school" in zone:
        if hours:
            json.fail("a zone has either a school or hours and days of its own")
        hours = zone["school"]
    if "circle" in zone:
        _circle_area(policy, kind, zone["circle"][0], zone["circle"][1], limit, hours)
        return
    south, north, west, east = zone["polygon"]
    policy.areas.add(
        first=first, count=policy.corner_n - first, radius_m=0, kind=KINDS.index(kind),
        limit_kmh=limit, hours=hours, south=south, north=north, west=west, east=east,
        step=step_of(south, north, west, east),
    )  # fmt: skip


def _road(json, policy, bus):
    first = policy.corner_n
    road = yield from _item(json, policy, ROAD, ("id", "class", "line"))
    _new(json, policy.roads, road["id"])
    limit = road.get("limit_kmh", CLASSES[road["class"]])
    _line(policy, first, road["line"], road.get("width_m", _ROAD_M), limit)


def _route(json, policy, bus):
    corners, visits = policy.corner_n, policy.visits.n
    route = yield from _item(json, policy, ROUTE, ("id", "stops"))
    _new(json, policy.routes, route["id"])
    _line(policy, corners, route.get("line", (0, 0, 0, 0)), 0, 0)
    policy.runs.add(
        first=visits,
        count=policy.visits.n - visits,
        hours=_hours(policy, route),
        mine=bus in route.get("buses", [bus]),
    )


def _item(json, policy, settings, needed):
    """Generator: an object with these settings -> dict. Lists of corners and of stops go
    straight into the policy."""
    item = {}
    for key in json.fields():
        if key not in settings:
            json.fail("there is no such setting; known here: " + ", ".join(sorted(settings)))
        if key in ("polygon", "line"):
            is_area = key == "polygon"
            table = policy.areas if is_area else policy.lines
            item[key] = yield from _corners(json, policy, 3 if is_area else 2, table)
        else:
            item[key] = settings[key](json, policy)
    for key in needed:
        if key not in item:
            json.fail("%s is missing" % key)
    return item


def _corners(json, policy, least, table):
    """Generator: a list of corners into the policy, for the next row of a table -> (south, north,
    west, east), 1e-7 degree."""
    total = 0
    south = west = 1800000000
    north = east = -1800000000
    for n in json.positions(_some):
        total += n
        if total > _CORNERS_EACH or policy.corner_n + n > _CORNERS:
            json.fail("there are too many corners")
        policy.put(_some, n, table)
        for at in range(0, 2 * n, 2):
            lat, lon = _some[at], _some[at + 1]
            south, north = min(south, lat), max(north, lat)
            west, east = min(west, lon), max(east, lon)
        yield
    if total < least:
        json.fail("at least %d corners are needed" % least)
    if north - south > _WIDEST_E7 or east - west > _WIDEST_E7:
        json.fail("it is wider than 2 degrees")
    return south, north, west, east


def _circle_area(policy, kind, at, radius_m, limit, hours):
    lat, lon = at
    up = radius_m * 32768000 // geo.north_scale(lat) + 1
    aside = radius_m * 32768000 // max(1, geo.east_scale(lat)) + 1
    policy.areas.add(
        first=policy.corner_n, count=0, radius_m=radius_m, kind=KINDS.index(kind),
        limit_kmh=limit, hours=hours,
        south=lat - up, north=lat + up, west=lon - aside, east=lon + aside, step=1,
    )  # fmt: skip


def _line(policy, first, bounds, width_m, limit):
    policy.lines.add(
        first=first, count=policy.corner_n - first, width_m=width_m, limit_kmh=limit,
        south=bounds[0], west=bounds[2], step=step_of(*bounds),
    )  # fmt: skip


def _hours(policy, item):
    """-> int, as in a column of hours: an index from 1 into policy.hours, or 0: always."""
    if "hours" not in item and "days" not in item:
        return 0
    hours = item.get("hours", ()), item.get("days", ALL_DAYS)
    if hours not in policy.hours:
        policy.hours.append(hours)
    return policy.hours.index(hours) + 1


def _new(json, names, name):
    if names.index(name) >= 0:
        json.fail('"%s" is used twice' % name)
    names.add(name)
