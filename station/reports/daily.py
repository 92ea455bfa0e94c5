"""Keeps the sums of each bus's day, so that a month is not read anew from all its records.

They are made once the day is over. A record that comes later takes them away in the transaction in
which it is stored, and they are made anew.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import and_, delete, func, literal, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import Clock
from station.db.database import Database
from station.db.moments import placed_ms
from station.db.tables import daily_sums, events
from station.ingest.store import Stored
from station.reports.facts import SUMMED_KINDS, TRIP_KINDS, day_number
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


async def forget(connection: AsyncConnection, is_sqlite: bool, stored: Stored) -> None:
    """Takes away the sums of all days on which these new records may count. Call it in their
    transaction, after they are inserted. No sums are made meanwhile: they would not know them."""
    new = [row for row in stored.events if row["kind"] in SUMMED_KINDS]
    if not new:
        return
    if not is_sqlite:
        await connection.execute(text(_LOCK.format("_shared")))
    by_id = {journal.id: journal for journal in stored.journals}
    for number in {row["journal_id"] for row in new}:
        mine = [row for row in new if row["journal_id"] == number]
        seqs = [row["seq"] for row in mine if row["kind"] in TRIP_KINDS]
        occs = [row["occ"] for row in mine if row["kind"] == "overspeed"]
        e, moments = events.c, []
        if seqs:
            span = select(literal(number).label("journal_id"), literal(min(seqs)).label("low"),
                          literal(max(seqs)).label("high")).subquery()  # fmt: skip
            low, high = (
                await connection.execute(select(start_before(span), start_after(span)))
            ).one()
            moments.append(and_(e.seq >= low, e.seq < high, (e.kind + "").in_(TRIP_KINDS)))
        if occs:
            moments.append(and_(e.occ.in_(occs), (e.kind + "") == "overspeed"))
        for which in moments:
            placed = placed_ms()
            query = select(func.min(placed), func.max(placed))
            first, last = (
                await connection.execute(query.where(e.journal_id == number, which))
            ).one()
            days = daily_sums.c.day.between(day_number(first), day_number(last))
            is_theirs = and_(daily_sums.c.bus_id == by_id[number].bus_id, days)
            await connection.execute(delete(daily_sums).where(is_theirs))
