"""docs/schema applied: validate(topic, payload) for every message that any test sends."""

import base64
import json
import re
import struct
from functools import cache
from typing import Any

from vm import ROOT

from station.ingest import limits

ID = "[A-Za-z0-9_-]{1,32}"
_TOPIC = re.compile(
    rf"schoolbus/{ID}/{ID}/(?:(status|state|event|track|reply|fetch)|cmd/[a-z][a-z0-9_]*)", re.ASCII
)


_FILE = json.loads((ROOT / "docs" / "schema" / "kinds.json").read_text())
KINDS = _FILE["kinds"]


class Breach(AssertionError):
    """A message that is not what docs/mqtt.md promises."""


@cache
def validator(name: str) -> Any:
    """status, state, event, track, reply, fetch or command -> its schema, ready to use."""
    from jsonschema import Draft202012Validator  # 0.1 s; most single tests send nothing

    schema = json.loads((ROOT / "docs" / "schema" / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@cache
def of_kind(name: str) -> Any:
    """Of `data` and `why` of a kind that is declared."""
    from jsonschema import Draft202012Validator

    parts = {part: KINDS[name][part] for part in ("data", "why")}
    schema = {"$defs": _FILE["$defs"], "properties": parts, "required": list(parts)}
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


_LEAST = {"boolean": False, "integer": 1, "number": 0.0, "array": []}
_LEAST_TEXTS = {"time": "2026-11-22T00:12:03.400Z", "hash": "a1b2c3d4"}


def filled(kind: str, given: dict) -> dict:
    """`data` of this kind with what it has to have; what is not given is as little as it may be."""
    required = KINDS.get(kind, {}).get("data", {}).get("required", ())
    return {name: _least(kind, name) for name in required} | given


def _least(kind: str, name: str) -> Any:
    schema = KINDS[kind]["data"]["properties"][name]
    if "anyOf" in schema:
        return None
    value = schema["$ref"].rpartition("/")[2]
    return _LEAST.get(_FILE["$defs"][value]["type"], _LEAST_TEXTS.get(value, "x"))


def _no_double(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"a name stands twice in {names}")
    return dict(pairs)


def _no_constant(text):
    raise ValueError(f"{text} is no JSON")


def validate(topic: bytes | str, payload: bytes | str) -> dict:
    """The decoded payload; Breach if topic or payload break the contract."""
    name = topic if isinstance(topic, str) else bytes(topic).decode("ascii")
    match = _TOPIC.fullmatch(name)
    if not match:
        raise Breach(f"{name!r} is no topic of the contract")
    try:
        text = payload if isinstance(payload, str) else bytes(payload).decode("utf-8")
        message = json.loads(text, object_pairs_hook=_no_double, parse_constant=_no_constant)
    except ValueError as error:
        raise Breach(f"{name}: not JSON: {error}: {payload!r}") from error
    breach = next(validator(match[1] or "command").iter_errors(message), None)
    if breach:
        raise Breach(f"{name}: {breach.json_path}: {breach.message}")
    try:
        limits.check({key: value for key, value in message.items() if key != "d"})
    except limits.Beyond as beyond:
        raise Breach(f"{name}: {beyond}") from beyond
    if match[1] == "track" and message["n"] != _rows(message["d"]):
        raise Breach(f"{name}: n is {message['n']}, but there are {_rows(message['d'])} rows")
    if match[1] == "event":
        _check_event(name, message)
    return message


def _rows(d: str | list) -> float:
    if not isinstance(d, str):
        return len(d)
    data = base64.b64decode(d, validate=True)
    if len(data) % 8:
        return len(data) / 8
    return sum(lat != -0x8000 for lat, _, _ in struct.iter_unpack(">hhI", data))


def _check_event(topic: str, event: dict) -> None:
    if event["occ"] > event["seq"]:
        raise Breach(f"{topic}: occ {event['occ']} is later than seq {event['seq']}")
    kind = event["kind"]
    if kind not in KINDS:
        raise Breach(f"{topic}: {kind} is not in docs/schema/kinds.json; run: make texts")
    # What was raised in a drill and outlasts it is updated, whatever its kind.
    declared = {**KINDS[kind], "state": [*KINDS[kind]["state"], "updated"]}
    for key in ("severity", "state"):
        if event[key] not in declared[key]:
            raise Breach(f"{topic}: {kind} does not declare {key} {event[key]!r} in its `City:`")
    breach = next(of_kind(kind).iter_errors(event), None)
    if breach:
        raise Breach(f"{topic}: {kind}: {breach.json_path}: {breach.message}")
