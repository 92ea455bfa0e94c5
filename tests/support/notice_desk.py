"""A queue of notices on a database of its own, with receivers that a test plays."""

from __future__ import annotations

import asyncio
import contextlib

from sqlalchemy import func, insert, select, update

from station.clock import Clock
from station.db.database import Database
from station.db.tables import alarm_log, alarms, buses, notices
from station.notices.queue import NoticeQueue
from station.notices.routes import Route

NOW_MS = 1_795_306_323_400


class Now(Clock):
    ms = NOW_MS

    def now_ms(self):
        return self.ms


class Desk:
    """Opened on a database, again and again. sent: (route, title, body) in the order of delivery.
    fails: routes that refuse; hangs: routes that answer only when `answer` is set."""

    def __init__(self, address, *routes, clock=None):
        self.address = address
        self.routes = [
            Route.model_validate({"to": "json://127.0.0.1:9/x", "language": "en", **route})
            for route in (routes or ({"name": "duty"},))
        ]
        self.clock = clock or Now()
        self.sent, self.tried = [], []
        self.fails, self.hangs, self.answer = set(), set(), asyncio.Event()

    @contextlib.asynccontextmanager
    async def open(self):
        self.db = Database(self.address)
        await self.db.upgrade()
        self.queue = NoticeQueue(self.db, self.clock, self.routes)
        for lane in self.queue.lanes:
            lane.send = self._sender(lane.route.name)
        await self.queue.collect()
        try:
            yield self
        finally:
            await self.db.close()

    def _sender(self, name):
        async def send(to, title, body):
            self.tried.append((name, title))
            await asyncio.sleep(0)
            if name in self.hangs:
                await self.answer.wait()
            if name in self.fails:
                return "nobody there"
            self.sent.append((name, title, body))
            return None

        return send

    async def turn(self):
        """-> titles of what was delivered by it."""
        before = len(self.sent)
        await self.queue.collect()
        await self.queue.deliver_due()
        return [title for _, title, _ in self.sent[before:]]

    async def raises(self, bus, kind="overspeed", what="heard", times=1, **more):
        """-> ids of the alarms."""
        async with self.db.write() as connection:
            bus_id = await self._bus(connection, bus)
            first = 1 + ((await connection.execute(select(func.max(alarms.c.id)))).scalar() or 0)
            made = list(range(first, first + times))
            values = {
                "bus_id": bus_id, "kind": kind, "severity": "alarm", "exercise": False,
                "clock": "gnss", "raised_ms": self.clock.ms, "heard_ms": self.clock.ms,
                "late": False, "data": {}, "why": {}, "journal_id": bus_id, **more,
            }  # fmt: skip
            rows = [{"id": number, "occ": number, **values} for number in made]
            await connection.execute(insert(alarms), rows)
            entry = {"at_ms": self.clock.ms, "who": "station", "what": what}
            await connection.execute(
                insert(alarm_log), [{"alarm_id": number, **entry} for number in made]
            )
        return made

    async def happens(self, number, what):
        columns = {"cleared": "cleared_ms", "acknowledged": "acked_ms", "escalated": "escalated_ms"}
        async with self.db.write() as connection:
            mine = update(alarms).where(alarms.c.id == number)
            await connection.execute(mine.values({columns[what]: self.clock.ms}))
            entry = {"alarm_id": number, "at_ms": self.clock.ms, "who": "station", "what": what}
            await connection.execute(insert(alarm_log).values(entry))

    async def rows(self):
        async with self.db.read() as connection:
            return (await connection.execute(select(notices).order_by(notices.c.id))).all()

    async def _bus(self, connection, bus):
        mine = select(buses.c.id).where(buses.c.fleet == "lcb", buses.c.bus == bus)
        known = (await connection.execute(mine)).scalar()
        if known is not None:
            return known
        made = await connection.execute(insert(buses).values(fleet="lcb", bus=bus))
        return made.inserted_primary_key[0]


def played(address, *routes, clock=None):
    """played(db, routes)(story): runs an async story(desk)."""

    def run(story):
        async def whole():
            async with Desk(address, *routes, clock=clock).open() as desk:
                await story(desk)

        asyncio.run(whole())

    return run
