"""Proves a station's export of one bus's day: complete, unchanged, and the bus's own words.

It is written from what station/reports/evidence.py says of the file, and takes nothing from there:
a fault of the station does not prove itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tools.evidence_file import DAMAGED

RECORDS = "records.jsonl"
WHAT = "Busguard evidence of a day"
_SIGNS = b"busguard-evidence-day\n"
_EXPLAINS = ("lost", "left_out", "not_kept", "expired", "missing", "not_trusted")
_NOT_HERE = {
    "missing": "never came to the station; they may be on the board (make pull)",
    "not_trusted": "came without the bus's seal, and lie in the station's quarantine; true ones "
    "may be on the board (make pull)",
    "expired": "were deleted, because tracks are kept for a set time only",
    "not_kept": "came before the station kept messages as they came",
}


class Record:
    """A line, and what is in it."""

    def __init__(self, line: dict[str, Any]):
        self.line = line
        body = json.loads(line["payload"])
        self.epoch, self.first = body["epoch"], body["seq"]
        self.serial: str | None = line.get("serial")
        self.name = line["topic"].rpartition("/")[2]
        self.last = self.first + (body["n"] - 1 if self.name == "track" else 0)
        self.kind = body.get("kind", "positions")
        self.at = body.get("at") or line["heard_at"]

    def __str__(self) -> str:
        numbers = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.kind} (epoch {self.epoch}, seq {numbers}, {self.at})"


def verify(about: dict[str, Any], text: bytes, city_key: str | None,
           identities: list[dict[str, Any]]) -> tuple[list[str], list[str], list[str]]:  # fmt: skip
    """-> (sentences that say what was proven, what is wrong, and which seals none of the identities
    could check). city_key: hex. One of DAMAGED: it cannot be read at all."""
    said: list[str] = []
    wrong: list[str] = []
    sentence = _signature(about, city_key)
    if sentence is not None:
        wrong.append(sentence)
    elif city_key is None:
        wrong.append(
            f"The key that the file names itself signed it, {about['city_key']}, and anybody can "
            "make such a file with a key of their own: give the city's with --city-key."
        )
    else:
        said.append("The city's key signed it, and what the file says of itself is unchanged.")
    lines = text.decode().split("\n")
    if lines.pop():
        wrong.append(f"{RECORDS} does not end where a line ends.")
    records, broken = _chained(lines, about)
    wrong += broken
    if len(records) == len(lines):
        wrong += _incomplete(records, about)
    wrong += _unsealed(records, about, identities)
    unchecked: list[str] = []
    if not identities:
        said.append("The bus's own seals were not checked: give its identity with --identity.")
    elif not wrong:
        proven, unchecked = _checked(records, identities)
        said += proven
    if not broken:
        said += _named_losses(about)
    return said, wrong, unchecked


def _signature(about: dict[str, Any], city_key: str | None) -> str | None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    unsigned = {name: value for name, value in about.items() if name != "sig"}
    key = bytes.fromhex(city_key or about["city_key"])
    try:
        signature = base64.b64decode(about["sig"] + "==")
        if base64.b64encode(signature).decode().rstrip("=") != about["sig"]:
            raise ValueError("something stands beside the signature")
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _SIGNS + _canonical(unsigned))
    except (InvalidSignature, ValueError):
        return "The city's key did not sign this file, or about.json was changed since."
    return None


def _canonical(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _chained(lines: list[str], about: dict[str, Any]) -> tuple[list[Record], list[str]]:
    """-> the records up to the first that does not fit the chain, and what is wrong with it."""
    chain = hashlib.sha256(_SIGNS).digest()
    records: list[Record] = []
    for number, text in enumerate(lines, 1):
        before = f"after {records[-1]}" if records else "at the beginning"
        try:
            line = json.loads(text)
            is_exact = json.dumps(line, sort_keys=True) == text  # no name stands in it twice
            claimed = line.pop("chain")
            record = Record(line)
        except DAMAGED:
            return records, [f"Line {number} of {RECORDS}, {before}, cannot be read any more."]
        if number > about["lines"]:
            return records, [f"The file ended {before} when it was made: {record} was added."]
        chain = hashlib.sha256(chain + _canonical(line)).digest()
        if claimed != chain.hex() or not is_exact:
            return records, [
                f"The first record that is not as it was is {record}: it was changed or moved, or "
                f"a record before it, {before}, was removed."
            ]
        records.append(record)
    if len(lines) < about["lines"]:
        before = f"after {records[-1]}" if records else "at the beginning"
        return records, [f"{about['lines'] - len(lines)} records were removed {before}."]
    if chain.hex() != about["chain"]:
        return records, ["The records are not those that about.json names."]
    return records, []


def _incomplete(records: list[Record], about: dict[str, Any]) -> list[str]:
    """Every number between the first and the last is in a record, or explained."""
    place = f"schoolbus/{about['fleet']}/{about['bus']}/"
    for record in records:
        if record.line["topic"] not in (place + "event", place + "track"):
            return [f"{record} is of another bus: {record.line['topic']}."]
    for journal in about["journals"]:
        mine = [record for record in records if record.epoch == journal["epoch"]]
        for before, after in zip(mine, mine[1:], strict=False):
            if after.first < before.first:
                return [f"{after} stands in the wrong place, after {before}."]
        spans: list[tuple[int, int, Record | None]] = [(r.first, r.last, r) for r in mine]
        spans += [(low, high, None) for why in _EXPLAINS for low, high in journal[why]]
        at, last = journal["first"], "the beginning"
        for low, high, one in sorted(spans, key=lambda span: span[:2]):
            if low > at:
                break
            at, last = max(at, high + 1), str(one or last)
        if at <= journal["last"]:
            return [f"The record with seq {at} of epoch {journal['epoch']}, after {last}, is "
                    "neither here nor explained."]  # fmt: skip
    return []


def _unsealed(records: list[Record], about: dict[str, Any],
              identities: list[dict[str, Any]]) -> list[str]:  # fmt: skip
    """The first record without the bus's own seal."""
    for one in identities:
        if (one["fleet"], one["bus"]) != (about["fleet"], about["bus"]):
            return [f"The identity is that of {one['fleet']}/{one['bus']}, and the file is about "
                    f"{about['fleet']}/{about['bus']}."]  # fmt: skip
    for record in _of(records, identities):
        topic, payload = record.line["topic"].encode(), record.line["payload"].encode()
        serials = [record.serial] if "serial" in record.line else [i["serial"] for i in identities]
        keys = [bytes.fromhex(i["mac_key"]) for i in identities if i["serial"] in serials]
        if not any(payload.endswith(tail) for tail in _seals(keys, topic, payload)):
            return [f"The first record without the bus's own seal is {record}."]
    return []


