"""Keeps the sums of each bus's day, so that a month is not read anew from all its records.

They are made once the day is over. A record that comes later takes them away in the transaction in
which it is stored, and they are made anew.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import Clock
from station.db.database import Database
from station.db.moments import placed_ms
from station.db.tables import daily_sums, events
from station.ingest.store import Stored
from station.reports.facts import SHEETS, SUMMED_KINDS, TRIP_KINDS, Sums, day_number
from station.reports.query import first_days, start_after, start_before, sums_of

MARGIN_MS = 3 * 3_600_000
"""After midnight, until the buses have sent what they kept."""
_EVERY_S = 300
_PAUSE_S = 0.2
_DAYS_AT_ONCE = 7
_LOCK = "SELECT pg_advisory_xact_lock{}(7241968)"


class DailySums:
    def __init__(self, database: Database, clock: Clock):
        self._db = database
        self._clock = clock

    async def watch(self) -> None:
        while True:
            await self.make()
            await asyncio.sleep(_EVERY_S)

    async def make(self) -> int:
        """-> how many days of buses were summed up."""
        last = day_number(self._clock.now_ms() - MARGIN_MS) - 1
        made = 0
        for number, days in (await self._missing(last)).items():
            while days:
                some = [day for day in days if day < days[0] + _DAYS_AT_ONCE]
                days = days[len(some) :]
                await self._make(number, some)
                made += len(some)
                await asyncio.sleep(_PAUSE_S)  # what the buses send comes first
        return made

    async def _missing(self, last: int) -> dict[int, list[int]]:
        d = daily_sums.c
        async with self._db.read() as connection:
            first = await first_days(connection, true())
            counts = select(d.bus_id, func.count(), func.min(d.day)).group_by(d.bus_id)
            has = {row[0]: row[1:] for row in await connection.execute(counts.where(d.day <= last))}
            found = {}
            for number, day in first.items():
                there_are, oldest = has.get(number, (0, day))
                if there_are == max(0, last + 1 - min(day, oldest)):
                    continue
                query = select(d.day).where(d.bus_id == number)
                there = set((await connection.execute(query)).scalars())
                found[number] = [one for one in range(day, last + 1) if one not in there]
        return found

    async def _make(self, number: int, days: list[int]) -> None:
        async with self._db.write() as connection:
            if not self._db.is_sqlite:  # which has one writer at a time
                await connection.execute(text(_LOCK.format("")))
            facts = await sums_of(connection, [number], days[0], days[-1])
            rows = [{"bus_id": number, "day": day, "sums": facts.days[number, day].text()}
                    for day in days]  # fmt: skip
            await connection.execute(self._db.insert(daily_sums).on_conflict_do_nothing(), rows)


async def forget(connection: AsyncConnection, is_sqlite: bool, stored: Stored,
                 rides_since_ms: int) -> None:  # fmt: skip
    """Takes away the sums of all days on which these new records may count. Call it in their
    transaction, after they are inserted. No sums are made meanwhile: they would not know them.

    rides_since_ms: older rides may be deleted already (station/db/expiry.py), so that the sums of
    their days cannot be made anew. These stay, and say that a record is left out."""
    new = [row for row in stored.events if row["kind"] in SUMMED_KINDS]
    if not new:
        return
    if not is_sqlite:
        await connection.execute(text(_LOCK.format("_shared")))
    days = await _days_touched(connection, new)
    bus_of = {journal.id: journal.bus_id for journal in stored.journals}
    d = daily_sums.c
    newest = select(d.bus_id, func.max(d.day)).where(d.bus_id.in_({bus_of[one] for one in days}))
    kept = dict((await connection.execute(newest.group_by(d.bus_id))).tuples().all())
    whole = day_number(rides_since_ms) + 1
    for number, (first, last) in days.items():
        bus_id = bus_of[number]
        if first <= kept.get(bus_id, -1):
            old = and_(d.bus_id == bus_id, d.day.between(first, last))
            old = and_(old, or_(d.day >= whole, d.sums == ""))
            await connection.execute(delete(daily_sums).where(old))
    for row in new:
        await _leave_out(connection, bus_of[row["journal_id"]], row, whole)


async def _leave_out(connection: AsyncConnection, bus_id: int, row: dict[str, Any],
                     whole: int) -> None:  # fmt: skip
    """Counts a record that comes too late for the sums of its day, if there are any."""
    by_arrival = row["at_ms"] is None or row["odd_clock"]
    day = day_number(row["heard_ms"] if by_arrival else row["at_ms"])
    if day >= whole:
        return
    mine = and_(daily_sums.c.bus_id == bus_id, daily_sums.c.day == day)
    said = (await connection.execute(select(daily_sums.c.sums).where(mine))).scalar()
    if said is not None:
        sums = Sums(said)
        sums.left_out[SHEETS[row["kind"]]] += 1
        await connection.execute(update(daily_sums).where(mine).values(sums=sums.text()))


async def _days_touched(connection: AsyncConnection, new: list[dict[str, Any]]
                        ) -> dict[int, tuple[int, int]]:  # fmt: skip
    """Journal -> (first, last): of all that is in the same trip, or of the same overspeed, as one
    of these records."""
    e, placed = events.c, placed_ms()
    seqs: dict[int, list[int]] = {}
    occs: dict[int, list[int]] = {}
    for row in new:
        of, number = (occs, "occ") if row["kind"] == "overspeed" else (seqs, "seq")
        of.setdefault(row["journal_id"], []).append(row[number])
    queries = []
    if seqs:
        every = {
            seq for some in seqs.values() for seq in some
        }  # one of another journal does no harm
        spans = (
            select(e.journal_id, func.min(e.seq).label("low"), func.max(e.seq).label("high"))
            .where(e.journal_id.in_(seqs), e.seq.in_(every)).group_by(e.journal_id).cte("spans")
        )  # fmt: skip
        whole = select(spans.c.journal_id, start_before(spans).label("low"),
                       start_after(spans).label("high")).cte("whole")  # fmt: skip
        of_trips = select(e.journal_id, func.min(placed), func.max(placed)).join(whole, and_(
            whole.c.journal_id == e.journal_id, e.seq >= whole.c.low, e.seq < whole.c.high,
            (e.kind + "").in_(TRIP_KINDS),
        ))  # fmt: skip
        queries.append(of_trips)
    if occs:
        every = {occ for some in occs.values() for occ in some}
        queries.append(select(e.journal_id, func.min(placed), func.max(placed)).where(
            e.journal_id.in_(occs), e.occ.in_(every), (e.kind + "") == "overspeed"
        ))  # fmt: skip
    found: dict[int, tuple[int, int]] = {}
    for query in queries:
        for number, first_ms, last_ms in await connection.execute(query.group_by(e.journal_id)):
            first, last = found.get(number, (day_number(first_ms), day_number(last_ms)))
            found[number] = min(first, day_number(first_ms)), max(last, day_number(last_ms))
    return found
