"""What can be read of an alarm that does not fit the contract: it is shown and told all the same.

The message itself goes to the quarantine. But an alarm whose seats or whose time cannot be read is
still an alarm: it is stored as an event of its own kind, with what does fit. What does not is left
out, and named in `data["unreadable"]`, such as ["at", "data.seats"]; so `data` and `why` fit their
kind's schema for every reader behind the intake, but for members that are named there.

An alarm without its place among the records (epoch, seq, kind and the like) cannot be kept so
(station/alarms/untrusted.py).
"""

from __future__ import annotations

import re
from typing import Any

from pydantic_core import from_json

from station.clock import parse_iso
from station.ingest import limits
from station.ingest.contract import SCHEMAS, VALIDATORS, Message, Place
from station.ingest.kinds import KINDS, UNREADABLE, of_kind

_ENVELOPE = ("v", "epoch", "seq", "kind", "severity", "state", "occ")
_PARTS = ("data", "why")
_OTHERS = [name for name in SCHEMAS["event"]["properties"]
           if name not in (*_ENVELOPE, *_PARTS, "mac")]  # fmt: skip
_UNKNOWN = {"at": None, "clock": "none", "lat": None, "lon": None, "speed_kmh": None}
_NAME = re.compile("[A-Za-z0-9_]{1,48}")
Left = set[str]
"""Names of what was left out."""


def alarm(place: Place, payload: bytes, serial: str | None) -> Message | None:
    """payload: an event that does not fit. None: it is no alarm, or cannot be placed."""
    try:
        sent = from_json(payload, allow_inf_nan=False)
        found = {name: sent[name] for name in _ENVELOPE}
        limits.check(found)
    except (ValueError, TypeError, KeyError):
        return None
    left: Left = set()
    found |= _within({name: sent[name] for name in _OTHERS if name in sent}, "", left)
    if found["severity"] != "alarm" or not _placed(found, left):
        return None
    _place_in_time(found, left)
    _place_on_earth(found, left)
    kind = KINDS.get(found["kind"], {})
    for part in _PARTS:
        found[part] = _part(sent.get(part), part, kind.get(part, {}), left)
    _fit(found, kind, left)
    found["data"][UNREADABLE] = sorted(left)
    return Message(*place, {**_UNKNOWN, **found}, serial)


def _within(sent: dict[str, Any], prefix: str, left: Left) -> dict[str, Any]:
    """Those within the limits of all values."""
    found: dict[str, Any] = {}
    for name, value in sent.items():
        one = {name: value}
        try:
            limits.check(one, depth=2 if prefix else 1)
            found |= one
        except limits.Beyond:
            left.add(_named(prefix, name))
    return found


def _named(prefix: str, name: str) -> str:
    """A name that no one can read is not shown."""
    return prefix + name if _NAME.fullmatch(name) else prefix.rstrip(".")


def _placed(found: dict[str, Any], left: Left) -> bool:
    """Takes out what the schema of all events refuses. False: it is in the envelope."""
    whole = {**found, **{part: {} for part in _PARTS}}
    for error in VALIDATORS["event"].iter_errors(whole):
        path = error.instance_path
        if path and path[0] in _ENVELOPE:
            return False
        if path and path[0] in found:
            del found[str(path[0])]
            left.add(str(path[0]))
    return found["occ"] <= found["seq"]


def _place_in_time(found: dict[str, Any], left: Left) -> None:
    """A time without its clock is none, and so is a clock without its time."""
    left |= {"at", "clock"} - set(found)
    try:
        if found.get("at") is not None:
            parse_iso(found["at"])
    except (ValueError, OverflowError):
        left.add("at")
    if left & {"at", "clock"}:
        found |= {"at": None, "clock": "none"}


def _place_on_earth(found: dict[str, Any], left: Left) -> None:
    """Half a position is none; one whose accuracy cannot be read may be anywhere near."""
    left |= {"lat", "lon", "speed_kmh"} - set(found)
    if left & {"lat", "lon"}:
        found |= {"lat": None, "lon": None}
    if left & {"accuracy_m", "estimated"}:
        found["estimated"] = True


def _part(sent: Any, part: str, schema: dict[str, Any], left: Left) -> dict[str, Any]:
    """`data` or `why`; of one with too many members, those that are declared."""
    if not isinstance(sent, dict):
        left.add(part)
        return {}
    if len(sent) > limits.NAMES:
        left.add(part)
        sent = {name: sent[name] for name in schema.get("properties", ()) if name in sent}
    return _within(sent, f"{part}.", left)


def _fit(found: dict[str, Any], kind: dict[str, Any], left: Left) -> None:
    """Takes out what the schema of its kind refuses."""
    for error in list(of_kind(found["kind"]).iter_errors(found)):
        part, *member = error.instance_path
        if member and found[str(part)].pop(str(member[0]), left) is not left:
            left.add(_named(f"{part}.", str(member[0])))
    for part in _PARTS:
        required = kind.get(part, {}).get("required", ())
        left |= {f"{part}.{name}" for name in required if name not in found[part]}
