"""Keeps every notice until it is delivered, or given up and listed for the administrator.

What happened to alarms is read from their log, from where it was read last: a station that was away
sends the notices that it missed as soon as it is back, and none twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import and_, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import Clock, iso
from station.db.database import Database
from station.db.tables import alarm_log, alarms, buses, notice_progress, notices
from station.notices.message import message
from station.notices.routes import Route
from station.notices.sender import deliver

log = logging.getLogger(__name__)
Send = Callable[[str, str, str], Awaitable[str | None]]

MOST_TRIES = 10  # about an hour
_FIRST_WAIT_S = 10
_LONGEST_WAIT_S = 900
_TICK_S = 2
_AT_ONCE = 10
_STAGES = {  # entry in the log of an alarm: what people are told
    "heard": "raised", "raised": "raised", "real": "raised", "worse": "raised",
    "escalated": "escalated", "acknowledged": "acknowledged", "cleared": "cleared",
}  # fmt: skip


def wait_ms(tries: int) -> int:
    """Until the next try, after so many failed ones."""
    return min(_FIRST_WAIT_S * 2 ** (tries - 1), _LONGEST_WAIT_S) * 1000


class NoticeQueue:
    def __init__(self, database: Database, clock: Clock, routes: list[Route],
                 send: Send = deliver):  # fmt: skip
        self._db = database
        self._clock = clock
        self._routes = {route.name: route for route in routes}
        self._send = send

    async def watch(self) -> None:
        while True:
            await self.collect()
            await self.deliver_due()
            await asyncio.sleep(_TICK_S)

    async def collect(self) -> None:
        """Makes notices of what has happened since the last time, in one transaction."""
        async with self._db.write() as connection:
            if not self._db.is_sqlite:
                # A writer may have drawn a lower id and not committed it yet: wait for it. And if
                # two stations collect, one waits for the other.
                await connection.execute(text("LOCK TABLE alarm_log IN SHARE ROW EXCLUSIVE MODE"))
            seen = (await connection.execute(select(notice_progress.c.log_id))).scalar()
            newest = (await connection.execute(select(func.max(alarm_log.c.id)))).scalar() or 0
            if seen is None:  # the first start ever: no one wants to hear of last year
                await connection.execute(insert(notice_progress).values(id=1, log_id=newest))
                return
            if newest == seen:
                return
            query = (
                select(alarm_log.c.what, alarm_log.c.id.label("log_id"), *alarms.c, *_BUS)
                .join(alarms, alarms.c.id == alarm_log.c.alarm_id)
                .join(buses, buses.c.id == alarms.c.bus_id)
                .where(alarm_log.c.id > seen, alarm_log.c.id <= newest)
                .order_by(alarm_log.c.id)
            )
            for row in (await connection.execute(query)).mappings().all():
                await self._put(connection, row)
            await connection.execute(update(notice_progress).values(log_id=newest))

    async def deliver_due(self) -> None:
        """One try for each notice that is due."""
        now_ms = self._clock.now_ms()
        due = and_(notices.c.due_ms <= now_ms, notices.c.sent_ms.is_(None), _ALIVE)
        query = select(notices).where(due).order_by(notices.c.due_ms).limit(_AT_ONCE)
        async with self._db.read() as connection:
            rows = (await connection.execute(query)).all()
        await asyncio.gather(*(self._try(row) for row in rows))

    async def listed(self, limit: int = 200) -> list[dict[str, Any]]:
        """Notices that were given up or wait for another try, the newest first."""
        query = select(notices).where(notices.c.sent_ms.is_(None), notices.c.tries > 0)
        async with self._db.read() as connection:
            rows = await connection.execute(query.order_by(notices.c.id.desc()).limit(limit))
            return [_view(row) for row in rows]

    async def again(self, number: int) -> bool:
        """A notice that was given up is tried again at once. False: none has this number."""
        values = {"dead_ms": None, "tries": 0, "due_ms": self._clock.now_ms()}
        mine = and_(notices.c.id == number, notices.c.dead_ms.is_not(None))
        async with self._db.write() as connection:
            done = await connection.execute(update(notices).where(mine).values(values))
        return bool(done.rowcount)

    async def _put(self, connection: AsyncConnection, row: Any) -> None:
        stage = _STAGES.get(row["what"])
        now_ms = self._clock.now_ms()
        now = datetime.fromtimestamp(now_ms / 1000, timezone.utc)
        for route in self._routes.values():
            if stage is None or not route.wants(row, stage, now):
                continue
            title, body = message(row, stage, route.language)
            await connection.execute(
                insert(notices).values(
                    alarm_id=row["id"], log_id=row["log_id"], route=route.name, stage=stage,
                    title=title, body=body, made_ms=now_ms, due_ms=now_ms, tries=0,
                )
            )  # fmt: skip

    async def _try(self, row: Any) -> None:
        route = self._routes.get(row.route)
        if route is None:
            error: str | None = "this route does not exist any more"
        else:
            error = await self._send(route.to, row.title, row.body)
        now_ms = self._clock.now_ms()
        tries = row.tries + 1
        if error is None:
            values: dict[str, Any] = {"sent_ms": now_ms, "error": None}
        elif tries >= MOST_TRIES or route is None:
            log.error("A notice on route %s is given up: %s", row.route, error)
            values = {"dead_ms": now_ms, "error": error}
        else:
            values = {"due_ms": now_ms + wait_ms(tries), "error": error}
        async with self._db.write() as connection:
            mine = notices.c.id == row.id
            await connection.execute(update(notices).where(mine).values(tries=tries, **values))


_BUS = (buses.c.fleet, buses.c.bus, buses.c.label)
_ALIVE = notices.c.dead_ms.is_(None)


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
