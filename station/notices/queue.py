"""Keeps every notice until it is delivered, or given up and listed for the administrator.

What happened to alarms is read from their log, from where it was read last: a station that was away
sends the notices that it missed as soon as it is back, and none twice. collecting.py makes notices
of it, and each route has a lane of its own that delivers them (lane.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from sqlalchemy import and_, case, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import Clock, iso
from station.db.database import Database, is_away
from station.db.notice_tables import WAITS, notice_progress, notices
from station.db.tables import alarm_log
from station.ending import end
from station.notices.collecting import entries, make
from station.notices.lane import SLOTS, Lane, Send
from station.notices.routes import Route
from station.notices.sender import deliver
from station.one_bad import passed_over

log = logging.getLogger(__name__)

_TICK_S = 1.0
_AT_ONCE = 500
"""Entries of the log in one transaction, at most: between two of them a lane can take a notice."""
_PATIENCE_S = 3


class NoticeQueue:
    def __init__(self, database: Database, clock: Clock, routes: list[Route],
                 send: Send = deliver, limit_s: int = 300):  # fmt: skip
        """limit_s: notices do not work if one waits longer, or the log was not read for so long."""
        self._db = database
        self._clock = clock
        self._hands = asyncio.Lock()
        self._limit_s = limit_s
        self.lanes = [Lane(route, database, clock, send, self._hands) for route in routes]
        self._collected_s = time.monotonic()
        self._oldest_ms: int | None = None
        self._waiting = 0

    async def watch(self) -> None:
        await self._recall()
        slots = [asyncio.create_task(lane.watch(ticks=slot == 0), name=f"notices {slot}")
                 for lane in self.lanes for slot in range(SLOTS)]  # fmt: skip
        try:
            while True:
                try:
                    await self.collect()
                except Exception as error:  # the lanes go on
                    if not is_away(error):
                        log.exception("Notices could not be collected; it is tried again.")
                await asyncio.sleep(_TICK_S)
        finally:
            await end(slots)

    async def finish(self) -> None:
        """Before the end: waits a moment for what is under way, else it would be told twice."""
        for lane in self.lanes:
            lane.closed = True
        end_s = time.monotonic() + _PATIENCE_S
        while any(lane.taken for lane in self.lanes) and time.monotonic() < end_s:
            await asyncio.sleep(0.05)

    async def collect(self) -> None:
        """Makes notices of what has happened since the last time. An entry that cannot be read
        stops no other: its alarm is told by what can be read for certain."""
        most = _AT_ONCE
        while True:
            try:
                is_more = await self._collect(most, sure=False)
                most = min(2 * most, _AT_ONCE)
            except Exception as error:
                if is_away(error):
                    raise
                if most > 1:
                    most //= 2
                    continue
                log.exception("An entry in the log of alarms cannot be read; it is told plainly.")
                passed_over["notices"] += 1
                is_more = await self._collect_plainly()
            if not is_more:
                break
        await self._look()

    async def deliver_due(self) -> None:
        """Sends all that is due now."""

        async def empty(lane: Lane) -> None:
            while await lane.one():
                pass

        await asyncio.gather(*(empty(lane) for lane in self.lanes for _ in range(SLOTS)))

    def health(self) -> dict[str, Any]:
        """Whether notices work, in numbers; it asks nobody."""
        now_ms = self._clock.now_ms()
        late_s = 0 if self._oldest_ms is None else max(0, (now_ms - self._oldest_ms) // 1000)
        silent_s = int(time.monotonic() - self._collected_s)
        failing = [lane.route.name for lane in self.lanes if lane.is_failing]
        return {
            "ok": late_s <= self._limit_s and silent_s <= self._limit_s and not failing,
            "oldest_unsent_s": late_s,
            "collected_s": silent_s,
            "waiting": self._waiting,
            "failing": failing,
        }

    async def listed(self, limit: int = 200) -> list[dict[str, Any]]:
        """Notices that were given up or wait for another try, the newest first."""
        query = select(notices).where(notices.c.sent_ms.is_(None), notices.c.tries > 0)
        async with self._db.read() as connection:
            rows = await connection.execute(query.order_by(notices.c.id.desc()).limit(limit))
            return [_view(row) for row in rows]

    async def again(self, number: int) -> bool:
        """A notice that was given up is tried again at once. False: none has this number."""
        now_ms = self._clock.now_ms()
        values = {"dead_ms": None, "tries": 0, "since_ms": now_ms, "due_ms": now_ms}
        mine = and_(notices.c.id == number, notices.c.dead_ms.is_not(None))
        async with self._db.write() as connection:
            done = await connection.execute(update(notices).where(mine).values(values))
        self._ring()
        return bool(done.rowcount)

    async def _collect(self, most: int, sure: bool) -> bool:
        """One transaction. -> whether there may be more."""
        async with self._db.read() as connection:
            if await _progress(connection) == await _newest(connection):
                return False
        async with self._hands, self._db.write() as connection:
            if not self._db.is_sqlite:
                # A writer may have drawn a lower id and not committed it yet: wait for it. And if
                # two stations collect, one waits for the other.
                await connection.execute(text("LOCK TABLE alarm_log IN SHARE ROW EXCLUSIVE MODE"))
            seen, newest = await _progress(connection), await _newest(connection)
            if seen is None:  # the first start ever: no one wants to hear of last year
                await connection.execute(insert(notice_progress).values(id=1, log_id=newest))
                return False
            rows = await entries(connection, seen, most, sure)
            if rows:
                taken = {number for lane in self.lanes for number in lane.taken}
                routes = [lane.route for lane in self.lanes]
                await make(connection, rows, routes, taken, self._clock.now_ms())
                newest = rows[-1]["log_id"] if len(rows) == most else newest
            await connection.execute(update(notice_progress).values(log_id=newest))
        self._ring()
        return len(rows) == most

    async def _collect_plainly(self) -> bool:
        try:
            return await self._collect(1, sure=True)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("An entry in the log of alarms cannot be told at all.")
        async with self._db.write() as connection:
            seen = await _progress(connection)
            after = select(func.min(alarm_log.c.id)).where(alarm_log.c.id > seen)
            await connection.execute(update(notice_progress).values(log_id=after.scalar_subquery()))
        return True

    def _ring(self) -> None:
        for lane in self.lanes:
            lane.bell.set()

    async def _look(self) -> None:
        """How long the oldest one waits that may go: what is grouped waits on purpose."""
        n = notices.c
        now_ms = self._clock.now_ms()
        known = n.route.in_([lane.route.name for lane in self.lanes])
        since = case((n.since_ms <= now_ms, n.since_ms))
        query = select(func.min(since), func.count()).where(WAITS, known)
        async with self._db.read() as connection:
            self._oldest_ms, self._waiting = (await connection.execute(query)).one()
        self._collected_s = time.monotonic()

    async def _recall(self) -> None:
        """Gives up what waits for a route that is not in the file any more, and reads which routes
        failed last."""
        n = notices.c
        names = [lane.route.name for lane in self.lanes]
        values = {"dead_ms": self._clock.now_ms(), "tries": n.tries + 1,
                  "error": "this route does not exist any more"}  # fmt: skip
        async with self._db.write() as connection:
            gone = and_(WAITS, n.route.not_in(names))
            await connection.execute(update(notices).where(gone).values(values))
            for lane in self.lanes:
                last = select(func.max(n.sent_ms), func.max(n.dead_ms))
                found = await connection.execute(last.where(n.route == lane.route.name))
                lane.recall(*found.one())


async def _progress(connection: AsyncConnection) -> int | None:
    return (await connection.execute(select(notice_progress.c.log_id))).scalar()


async def _newest(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.max(alarm_log.c.id)))).scalar() or 0


def _view(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "alarm_id": row.alarm_id,
        "route": row.route,
        "stage": row.stage,
        "title": row.title,
        "made_at": iso(row.made_ms),
        "tries": row.tries,
        "error": row.error,
        "dead_at": iso(row.dead_ms),
    }
