"""One batch of records, one transaction: records, what has come of each journal, alarms.

What is remembered here between batches changes only once the transaction is committed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.tables import buses, events, journals, new_id, positions, quarantine
from station.ingest.contract import Bad, Message
from station.ingest.gaps import gaps
from station.ingest.mqtt import Came
from station.ingest.rows import Journal, Rows, note

if TYPE_CHECKING:
    from station.station import Station

_NAMES = ", ".join(positions.c.keys())
_SQLITE = f"INSERT INTO positions ({_NAMES}) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"
_POSTGRESQL = (
    f"INSERT INTO positions ({_NAMES}) SELECT * FROM unnest($1::int[], $2::bigint[], "
    "$3::bigint[], $4::int[], $5::int[], $6::int[], $7::smallint[], $8::bigint[]) "
    "ON CONFLICT DO NOTHING"
)
_SETTLED_MS = 30_000
_PAYLOAD = 65_536  # characters of a bad message that are kept
Key = tuple[str, str, str]


class Store:
    def __init__(self, station: Station):
        self._station = station
        self._db = station.db
        self._buses: dict[tuple[str, str], int] = {}
        self._journals: dict[Key, Journal] = {}
        self._of_bus: dict[tuple[str, str], dict[str, Journal]] = {}

    async def recall(self) -> None:
        """What the database knows, at the start."""
        now_ms = self._station.clock.now_ms()
        async with self._db.read() as connection:
            rows = (await connection.execute(select(buses))).all()
            self._buses = {(row.fleet, row.bus): row.id for row in rows}
            names = {row.id: (row.fleet, row.bus) for row in rows}
            by_id = {}
            for row in await connection.execute(select(journals)):
                key = (*names[row.bus_id], row.epoch)
                by_id[row.id] = Journal(
                    row.id, row.bus_id, key, row.have, row.alarm_seq, row.track_seq, last_ms=now_ms
                )
                self._remember(by_id[row.id])
            explains = select(events.c.journal_id, events.c.seq, events.c.kind, events.c.data)
            explains = explains.where(events.c.kind.in_(("started", "records_lost")))
            for row in await connection.execute(explains.order_by(events.c.seq)):
                note(by_id[row.journal_id], row.seq, row.kind, row.data)
        self._station.live.recall(rows)
        for fleet, bus, _ in self._journals:
            self._station.live.bus(fleet, bus).spoke_ms = now_ms

    async def probe(self) -> None:
        """Raises if nothing can be written."""
        async with self._db.write() as connection:
            await connection.execute(text("SELECT 1"))

    async def bus_id(self, connection: AsyncConnection, fleet: str, bus: str) -> int:
        """Of a bus that is entered if it is new."""
        known = self._buses.get((fleet, bus))
        if known is not None:
            return known
        # Two parts of the station may meet the same new bus.
        new = self._new(buses).values(fleet=fleet, bus=bus).on_conflict_do_nothing()
        await connection.execute(new)
        mine = select(buses.c.id).where(buses.c.fleet == fleet, buses.c.bus == bus)
        return (await connection.execute(mine)).scalar_one()

    def _new(self, table):
        """An INSERT that knows ON CONFLICT."""
        return (sqlite if self._db.is_sqlite else postgresql).insert(table)

    async def keep(self, messages: list[tuple[Message, Came]], bad: list[Bad], now_ms: int) -> None:
        """All of it or nothing. What comes for the second time changes nothing."""
        touched: dict[Key, Journal] = {}
        rows = Rows()
        async with self._db.write() as connection:
            for message, came in messages:
                key = (message.fleet, message.bus, message.body["epoch"])
                if key not in touched:
                    touched[key] = await self._journal(connection, key, now_ms)
                try:
                    rows.take(message, touched[key], came.heard_ms)
                except ValueError as error:
                    bad = [*bad, Bad(came.topic, came.payload, str(error))]
            await self._insert(connection, rows)
            for journal in touched.values():
                await connection.execute(
                    update(journals).where(journals.c.id == journal.id).values(
                        have=journal.have, alarm_seq=journal.alarm_seq,
                        track_seq=journal.track_seq,
                    )
                )  # fmt: skip
            changed = await self._station.alarms.take(connection, rows.events, touched.values())
            for one in bad:
                await self._quarantine(connection, one, now_ms)
        for key, journal in touched.items():
            self._remember(journal)
            self._buses[key[:2]] = journal.bus_id
            self._station.live.spoke(*key[:2], journal.last_ms)
        await self._station.alarms.show(changed)

    async def _insert(self, connection: AsyncConnection, rows: Rows) -> None:
        if rows.positions and self._db.is_sqlite:
            await connection.exec_driver_sql(_SQLITE, rows.positions)
        elif rows.positions:
            columns = tuple(list(column) for column in zip(*rows.positions, strict=True))
            await connection.exec_driver_sql(_POSTGRESQL, columns)
        if rows.events:
            new = self._new(events).on_conflict_do_nothing()
            await connection.execute(new, rows.events)

    async def _journal(self, connection: AsyncConnection, key: Key, now_ms: int) -> Journal:
        known = self._journals.get(key)
        if known is not None:
            return known.copy()
        fleet, bus, epoch = key
        bus_id = await self.bus_id(connection, fleet, bus)
        made = await connection.execute(
            insert(journals).values(
                bus_id=bus_id, epoch=epoch, first_heard_ms=now_ms, alarm_seq=0, track_seq=0,
                have=[],
            )
        )  # fmt: skip
        return Journal(new_id(made), bus_id, key)

    async def _quarantine(self, connection: AsyncConnection, bad: Bad, now_ms: int) -> None:
        digest = hashlib.sha256(bad.topic.encode() + b"\0" + bad.payload).hexdigest()
        add = self._new(quarantine).values(
            digest=digest, topic=_text(bad.topic), reason=_text(bad.reason), times=1,
            payload=_text(bad.payload.decode("utf-8", "backslashreplace"))[:_PAYLOAD],
            first_ms=now_ms, last_ms=now_ms,
        )  # fmt: skip
        again = {"times": quarantine.c.times + 1, "last_ms": now_ms}
        await connection.execute(
            add.on_conflict_do_update(index_elements=[quarantine.c.digest], set_=again)
        )

    async def save_present(self) -> None:
        """The newest states, for the next start."""
        live = self._station.live
        keys, live.changed = live.changed, set()
        try:
            async with self._db.write() as connection:
                rows = []
                for key in keys:
                    bus = live.bus(*key)
                    offline = bus.online is False
                    rows.append({
                        "of_bus": await self.bus_id(connection, *key),
                        "state": bus.state, "state_heard_ms": bus.heard_ms, "status": bus.status,
                        "status_heard_ms": bus.offline_ms if offline else bus.heard_ms,
                        "gone_ms": bus.gone_ms,
                    })  # fmt: skip
                change = update(buses).where(buses.c.id == bindparam("of_bus"))
                if rows:
                    await connection.execute(change, rows)
        except BaseException:
            live.changed |= keys
            raise

    def gaps(self, fleet: str, bus: str) -> list[tuple[str, int, int]]:
        """(epoch, first, last) of every range that somebody has to look into."""
        known = self._station.live.bus(fleet, bus)
        found = []
        for journal in self.journals_of(fleet, bus):
            waits = _nothing_waits(known, journal)
            found += [
                (journal.key[2], *gap)
                for gap in gaps(journal.have, journal.alarm_seq, journal.track_seq, waits,
                                journal.starts, journal.lost)
            ]  # fmt: skip
        return found

    def count_gaps(self) -> None:
        """Into the present; it changes with time, too."""
        for bus in self._station.live:
            count = len(self.gaps(*bus.key))
            if count != bus.gaps:
                bus.gaps = count
                self._station.live.told(bus)

    def journals_of(self, fleet: str, bus: str) -> list[Journal]:
        return list(self._of_bus.get((fleet, bus), {}).values())

    def _remember(self, journal: Journal) -> None:
        fleet, bus, epoch = journal.key
        self._journals[journal.key] = journal
        self._of_bus.setdefault((fleet, bus), {})[epoch] = journal


def _nothing_waits(bus, journal: Journal) -> bool:
    """The bus says so, and said it when its last records had been here for a while."""
    if bus.state is None or bus.heard_ms is None:
        return False
    return not any(bus.state["backlog"].values()) and bus.heard_ms > journal.last_ms + _SETTLED_MS


def _text(words: str) -> str:
    """As PostgreSQL takes it."""
    return words.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
