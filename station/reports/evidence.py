"""Evidence: one bus's day as a file that proves itself (`python -m tools.evidence verify`).

A zip with two members. `records.jsonl` has a line for each message, exactly as it came: topic,
payload with its seal, the serial of the identity whose seal it is (null: none that the station
knows), when it was heard, and a link of a hash chain over all lines before.
`about.json` says of which bus and day, the end of the chain, and which numbers of each journal
there are: a number between the first and the last of the day is in a line, or stands among those
that are explained. The city's key signs it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic_core import from_json
from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import day_of, iso, local_day
from station.db.moments import placed_ms
from station.db.tables import (
    buses,
    events,
    identities,
    journals,
    positions,
    quarantine,
    tracks,
)
from station.identity.signed import public_hex
from station.ingest.coverage import Ranges, add, missing
from station.ingest.seal import is_sealed_by

_SIGNS = b"busguard-evidence-day\n"
_MOST_ROWS = 1000
_CHAIN = hashlib.sha256(_SIGNS).digest()
"""Before the first line."""


class _Line(NamedTuple):
    first: int
    last: int
    name: str
    heard_ms: int
    payload: str


async def make(connection: AsyncConnection, key: Ed25519PrivateKey, fleet: str, bus: str, day: str,
               by: str, now_ms: int) -> bytes:  # fmt: skip
    """-> the zip. by: who asked for it. ValueError: no such day. LookupError: no record of it."""
    from_ms, to_ms = local_day(day)
    day = day_of(from_ms)
    told, text = [], []
    chain = _CHAIN
    keys = await _keys(connection, fleet, bus)
    mine = select(journals.c.id, journals.c.epoch).join(buses, buses.c.id == journals.c.bus_id)
    mine = mine.where(buses.c.fleet == fleet, buses.c.bus == bus).order_by(journals.c.id)
    for number, epoch in (await connection.execute(mine)).all():
        span = await _span(connection, number, from_ms, to_ms)
        if span is None:
            continue
        lines, not_kept = await _lines(connection, number, *span)
        told.append({"epoch": epoch, "first": span[0], "last": span[1],
                     **await _explained(connection, number, span, lines, not_kept)})  # fmt: skip
        for line in lines:
            topic = f"schoolbus/{fleet}/{bus}/{line.name}"
            said = {
                "topic": topic,
                "payload": line.payload,
                "serial": _serial(keys, topic, line.payload),
                "heard_at": iso(line.heard_ms),
            }
            chain = hashlib.sha256(chain + canonical(said)).digest()
            text.append(json.dumps({**said, "chain": chain.hex()}, sort_keys=True) + "\n")
    if not told:
        raise LookupError(f"The station has no record of {fleet}/{bus} on {day}.")
    about = {
        "what": "Busguard evidence of a day", "v": 1, "fleet": fleet, "bus": bus, "day": day,
        "from": iso(from_ms), "to": iso(to_ms), "made_at": iso(now_ms), "by": by,
        "journals": told, "lines": len(text), "chain": chain.hex(), "city_key": public_hex(key),
    }  # fmt: skip
    signature = key.sign(_SIGNS + canonical(about))
    about["sig"] = base64.b64encode(signature).decode().rstrip("=")
    head = json.dumps(about, indent=1, sort_keys=True) + "\n"
    return _zip({"about.json": head, "records.jsonl": "".join(text)})


def canonical(said: dict[str, Any]) -> bytes:
    """The same object gives the same bytes."""
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _zip(files: dict[str, str]) -> bytes:
    """The same content gives the same bytes, so that not one can be added unseen."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.create_system = 3  # on every system the same
            pack.writestr(member, content)
    return out.getvalue()


async def _keys(connection: AsyncConnection, fleet: str, bus: str) -> dict[str, bytes]:
    """Serial -> key of the seal, of every identity that the bus ever had, the newest first."""
    mine = select(identities.c.serial, identities.c.mac_key).order_by(identities.c.id.desc())
    mine = mine.where(identities.c.fleet == fleet, identities.c.bus == bus)
    return {row.serial: bytes.fromhex(row.mac_key) for row in await connection.execute(mine)}


def _serial(keys: dict[str, bytes], topic: str, payload: str) -> str | None:
    sealed = payload.encode()
    return next((serial for serial, key in keys.items() if is_sealed_by(key, topic, sealed)), None)


async def _span(connection: AsyncConnection, journal_id: int, from_ms: int,
                to_ms: int) -> tuple[int, int] | None:  # fmt: skip
    """The first and the last number of that day; None: it has none."""
    when, odd_s, t = placed_ms(), positions.c.odd_s, positions.c.t
    from_s, to_s = from_ms // 1000, to_ms // 1000
    found: list[int] = []
    for table, is_on in (
        (events, and_(when >= from_ms, when < to_ms)),
        (positions, and_(odd_s.is_(None), t >= from_s, t < to_s)),
        (positions, and_(odd_s.is_not(None), odd_s >= from_s, odd_s < to_s)),
    ):
        query = select(func.min(table.c.seq), func.max(table.c.seq))
        query = query.where(table.c.journal_id == journal_id, is_on)
        found += [seq for seq in (await connection.execute(query)).one() if seq is not None]
    return (min(found), max(found)) if found else None