def _of(records: list[Record], identities: list[dict[str, Any]]) -> list[Record]:
    """Those whose seal one of these identities can check: the station says whose each is. Of a file
    that does not say it, all."""
    given = {one["serial"] for one in identities}
    if not given:
        return []
    return [one for one in records if "serial" not in one.line or one.serial in given]


def _checked(
    records: list[Record], identities: list[dict[str, Any]]
) -> tuple[list[str], list[str]]:
    """-> (what was proven, what was not): the station alone says whose the other seals are."""
    checked = _of(records, identities)
    known = set(checked)
    others = Counter(one.serial for one in records if one not in known)
    unchecked = [
        f"{_records(number)} the seal of identity {serial[:8]}, which was not given: not checked."
        if serial
        else f"{_records(number)} no seal of an identity of this bus: not checked."
        for serial, number in others.items()
    ]
    which = "other " if others else ""
    proven = f"Each of the {which}{len(checked)} messages has the bus's own seal."
    return [proven] if checked else [], unchecked


def _records(number: int) -> str:
    return "1 record has" if number == 1 else f"{number} records have"


def _seals(keys: list[bytes], topic: bytes, payload: bytes) -> Iterator[bytes]:
    """docs/mqtt.md: the last 21 bytes of a payload."""
    for key in keys:
        digest = hmac.digest(key, topic + b"\n" + payload[:-21], "sha256")
        yield b',"mac":"' + base64.b64encode(digest[:8])[:11] + b'"}'


def _named_losses(about: dict[str, Any]) -> list[str]:
    return [
        f"Of epoch {journal['epoch']} the numbers {low} to {high} were lost on the bus, which "
        "announced it."
        for journal in about["journals"]
        for low, high in journal["lost"]
    ]


def not_here(about: dict[str, Any]) -> list[str]:
    """What keeps the day from being complete, though nothing was changed."""
    return [
        f"Of epoch {journal['epoch']} the numbers {low} to {high} {_NOT_HERE[why]}."
        for journal in about["journals"]
        for why in _NOT_HERE
        for low, high in journal[why]
    ]
