"""Stores one batch of records within a transaction: the records, and which of each journal came.

What is remembered here between batches changes only once the transaction is committed.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.bus_ids import BusIds
from station.db.database import Database
from station.db.tables import buses, events, journals, new_id, positions, tracks
from station.ingest.contract import Bad, Message
from station.ingest.differing import differing
from station.ingest.mqtt import Came
from station.ingest.quarantine import Quarantine
from station.ingest.rows import Journal, Row, Rows, note_event
from station.ingest.seal import Untrusted

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


class Stored(NamedTuple):
    """What a batch changed."""

    journals: list[Journal]
    events: list[dict[str, Any]]
    """Rows of the table events that are new."""
    differing: list[Untrusted]
    """Records under a number that another record has already."""


class Store:
    def __init__(self, database: Database, bus_ids: BusIds, quarantine: Quarantine):
        self._db = database
        self._bus_ids = bus_ids
        self._quarantine = quarantine
        self._journals: dict[Key, Journal] = {}
        self._of_bus: dict[tuple[str, str], dict[str, Journal]] = {}

    async def recall(self, now_ms: int, of: tuple[str, str] | None = None) -> set[tuple[str, str]]:
        """Reads every journal that the database has, or those of one bus, -> (fleet, bus) of those
        that have one."""
        query = select(journals, buses.c.fleet, buses.c.bus)
        query = query.join(buses, buses.c.id == journals.c.bus_id)
        explains = select(events.c.journal_id, events.c.seq, events.c.kind, events.c.data)
        explains = explains.where(events.c.kind.in_(("started", "records_lost")))
        if of is not None:
            query = query.where(buses.c.fleet == of[0], buses.c.bus == of[1])
        async with self._db.read() as connection:
            by_id = {}
            for row in await connection.execute(query):
                key = (row.fleet, row.bus, row.epoch)
                by_id[row.id] = Journal(
                    row.id,
                    row.bus_id,
                    key,
                    row.have,
                    row.alarm_seq,
                    row.warning_seq,
                    row.track_seq,
                    last_ms=now_ms,
                )
                self._remember(by_id[row.id])
            if of is not None:
                explains = explains.where(events.c.journal_id.in_(list(by_id)))
            for row in await connection.execute(explains.order_by(events.c.seq)):
                note_event(by_id[row.journal_id], row.seq, row.kind, row.data)
        return set(self._of_bus)

    async def put(self, connection: AsyncConnection, messages: list[tuple[Message, Came]],
                  bad: list[Bad], now_ms: int) -> Stored:  # fmt: skip
        """A record that came before changes nothing; one that differs from it goes to the
        quarantine, too. After the commit: remember()."""
        touched: dict[Key, Journal] = {}
        rows = Rows()
        refused: list[Bad] = []
        for message, came in messages:
            key = (message.fleet, message.bus, message.body["epoch"])
            if key not in touched:
                touched[key] = await self._journal(connection, key, now_ms)
            try:
                rows.add(message, touched[key], came)
            except ValueError as error:
                refused.append(Bad(came.topic, came.payload, str(error)))
        await self._insert(connection, rows)
        differ = await differing(connection, rows.again)
        refused += [one.bad for one in differ]
        bad = [*bad, *self._quarantine.allowed(refused, now_ms)]
        for journal in touched.values():
            await connection.execute(
                update(journals).where(journals.c.id == journal.id).values(
                    have=journal.have, alarm_seq=journal.alarm_seq,
                    warning_seq=journal.warning_seq, track_seq=journal.track_seq,
                )
            )  # fmt: skip
        await self._quarantine.put(connection, bad, now_ms)
        return Stored(list(touched.values()), rows.events, differ)

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

    async def _journal(self, connection: AsyncConnection, key: Key, now_ms: int) -> Journal:
        """A copy to work on; enters a journal that is new."""
        known = self._journals.get(key)
        if known is not None:
            return known.copy()
        fleet, bus, epoch = key
        bus_id = await self._bus_ids.of(connection, fleet, bus)
        made = await connection.execute(
            insert(journals).values(
                bus_id=bus_id, epoch=epoch, first_heard_ms=now_ms, alarm_seq=0, warning_seq=0,
                track_seq=0, have=[],
            )
        )  # fmt: skip
        return Journal(new_id(made), bus_id, key)

    def _remember(self, journal: Journal) -> None:
        fleet, bus, epoch = journal.key
        self._journals[journal.key] = journal
        self._of_bus.setdefault((fleet, bus), {})[epoch] = journal


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
