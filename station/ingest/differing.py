"""Records that came before: each is compared with the one that is stored under its number.

A bus sends a record again after a lost connection, perhaps in another cut, and sealed by a newer
identity; that is the same record. One that differs is not taken, and not dropped either: it is kept
aside and raised. It is compared within the transaction that stored the batch, after it.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.tables import events, positions
from station.ingest.rows import Again, Row
from station.ingest.seal import DIFFERS, Untrusted, untrusted

_AT_ONCE = 500
"""Values in one query."""
_NOT_THE_BUS = ("heard_ms", "odd_clock", "sealed")
"""Columns of an event that the station fills in itself."""
Numbers = set[int]


async def differing(connection: AsyncConnection, again: list[Again]) -> list[Untrusted]:
    """Those of them that differ."""
    if not again:
        return []
    wanted: dict[int, Numbers] = {}
    for one in again:
        wanted.setdefault(one.journal_id, set()).update(one.seqs)
    known = {number: await _stored(connection, number, seqs) for number, seqs in wanted.items()}
    return [
        untrusted(one.message.fleet, one.message.bus, one.message.name, one.came, DIFFERS,
                  one.message.serial)
        for one in again
        if not _is_stored(one, *known[one.journal_id])
    ]  # fmt: skip


Stored = tuple[dict[int, Any], dict[int, Row]]
"""Rows of events, and of positions without their odd_s, by seq."""


async def _stored(connection: AsyncConnection, journal_id: int, seqs: Numbers) -> Stored:
    found: tuple[dict[int, Any], dict[int, Row]] = ({}, {})
    listed = sorted(seqs)
    for at in range(0, len(listed), _AT_ONCE):
        part = listed[at : at + _AT_ONCE]
        mine = select(events).where(events.c.journal_id == journal_id, events.c.seq.in_(part))
        found[0].update({row.seq: row for row in await connection.execute(mine)})
        here = select(positions).where(
            positions.c.journal_id == journal_id, positions.c.seq.in_(part)
        )
        found[1].update({row.seq: tuple(row)[:-1] for row in await connection.execute(here)})
    return found


def _is_stored(one: Again, stored_events: dict[int, Any], places: dict[int, Row]) -> bool:
    """A position that is neither here nor an event has expired, and counts as the same."""
    if one.event is None:
        return all(
            places.get(row[1], row[:-1]) == row[:-1] and row[1] not in stored_events
            for row in one.rows
        )
    stored = stored_events.get(one.event["seq"])
    if stored is None:
        return False
    if stored.sealed is not None:
        return stored.sealed == one.event["sealed"] or _same(stored.sealed, one.event["sealed"])
    return all(
        value == getattr(stored, name)
        for name, value in one.event.items()
        if name not in _NOT_THE_BUS
    )


def _same(a: str, b: str) -> bool:
    """The same but for the seal."""
    first, second = json.loads(a), json.loads(b)
    return first | {"mac": None} == second | {"mac": None}
