"""Checks what a bus sends: topic and payload against docs/mqtt.md and docs/schema.

A message that breaks the contract becomes Bad, with the reason; no message makes this raise.
"""

from __future__ import annotations

import re
import struct
from binascii import a2b_base64
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import jsonschema_rs
from pydantic_core import from_json

from station.clock import parse_iso
from station.ingest import limits
from station.ingest.kinds import of_kind, schema
from station.ingest.whole_state import whole

_END_S = 253_402_300_800  # the year 10000
_E7 = 10**7
_LAST_SEQ = 0xFFFFFFFF
_ROW, _ROW_BYTES = "hhI", 8
"""Of a track: 1e-6 degree, 1e-6 degree; 11 bits seconds, 12 bits speed, 9 bits heading."""
_PAUSE, _PAUSE_BYTES = -0x8000, b"\x80\x00"
"""In the place of the latitude: the rest is seconds, and there is no position."""
_NO_SPEED, _NO_HEADING = 0xFFF, 0x1FF
_NO_COURSE = frozenset(range(360, _NO_HEADING))
_TOPIC = re.compile(
    r"schoolbus/([A-Za-z0-9_-]{1,32})/([A-Za-z0-9_-]{1,32})/([a-z]+(?:/[a-z0-9_]+)?)", re.ASCII
)
RECORDS = ("event", "track")
NAMES = ("status", "state", "reply", "fetch", *RECORDS)


class Place(NamedTuple):
    """What a topic says."""

    fleet: str
    bus: str
    name: str


class Message(NamedTuple):
    fleet: str
    bus: str
    name: str
    body: dict[str, Any]
    serial: str | None = None
    """of the identity whose seal it has; None: its bus need not seal"""


class Bad(NamedTuple):
    """A message for the quarantine."""

    topic: str
    payload: bytes
    reason: str


SCHEMAS = {name: schema(f"{name}.schema.json") for name in NAMES}
VALIDATORS = {name: jsonschema_rs.validator_for(schema) for name, schema in SCHEMAS.items()}


def read(topic: str, payload: bytes) -> Message | Bad | None:
    """None: the station has no use for this topic. A state has all its members (whole_state)."""
    place = place_of(topic, payload)
    return read_at(place, topic, payload) if isinstance(place, Place) else place


def place_of(topic: str, payload: bytes) -> Place | Bad | None:
    """None: the station has no use for this topic."""
    match = _TOPIC.fullmatch(topic)
    if not match:
        return Bad(topic, payload, "the topic is not schoolbus/<fleet>/<bus>/<name>")
    place = Place(*match.groups())
    return place if place.name in NAMES else None


def read_at(place: Place, topic: str, payload: bytes, serial: str | None = None) -> Message | Bad:
    """serial: of the identity whose seal it has."""
    name = place.name
    try:
        body = from_json(payload, allow_inf_nan=False)
    except ValueError as error:
        return Bad(topic, payload, f"not JSON: {error}")
    try:
        _limit(body)
        VALIDATORS[name].validate(body)
        _check(name, body)
    except jsonschema_rs.ValidationError as error:
        where = "".join(f"[{part}]" for part in error.instance_path)
        return Bad(topic, payload, f"{where or 'message'}: {error.message}"[:500])
    except (ValueError, OverflowError) as error:
        return Bad(topic, payload, str(error)[:500])
    body.pop("mac", None)
    if name == "state":
        body = whole(body, SCHEMAS["state"])
    return Message(*place, body, serial)


def _limit(body: Any) -> None:
    """The rows of a track alone are a long text. Beyond."""
    rows = body.pop("d", None) if isinstance(body, dict) else None
    limits.check(rows)
    limits.check(body)
    if rows is not None:
        body["d"] = rows


