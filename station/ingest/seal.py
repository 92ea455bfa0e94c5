"""The seal of a bus under each message: who may speak for a bus (docs/mqtt.md).

A payload ends with `,"mac":"<11 characters>"}`: HMAC-SHA256 by the bus's own key over the topic and
all that stands before, cut to 8 bytes. A bus that was ever enrolled has to seal. What it did not
seal is not taken: it is kept in the quarantine, and raised (station/alarms/untrusted.py).

While a fleet moves (accept_unsealed), a bus has to seal once it was heard with an identity: between
`enrol` and `deploy` its board does not have one yet. Its records may be without for a week longer:
the old broker acknowledged them, and the bus does not send them again.
"""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from typing import NamedTuple

from pydantic_core import from_json

from station.clock import DAY_MS
from station.identity.register import Identity, Register
from station.ingest.came import Came
from station.ingest.contract import RECORDS, Bad

TAIL = 21
_OPENS, _CLOSES = b',"mac":"', b'"}'
_MAC_BYTES, _MAC_TEXT = 8, 11
_REVOKED_TRIED = 8
"""Revoked identities of a bus whose seals are known by name, the newest."""
_MOVES_MS = 7 * DAY_MS
"""Records of a bus that moved wait so long on their way over the old broker, at most."""
_READ_BYTES = 4096
"""A bus sends at most 1024; what is longer is not read."""


NOT_ENROLLED = "not_enrolled"
NO_SEAL = "no_seal"
WRONG_SEAL = "wrong_seal"
REVOKED = "revoked"
DIFFERS = "differs"
UNREADABLE = "unreadable"
"""Why a message cannot be trusted: a word of the alarm (station/alarms/words/untrusted.json)."""
_REASONS = {
    NOT_ENROLLED: "not trusted: the bus is not enrolled",
    NO_SEAL: "not trusted: no seal",
    WRONG_SEAL: "not trusted: wrong seal",
    REVOKED: "not trusted: seal of a revoked identity {}",
    DIFFERS: "not trusted: another record has this number already",
}


class Untrusted(NamedTuple):
    """A message that is kept aside, and raised in the name of its bus."""

    fleet: str
    bus: str
    name: str
    """event, track, status, state, reply or fetch"""
    why: str
    """no_seal and so on"""
    serial: str | None
    """of the identity whose seal it has"""
    kind: str | None
    """of the event, if it can be read"""
    is_alarm: bool
    """An event of severity alarm, or one whose severity cannot be read."""
    raises: bool
    bad: Bad


def untrusted(fleet: str, bus: str, name: str, came: Came, why: str, serial: str | None = None,
              raises: bool = True) -> Untrusted:  # fmt: skip
    kind, is_alarm = _event(came.payload) if name == "event" else (None, False)
    bad = Bad(came.topic, came.payload, _REASONS[why].format(serial))
    return Untrusted(fleet, bus, name, why, serial, kind, is_alarm, raises, bad)


def unreadable(fleet: str, bus: str, name: str, bad: Bad) -> Untrusted:
    """Of a message that cannot be taken, whoever sealed it: an event that may be an alarm raises,
    as a child may be behind it. The quarantine says what is wrong with it."""
    kind, is_alarm = _event(bad.payload) if name == "event" else (None, False)
    return Untrusted(fleet, bus, name, UNREADABLE, None, kind, is_alarm, is_alarm, bad)


def may_be_alarm(bad: Bad) -> bool:
    """An event of severity alarm, or one whose severity cannot be read."""
    return bad.topic.endswith("/event") and _event(bad.payload)[1]


def _event(payload: bytes) -> tuple[str | None, bool]:
    """-> its kind, and whether it may be an alarm. Nothing in it can be trusted."""
    try:
        body = from_json(payload) if len(payload) <= _READ_BYTES else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return None, True
    kind = body.get("kind")
    readable = isinstance(kind, str) and len(kind) <= 48 and kind.replace("_", "").isalnum()
    return kind if readable else None, body.get("severity") not in ("info", "warning")


def seal(mac_key: bytes, topic: str, payload: bytes) -> bytes:
    """-> a payload (JSON, with its closing brace) with the seal in it."""
    body = payload[:-1]
    return body + _OPENS + _mac(mac_key, topic, body) + _CLOSES


def is_sealed_by(mac_key: bytes, topic: str, payload: bytes) -> bool:
    """Whether a payload has the right tail. In constant time."""
    body, tail = payload[:-TAIL], payload[-TAIL:]
    return hmac.compare_digest(tail, _OPENS + _mac(mac_key, topic, body) + _CLOSES)


def _mac(mac_key: bytes, topic: str, body: bytes) -> bytes:
    digest = hmac.digest(mac_key, topic.encode() + b"\n" + body, "sha256")
    return b2a_base64(digest[:_MAC_BYTES])[:_MAC_TEXT]


class Seals:
    def __init__(self, register: Register, accept_unsealed: bool):
        self._register = register
        self._accept_unsealed = accept_unsealed

    def check(self, fleet: str, bus: str, name: str, came: Came) -> str | None | Untrusted:
        """-> the serial of the identity whose seal it has; None: a bus that need not seal; or
        Untrusted."""
        known = self._register.of(fleet, bus)
        has_seal = came.payload[-TAIL:].startswith(_OPENS)
        if not (known and has_seal) and self._may_be_without(known, name, came):
            return None
        if not known:
            return self._untrusted(fleet, bus, name, came, NOT_ENROLLED)
        if not has_seal:
            return self._untrusted(fleet, bus, name, came, NO_SEAL)
        valid = self._register.valid(fleet, bus)
        identity = _whose(valid, came)
        if identity is not None:
            self._register.seen(identity, came.heard_ms)
            return identity.serial
        if name in RECORDS:
            rotated = _whose(self._register.drains(fleet, bus, came.heard_ms), came)
            if rotated is not None:
                return rotated.serial
        revoked = _whose([one for one in known if one not in valid][:_REVOKED_TRIED], came)
        if revoked is not None:
            why, serial = REVOKED, revoked.serial
            return self._untrusted(fleet, bus, name, came, why, serial)
        return self._untrusted(fleet, bus, name, came, WRONG_SEAL)

    def _may_be_without(self, known: list[Identity], name: str, came: Came) -> bool:
        if not self._accept_unsealed:
            return False
        if not any(map(self._register.was_seen, known)):
            return True
        first_ms = self._register.first_seen_ms(known)
        return name in RECORDS and came.heard_ms < first_ms + _MOVES_MS

    def _untrusted(self, fleet: str, bus: str, name: str, came: Came, why: str,
                   serial: str | None = None) -> Untrusted:  # fmt: skip
        """A retained message may be from before the bus was enrolled, or before its identity was
        revoked: it is kept aside, and raises nothing. While a fleet moves, the old broker may still
        send the last status and state that a bus did not seal, and its will; events that are not
        taken always raise."""
        is_from_before = self._accept_unsealed and why == NO_SEAL and name in ("status", "state")
        raises = not came.retained and not is_from_before
        return untrusted(fleet, bus, name, came, why, serial, raises=raises)


def _whose(identities: list[Identity], came: Came) -> Identity | None:
    for one in identities:
        if is_sealed_by(one.mac_key, came.topic, came.payload):
            return one
    return None