async def _lines(connection: AsyncConnection, journal_id: int, first: int,
                 last: int) -> tuple[list[_Line], Ranges]:  # fmt: skip
    """-> the messages that hold these numbers, in their order; and numbers whose messages were not
    kept: they came before the station kept them."""
    lines, not_kept = [], []
    query = select(events.c.seq, events.c.heard_ms, events.c.sealed).where(
        events.c.journal_id == journal_id, events.c.seq.between(first, last)
    )
    for seq, heard_ms, sealed in await connection.execute(query):
        if sealed is None:
            not_kept.append(seq)
        else:
            lines.append(_Line(seq, seq, "event", heard_ms, sealed))
    here = and_(tracks.c.seq <= last, tracks.c.last >= first)
    query = select(tracks.c.seq, tracks.c.last, tracks.c.heard_ms, tracks.c.payload)
    for low, high, heard_ms, payload in await connection.execute(
        query.where(tracks.c.journal_id == journal_id, here)
    ):
        lines.append(_Line(low, high, "track", heard_ms, payload))
    covered: Ranges = []
    for line in lines:
        add(covered, line.first, line.last)
    places = select(positions.c.seq).where(
        positions.c.journal_id == journal_id, positions.c.seq.between(first, last)
    )
    not_kept += [seq for seq in (await connection.execute(places)).scalars()
                 if not any(low <= seq <= high for low, high in covered)]  # fmt: skip
    ranges: Ranges = []
    for seq in sorted(not_kept):
        add(ranges, seq, seq)
    return sorted(lines), ranges


async def _explained(connection: AsyncConnection, journal_id: int, span: tuple[int, int],
                     lines: list[_Line], not_kept: Ranges) -> dict[str, Ranges]:  # fmt: skip
    """Why numbers of the span are in no line: `not_kept`; `lost`, which the bus announced;
    `left_out` before a start of the board, where numbering skips by design; `expired`, deleted
    after the time that tracks are kept; `not_trusted`: a message with this number came, without the
    bus's seal, and lies in the quarantine; and `missing`, which never came."""
    explains = select(events.c.seq, events.c.kind, events.c.data).where(
        events.c.journal_id == journal_id, events.c.kind.in_(("started", "records_lost"))
    )
    starts, announced = set(), []
    for seq, kind, data in await connection.execute(explains):
        if kind == "started":
            starts.add(seq)
        elif isinstance(data.get("first"), int) and isinstance(data.get("last"), int):
            announced.append((data["first"], data["last"]))
    have = (await connection.execute(select(journals.c.have).where(journals.c.id == journal_id))
            ).scalar_one()  # fmt: skip
    found: dict[str, Ranges] = {"not_kept": not_kept, "lost": [], "left_out": [], "expired": [],
                                "missing": [], "not_trusted": []}  # fmt: skip
    known: Ranges = [[span[0] - 1, span[0] - 1], [span[1] + 1, span[1] + 1]]
    for low, high in [(line.first, line.last) for line in lines] + not_kept:
        add(known, low, high)
    for low, high in missing(known):
        for first, last in _pieces(max(low, span[0]), min(high, span[1]), have, announced):
            at_station = any(a <= first and last <= b for a, b in have)
            if at_station:
                why = "expired"
            elif last + 1 in starts:
                why = "left_out"
            elif any(a <= first and last <= b for a, b in announced):
                why = "lost"
            else:
                why = "missing"
            found[why].append([first, last])
    if found["missing"]:
        aside = await _not_trusted(connection, journal_id)
        gone = [piece for first, last in found["missing"] for piece in _pieces(first, last, aside)]
        found["missing"] = []
        for first, last in gone:
            is_aside = any(a <= first and last <= b for a, b in aside)
            found["not_trusted" if is_aside else "missing"].append([first, last])
    return found


async def _not_trusted(connection: AsyncConnection, journal_id: int) -> Ranges:
    """Numbers of messages in the quarantine, which may or may not be the bus's."""
    whose = select(buses.c.fleet, buses.c.bus, journals.c.epoch).join_from(journals, buses)
    mine = (await connection.execute(whose.where(journals.c.id == journal_id))).one()
    topics = [f"schoolbus/{mine.fleet}/{mine.bus}/{name}" for name in ("event", "track")]
    query = select(quarantine.c.payload).where(
        quarantine.c.topic.in_(topics), quarantine.c.reason.startswith("not trusted")
    )
    found: Ranges = []
    for payload in (await connection.execute(query)).scalars():
        try:
            body = from_json(payload)
        except ValueError:
            continue
        if not isinstance(body, dict) or body.get("epoch") != mine.epoch:
            continue
        seq, rows = body.get("seq"), body.get("n", 1)
        if type(seq) is int and type(rows) is int and seq > 0 and 0 < rows <= _MOST_ROWS:
            add(found, seq, seq + rows - 1)
    return found


def _pieces(first: int, last: int, *ranges: Any) -> list[tuple[int, int]]:
    """Cut where a range begins or ends, so that each piece has one reason."""
    cuts = {first, last + 1}
    for low, high in (pair for some in ranges for pair in some):
        cuts |= {at for at in (low, high + 1) if first < at <= last}
    ordered = sorted(cuts)
    return [(low, high - 1) for low, high in zip(ordered, ordered[1:], strict=False) if low < high]
