"""Deletes what must not stay (promise P10), each kind of record after its own time, and what would
grow for ever. docs/station.md, "What is kept, and for how long", says why.

Alarms stay until somebody erases them (station/history.py): a court or a parent asks for them.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import DAY_MS, LOCAL_MS, Clock
from station.db.database import Database
from station.db.moments import placed_ms
from station.db.report_tables import SUMMED_KINDS
from station.db.tables import (
    access_log,
    alarm_log,
    alarms,
    daily_sums,
    events,
    journals,
    notices,
    positions,
    quarantine,
    sessions,
    sign_ins,
    tracks,
)

log = logging.getLogger(__name__)
_EVERY_S = 3600
_QUARANTINE = 10_000
_LOG_DAYS = 730
_FAILED = 50_000
"""Lines of sign-ins that failed: a flood of years does not fill the disk."""
_AT_ONCE = 500
RIDES = ("stop_served", "parked_boarding")
"""Events of ordinary days that say which seat was taken where and when: a child's ways."""
_KEPT = ("started", "records_lost", "update")
"""Of the board itself: they explain gaps in the evidence, and hold nothing of a person."""


class Expiry:
    def __init__(self, database: Database, clock: Clock, keep_tracks_days: int,
                 keep_rides_days: int = 90, keep_events_days: int = 400):  # fmt: skip
        self._db = database
        self._clock = clock
        self._tracks_ms = keep_tracks_days * DAY_MS
        self._rides_ms = keep_rides_days * DAY_MS
        self._events_ms = keep_events_days * DAY_MS

    async def watch(self) -> None:
        while True:
            await self.run()
            await asyncio.sleep(_EVERY_S)

    async def run(self) -> int:
        """-> how many positions were deleted. A position's own time counts; if the bus's clock
        cannot have been right, the time at which the position came. So it is with events."""
        now_ms = self._clock.now_ms()
        async with self._db.read() as connection:
            query = select(journals.c.id, journals.c.bus_id)
            numbers = (await connection.execute(query)).tuples().all()
        gone = past = 0
        async with self._db.write() as connection:
            for number, bus_id in numbers:
                gone += await _positions(connection, number, (now_ms - self._tracks_ms) // 1000)
                past += await self._events(connection, number, bus_id, now_ms)
        async with self._db.write() as connection:
            past += await _warnings(connection, now_ms - self._events_ms)
            ended_ms = func.coalesce(notices.c.sent_ms, notices.c.dead_ms)
            told = ended_ms < now_ms - self._events_ms
            await connection.execute(delete(notices).where(told))
            unread = quarantine.c.last_ms < now_ms - self._rides_ms  # they may hold the same
            await connection.execute(delete(quarantine).where(unread))
            await _logs(connection, now_ms)
        if gone or past:
            log.info("Expired: %d positions, %d events.", gone, past)
        return gone

    async def _events(self, connection: AsyncConnection, number: int, bus_id: int,
                      now_ms: int) -> int:  # fmt: skip
        e, gone = events.c, 0
        for before_ms, which in (
            (now_ms - self._rides_ms, and_(e.kind.in_(RIDES), e.severity != "alarm")),
            (now_ms - self._events_ms, and_(e.kind.not_in(_KEPT), e.severity != "alarm")),
        ):
            # Each by the index of (journal_id, at_ms); one condition of all would not use it.
            for placed in (e.at_ms < before_ms, e.at_ms.is_(None), e.at_ms > now_ms):
                old = and_(e.journal_id == number, placed, e.heard_ms < before_ms, which)
                old = and_(old, ~_is_of_alarm(), _is_summed(bus_id))
                gone += (await connection.execute(delete(events).where(old))).rowcount
        return gone


def _is_of_alarm() -> ColumnElement[bool]:
    """It belongs to an occurrence that became an alarm: the alarm is told by all of its events."""
    a, e = alarms.c, events.c
    mine = and_(a.journal_id == e.journal_id, a.occ == e.occ, a.kind == e.kind)
    stays = or_(a.severity == "alarm", a.cleared_ms.is_(None))
    return select(a.id).where(mine, stays).exists()


def _is_summed(bus_id: int) -> ColumnElement[bool]:
    """The sums of its day are made, if it counts there: the reports need it no more."""
    day = (placed_ms() + LOCAL_MS) // DAY_MS
    made = select(daily_sums.c.day).where(daily_sums.c.bus_id == bus_id, daily_sums.c.day == day)
    return or_(events.c.kind.not_in(SUMMED_KINDS), made.exists())


async def _positions(connection: AsyncConnection, number: int, before_s: int) -> int:
    """Two deletes: one condition of both kinds of positions would use no index."""
    p, gone = positions.c, 0
    for old in (
        and_(p.odd_s.is_(None), p.t < before_s),
        and_(p.odd_s.is_not(None), p.odd_s < before_s),
    ):
        mine = and_(p.journal_id == number, old)
        gone += (await connection.execute(delete(positions).where(mine))).rowcount
    old_tracks = and_(tracks.c.journal_id == number, tracks.c.t < before_s)
    await connection.execute(delete(tracks).where(old_tracks))
    return gone


async def _warnings(connection: AsyncConnection, before_ms: int) -> int:
    """Entries of the alarm log that were warnings and are over."""
    a, gone = alarms.c, 0
    old = and_(a.heard_ms < before_ms, a.severity != "alarm", a.cleared_ms.is_not(None))
    while True:
        numbers = (
            (await connection.execute(select(a.id).where(old).limit(_AT_ONCE))).scalars().all()
        )
        if not numbers:
            return gone
        await delete_alarms(connection, list(numbers))
        gone += len(numbers)


async def delete_alarms(connection: AsyncConnection, numbers: list[int]) -> None:
    """With all that names them."""
    for table, column in ((notices, notices.c.alarm_id), (alarm_log, alarm_log.c.alarm_id),
                          (alarms, alarms.c.id)):  # fmt: skip
        await connection.execute(delete(table).where(column.in_(numbers)))


async def _logs(connection: AsyncConnection, now_ms: int) -> None:
    await connection.execute(delete(sessions).where(sessions.c.ends_ms < now_ms))
    old = access_log.c.at_ms < now_ms - _LOG_DAYS * DAY_MS
    await connection.execute(delete(access_log).where(old))
    old = sign_ins.c.at_ms < now_ms - _LOG_DAYS * DAY_MS
    failed = sign_ins.c.result != "ok"
    beyond = select(sign_ins.c.id).where(failed).order_by(sign_ins.c.id.desc())
    last = (await connection.execute(beyond.offset(_FAILED).limit(1))).scalar() or 0
    old = or_(old, and_(failed, sign_ins.c.id <= last))
    await connection.execute(delete(sign_ins).where(old))
    newest = (await connection.execute(select(func.max(quarantine.c.id)))).scalar() or 0
    await connection.execute(delete(quarantine).where(quarantine.c.id <= newest - _QUARANTINE))
