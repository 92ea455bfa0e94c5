"""The settings in a policy pack: each function reads one value (docs/policy.md).

Each gets the Json, which stands before the value, and the policy as read so far.
"""

from firmware.config.kinds import Identifier
from firmware.policy.hours import span
from firmware.policy.pack import KINDS

CLASSES = {"town": 60, "rural": 70, "divided": 80, "expressway": 90}
"""km/h for school vehicles, as approved in principle in June 2021; `limit_kmh` replaces it."""

_name = Identifier("")


def _id(json, policy):
    name = json.text(32)
    if not _name.accepts(name):
        json.fail("an id is " + _name.range)
    return name


def _known_stop(json, policy):
    name = json.text(32)
    index = policy.stops.index(name)
    if index < 0:
        json.fail('there is no stop "%s"' % name)
    return index


def _school_hours(json, policy):
    """-> the hours of a school, by its stop."""
    stop = _known_stop(json, policy)
    if stop not in policy.schools:
        json.fail("this stop is not a school")
    return policy.schools[stop]


def _visits(json, policy):
    for index in json.items():
        if index >= 64:
            json.fail("a route has 64 stops at most")
        policy.visits.add(stop=_known_stop(json, policy))


def _spans(json, policy):
    spans = []
    for _ in json.items():
        text = json.text(32)
        try:
            spans.append(span(text))
        except ValueError as error:
            json.fail(str(error))
    return tuple(spans)


def _days(json, policy):
    days = 0
    for _ in json.items():
        days |= 1 << json.number(0, 1, 7, "the day") - 1
    return days


def _buses(json, policy):
    return [_id(json, policy) for _ in json.items()]


def _choice(words):
    def choose(json, policy):
        word = json.text(32)
        if word not in words:
            json.fail("this has to be one of " + ", ".join(words))
        return word

    return choose


def _whole(low, high, what):
    return lambda json, policy: json.number(0, low, high, what)


def _circle(json, policy):
    circle = {}
    for key in json.fields():
        if key not in ("at", "radius_m"):
            json.fail("there is no such setting; known here: at, radius_m")
        circle[key] = json.position() if key == "at" else _radius(json, policy)
    for key in ("at", "radius_m"):
        if key not in circle:
            json.fail("%s is missing" % key)
    return circle["at"], circle["radius_m"]


_limit = _whole(5, 120, "the limit")
_radius = _whole(10, 20000, "the radius")


def _label(json, policy):
    """A name for people; the bus does not use it."""
    json.text(100)


STOP = {
    "id": _id,
    "name": _label,
    "at": lambda json, policy: json.position(),
    "radius_m": _whole(20, 500, "the radius"),
}
SCHOOL = {"stop": _known_stop, "hours": _spans, "days": _days}
ZONE = {
    "id": _id,
    "name": _label,
    "kind": _choice(KINDS[1:]),
    "polygon": None,  # _corners
    "circle": _circle,
    "limit_kmh": _limit,
    "school": _school_hours,
    "hours": _spans,
    "days": _days,
}
ROAD = {
    "id": _id,
    "name": _label,
    "class": _choice(sorted(CLASSES)),
    "line": None,
    "limit_kmh": _limit,
    "width_m": _whole(5, 200, "the width"),
}
ROUTE = {
    "id": _id,
    "name": _label,
    "stops": _visits,
    "line": None,
    "hours": _spans,
    "days": _days,
    "buses": _buses,
}
