"""Stores one batch of records within a transaction: the records, and which of each journal came.

However many buses and journals a batch touches, it costs the same few statements. What is
remembered here between batches changes only once the transaction is committed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, bindparam, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.bus_ids import BusIds
from station.db.database import Database
from station.db.tables import buses, events, journals, positions, tracks
from station.ingest.came import Came
from station.ingest.contract import Bad, Message
from station.ingest.differing import differing
from station.ingest.rows import Journal, Row, Rows, note_event
from station.ingest.seal import Untrusted, unreadable

_ROWS_AT_ONCE = (4000, 500)
"""In one INSERT of SQLite: this halves the time of as many single ones. It takes 32766 values."""
_POSTGRESQL = (
    f"INSERT INTO positions ({', '.join(positions.c.keys())}) SELECT * FROM unnest($1::int[], "
    "$2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[], $7::smallint[], $8::bigint[]) "
    "ON CONFLICT DO NOTHING"
)
_POSTGRESQL_TRACKS = (
    f"INSERT INTO tracks ({', '.join(tracks.c.keys())}) SELECT * FROM unnest($1::int[], "
    "$2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) ON CONFLICT DO NOTHING"
)
Key = tuple[str, str, str]
"""(fleet, bus, epoch)"""
_AT_ONCE = 250
"""Journals in one query."""
EPOCHS = 32
"""Journals of a bus that are remembered, those that spoke last; the database has the others."""


class Stored(NamedTuple):
    """What a batch changed."""

    journals: list[Journal]
    events: list[dict[str, Any]]
    """Rows of the table events that are new."""
    differing: list[Untrusted]
    """Records under a number that another record has already."""
    refused: list[Untrusted]
    """Records that no table could take."""

    @property
    def untrusted(self) -> list[Untrusted]:
        """What is kept aside of it."""
        return self.differing + self.refused


class Store:
    def __init__(self, database: Database, bus_ids: BusIds):
        self._db = database
        self._bus_ids = bus_ids
        self._journals: dict[Key, Journal] = {}
        self._of_bus: dict[tuple[str, str], dict[str, Journal]] = {}

    async def recall(self, now_ms: int, of: tuple[str, str] | None = None) -> set[tuple[str, str]]:
        """Reads the journals that are remembered of each bus, or those of one bus, -> (fleet, bus)
        of those that have one."""
        newest = func.row_number().over(
            partition_by=journals.c.bus_id, order_by=journals.c.id.desc()
        )
        query = select(journals.c.id, newest.label("age"))
        if of is not None:
            mine = (buses.c.fleet == of[0], buses.c.bus == of[1])
            query = query.join(buses, buses.c.id == journals.c.bus_id).where(*mine)
        ranked = query.subquery()
        recent = select(ranked.c.id).where(ranked.c.age <= EPOCHS)
        async with self._db.read() as connection:
            here = _JOURNALS.where(journals.c.id.in_(recent)).order_by(journals.c.id)
            found = await _read(connection, here, now_ms)
            await _explain(connection, _EXPLAINS.where(events.c.journal_id.in_(recent)), found)
        for journal in found:
            self._remember(journal)
        return set(self._of_bus)

    async def put(self, connection: AsyncConnection, messages: list[tuple[Message, Came]],
                  now_ms: int, before: Iterable[Stored] = ()) -> Stored:  # fmt: skip
        """A record that came before changes nothing; one that differs from it is kept aside.
        before: what was stored in the same transaction. After the commit: remember()."""
        keys = [(message.fleet, message.bus, message.body["epoch"]) for message, _ in messages]
        known = {journal.key: journal for stored in before for journal in stored.journals}
        touched = await self._touched(connection, dict.fromkeys(keys), known, now_ms)
        rows = Rows()
        refused: list[Untrusted] = []
        for (message, came), key in zip(messages, keys, strict=True):
            try:
                rows.add(message, touched[key], came)
            except ValueError as error:
                bad = Bad(came.topic, came.payload, str(error))
                refused.append(unreadable(*message[:3], bad))
        await self._insert(connection, rows)
        differ = await differing(connection, rows.again)
        if touched:
            await connection.execute(_UPDATE, [_as_row(one) for one in touched.values()])
        return Stored(list(touched.values()), rows.events, differ, refused)

    def remember(self, stored: Stored) -> None:
        """It is committed."""
        for journal in stored.journals:
            self._remember(journal)
            self._bus_ids.remember(journal.key[:2], journal.bus_id)

    def journals_of(self, fleet: str, bus: str) -> list[Journal]:
        return list(self._of_bus.get((fleet, bus), {}).values())

    def by_bus(self) -> list[list[Journal]]:
        return [list(journals.values()) for journals in self._of_bus.values()]

    async def _insert(self, connection: AsyncConnection, rows: Rows) -> None:
        if self._db.is_sqlite:
            await _put_on_file(connection, positions, rows.positions)
            await _put_on_file(connection, tracks, rows.tracks)
        else:
            await _put_on_server(connection, _POSTGRESQL, rows.positions)
            await _put_on_server(connection, _POSTGRESQL_TRACKS, rows.tracks)
        if rows.events:
            new = self._db.insert(events).on_conflict_do_nothing()
            await connection.execute(new, rows.events)

    async def _touched(self, connection: AsyncConnection, keys: Iterable[Key],
                       before: dict[Key, Journal], now_ms: int) -> dict[Key, Journal]:  # fmt: skip
        """Copies to work on, in the order of the keys; enters journals that are new."""
        known = {key: before.get(key) or self._journals.get(key) for key in keys}
        strange = [key for key, journal in known.items() if journal is None]
        entered = await self._enter(connection, strange, now_ms) if strange else {}
        return {key: entered[key] if one is None else one.copy() for key, one in known.items()}

    async def _enter(self, connection: AsyncConnection, keys: list[Key],
                     now_ms: int) -> dict[Key, Journal]:  # fmt: skip
        """Enters those that are new; one that is not remembered any more is read."""
        ids = await self._bus_ids.of_all(connection, {key[:2] for key in keys})
        new = {"first_heard_ms": now_ms, "alarm_seq": 0, "warning_seq": 0, "track_seq": 0}
        rows = [{"bus_id": ids[key[:2]], "epoch": key[2], "have": [], **new} for key in keys]
        await connection.execute(self._db.insert(journals).on_conflict_do_nothing(), rows)
        found = []
        pairs = [(row["bus_id"], row["epoch"]) for row in rows]
        for at in range(0, len(pairs), _AT_ONCE):
            part = tuple_(journals.c.bus_id, journals.c.epoch).in_(pairs[at : at + _AT_ONCE])
            found += await _read(connection, _JOURNALS.where(part), now_ms)
        old = [journal for journal in found if journal.have]
        for at in range(0, len(old), _AT_ONCE):
            some = [journal.id for journal in old[at : at + _AT_ONCE]]
            await _explain(connection, _EXPLAINS.where(events.c.journal_id.in_(some)), old)
        return {journal.key: journal for journal in found}

    def _remember(self, journal: Journal) -> None:
        fleet, bus, epoch = journal.key
        mine = self._of_bus.setdefault((fleet, bus), {})
        mine.pop(epoch, None)
        mine[epoch] = self._journals[journal.key] = journal
        if len(mine) > EPOCHS:
            del self._journals[mine.pop(next(iter(mine))).key]


_JOURNALS = select(journals, buses.c.fleet, buses.c.bus).join(
    buses, buses.c.id == journals.c.bus_id
)
_EXPLAINS = (
    select(events.c.journal_id, events.c.seq, events.c.kind, events.c.data)
    .where(events.c.kind.in_(("started", "records_lost")))
    .order_by(events.c.seq)
)
_UPDATE = update(journals).where(journals.c.id == bindparam("of_journal"))


async def _read(connection: AsyncConnection, query: Select, now_ms: int) -> list[Journal]:
    return [
        Journal(
            row.id, row.bus_id, (row.fleet, row.bus, row.epoch), row.have, row.alarm_seq,
            row.warning_seq, row.track_seq, last_ms=now_ms,
        )
        for row in await connection.execute(query)
    ]  # fmt: skip


async def _explain(connection: AsyncConnection, query: Select, found: list[Journal]) -> None:
    by_id = {journal.id: journal for journal in found}
    for row in await connection.execute(query):
        note_event(by_id[row.journal_id], row.seq, row.kind, row.data)


def _as_row(journal: Journal) -> dict[str, Any]:
    return {
        "of_journal": journal.id, "have": journal.have, "alarm_seq": journal.alarm_seq,
        "warning_seq": journal.warning_seq, "track_seq": journal.track_seq,
    }  # fmt: skip


async def _put_on_file(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    at = 0
    for size in _ROWS_AT_ONCE:
        while len(rows) - at >= size:
            values = tuple(chain.from_iterable(rows[at : at + size]))
            await connection.exec_driver_sql(_on_file(table, size), values)
            at += size
    if rows[at:]:
        await connection.exec_driver_sql(_on_file(table, 1), rows[at:])


@cache
def _on_file(table: Table, rows: int) -> str:
    marks = f"({','.join('?' * len(table.c))})"
    names, values = ", ".join(table.c.keys()), ",".join([marks] * rows)
    return f"INSERT INTO {table.name} ({names}) VALUES {values} ON CONFLICT DO NOTHING"


async def _put_on_server(connection: AsyncConnection, statement: str, rows: list[Row]) -> None:
    if rows:
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        await connection.exec_driver_sql(statement, columns)
