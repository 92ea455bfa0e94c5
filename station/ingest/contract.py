"""Checks what a bus sends: topic and payload against docs/mqtt.md and docs/schema.

A message that breaks the contract becomes Bad, with the reason; no message makes this raise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
from pydantic_core import from_json

from station.clock import parse_iso

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"
_END_S = 253_402_300_800  # the year 10000
_E7 = 10**7
_LAST_SEQ = 0xFFFFFFFF
_TOPIC = re.compile(
    r"schoolbus/([A-Za-z0-9_-]{1,32})/([A-Za-z0-9_-]{1,32})/([a-z]+(?:/[a-z0-9_]+)?)", re.ASCII
)
RECORDS = ("event", "track")
NAMES = ("status", "state", "reply", *RECORDS)


class Message(NamedTuple):
    fleet: str
    bus: str
    name: str
    body: dict[str, Any]


class Bad(NamedTuple):
    """A message for the quarantine."""

    topic: str
    payload: bytes
    reason: str


def _schema(name: str):
    """Without its bounds on names: a name that a later firmware adds costs no message
    (docs/mqtt.md)."""
    text = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    open_ended = json.loads(text, object_hook=_without_bounds)
    return jsonschema_rs.validator_for(open_ended)


def _without_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "additionalProperties"}


_VALIDATORS = {name: _schema(name) for name in NAMES}


def read(topic: str, payload: bytes) -> Message | Bad | None:
    """None: the station has no use for this topic."""
    match = _TOPIC.fullmatch(topic)
    if not match:
        return Bad(topic, payload, "the topic is not schoolbus/<fleet>/<bus>/<name>")
    fleet, bus, name = match.groups()
    if name not in NAMES:
        return None
    try:
        body = from_json(payload, allow_inf_nan=False)
    except ValueError as error:
        return Bad(topic, payload, f"not JSON: {error}")
    try:
        _VALIDATORS[name].validate(body)
        _check(name, body)
    except jsonschema_rs.ValidationError as error:
        place = "".join(f"[{part}]" for part in error.instance_path)
        return Bad(topic, payload, f"{place or 'message'}: {error.message}"[:500])
    except (ValueError, OverflowError) as error:
        return Bad(topic, payload, str(error)[:500])
    return Message(fleet, bus, name, body)


def _check(name: str, body: dict[str, Any]) -> None:
    """What a schema cannot express. ValueError."""
    if body.get("at"):
        parse_iso(body["at"])
    if name == "event" and body["occ"] > body["seq"]:
        raise ValueError(f"occ {body['occ']} is later than seq {body['seq']}")
    if name == "track":
        if body["n"] != len(body["d"]):
            raise ValueError(f"n is {body['n']}, but there are {len(body['d'])} rows")
        if body["seq"] + body["n"] - 1 > _LAST_SEQ:
            raise ValueError("the rows go beyond the last seq, 4294967295")


class Track(NamedTuple):
    """The rows of a track message, a column each: s since 1970, 1e-7 degree, 0.1 km/h, degrees."""

    t: list[int]
    lat_e7: list[int]
    lon_e7: list[int]
    speed: Sequence[int | None]
    heading: Sequence[int | None]


def track(body: dict[str, Any]) -> Track:
    """ValueError: a position or a time is out of range."""
    dt, dlat, dlon, speed, heading = zip(*body["d"], strict=True)
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