def _check(name: str, body: dict[str, Any]) -> None:
    """What its schema does not express. ValueError, or ValidationError."""
    if name != "fetch" and body.get("at"):  # there it counts bytes
        parse_iso(body["at"])
    if name == "event":
        of_kind(body["kind"]).validate(body)
        if body["occ"] > body["seq"]:
            raise ValueError(f"occ {body['occ']} is later than seq {body['seq']}")
    if name == "track":
        rows = _rows(body["d"])
        if body["n"] != rows:
            raise ValueError(f"n is {body['n']}, but there are {rows:g} rows")
        if body["seq"] + body["n"] - 1 > _LAST_SEQ:
            raise ValueError("the rows go beyond the last seq, 4294967295")


def _rows(d: str | list[Any]) -> float:
    """How many positions; half a row shows."""
    if not isinstance(d, str):
        return len(d)
    rows = a2b_base64(d)
    whole = len(rows) / _ROW_BYTES
    if _PAUSE_BYTES in rows and len(rows) % _ROW_BYTES == 0:
        whole -= _unpacked(rows)[::3].count(_PAUSE)
    return whole


def _unpacked(rows: bytes) -> tuple[int, ...]:
    """Latitude, longitude, the rest, of each row. Faster than row by row."""
    return struct.unpack(">" + _ROW * (len(rows) // _ROW_BYTES), rows)


class Track(NamedTuple):
    """The rows of a track message, a column each: s since 1970, 1e-7 degree, 0.1 km/h, degrees."""

    t: list[int]
    lat_e7: list[int]
    lon_e7: list[int]
    speed: Sequence[int | None]
    heading: Sequence[int | None]


def _columns(d: str | list[Any]) -> tuple[Sequence[Any], ...]:
    """The five columns of `d`, as in the older form."""
    if not isinstance(d, str):
        return tuple(zip(*d, strict=True))
    values = _unpacked(a2b_base64(d))
    columns: tuple[Sequence[int], ...] = values[::3], values[1::3], values[2::3]
    columns += ([bits >> 21 for bits in columns[2]],)
    if _PAUSE in columns[0]:
        columns = _without_pauses(*columns[:3])
    dlat, dlon, rest, dt = columns
    speed = [bits >> 9 & _NO_SPEED for bits in rest]
    heading = [bits & _NO_HEADING for bits in rest]
    if max(heading) > 359 and set(heading) & _NO_COURSE:
        raise ValueError(f"d: heading out of range: {max(heading)}")
    return (
        dt, [10 * step for step in dlat], [10 * step for step in dlon],
        _known(speed, _NO_SPEED), _known(heading, _NO_HEADING),
    )  # fmt: skip


def _without_pauses(*columns: Sequence[int]) -> tuple[Sequence[int], ...]:
    """-> latitude, longitude and the rest of the positions, and the seconds before each."""
    rows = []
    pause = 0
    for dlat, dlon, rest in zip(*columns, strict=True):
        if dlat == _PAUSE:
            pause += rest
        else:
            rows.append((dlat, dlon, rest, pause + (rest >> 21)))
            pause = 0
    return tuple(zip(*rows, strict=True))


def _known(column: list[int], unknown: int) -> Sequence[int | None]:
    return (
        [None if value == unknown else value for value in column] if unknown in column else column
    )


def track(body: dict[str, Any]) -> Track:
    """ValueError: a position or a time is out of range."""
    dt, dlat, dlon, speed, heading = _columns(body["d"])
    t = list(accumulate(dt, initial=body["t"]))[1:]
    lat = list(accumulate(dlat, initial=body["lat"]))[1:]
    lon = list(accumulate(dlon, initial=body["lon"]))[1:]
    for column, low, high in ((t, 0, _END_S - 1), (lat, -90 * _E7, 90 * _E7),
                              (lon, -180 * _E7, 180 * _E7)):  # fmt: skip
        if min(column) < low or max(column) > high:
            wrong = next(n for n, value in enumerate(column) if not low <= value <= high)
            raise ValueError(
                f"d[{wrong}]: position or time out of range: {t[wrong]}, {lat[wrong]}, {lon[wrong]}"
            )
    return Track(t, lat, lon, speed, heading)
