"""The lane of one route: its own tasks, its own rests. What happens in one delays no other."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from station.clock import Clock
from station.db.database import Database, is_away
from station.db.notice_tables import WAITS, notices
from station.notices.grouping import BUS_MS
from station.notices.routes import Route
from station.notices.urgency import ALARM

log = logging.getLogger(__name__)
Send = Callable[[str, str, str], Awaitable[str | None]]

SLOTS = 4
MOST_TRIES = 10  # about an hour
_FIRST_WAIT_S = 10
_LONGEST_WAIT_S = 900
_TICK_S = 2.0
AGAIN_S = 1.0
_FAILING = 2
"""Failures in a row by which the route itself fails: one notice at a time tries it then."""
_REST_S, _LONGEST_REST_S = 5, 30
_MANY, _MANY_MS = 10, 600_000
"""What was told of one bus so often in this time gives way to the first alarms of other buses, and
to nothing less."""
_Told = tuple[int | None, str]
"""Bus, subject."""


def wait_ms(tries: int) -> int:
    """Until the next try, after so many failed ones."""
    return min(_FIRST_WAIT_S * 2 ** (tries - 1), _LONGEST_WAIT_S) * 1000


class Lane:
    """Of each bus one notice at a time is under way, and the most urgent one goes first: a bus with
    very many of them holds one slot, and the others take turns."""

    def __init__(self, route: Route, database: Database, clock: Clock, send: Send,
                 hands: asyncio.Lock):  # fmt: skip
        """hands: held by who takes a notice, and by who changes those that wait."""
        self.route = route
        self.send = send
        self._db = database
        self._clock = clock
        self._hands = hands
        self.taken: dict[int, int | None] = {}
        """Under way: id -> bus."""
        self.bell = asyncio.Event()
        self.closed = False
        """The station ends: nothing more is taken."""
        self.fails = 0
        self.failing_ms: int | None = None
        """Since when the route fails; None: it does not."""
        self._rest_ms = 0
        self._served_ms: dict[int | None, int] = {}
        """When each bus was told of last."""
        self._told: dict[_Told, deque[int]] = defaultdict(lambda: deque(maxlen=_MANY))
        """When it was told of each subject."""

    @property
    def is_failing(self) -> bool:
        return self.failing_ms is not None

    def recall(self, sent_ms: int | None, dead_ms: int | None) -> None:
        """When the last notice was delivered, and when one was given up: before this start."""
        if dead_ms is not None and dead_ms > (sent_ms or 0):
            self.fails, self.failing_ms = _FAILING, dead_ms

    async def watch(self, ticks: bool) -> None:
        """One slot, for ever. ticks: it looks by itself, and wakes the others."""
        while True:
            self.bell.clear()
            try:
                while await self.one():
                    pass
            except Exception as error:
                if not is_away(error):
                    log.exception("The route %s failed; it goes on.", self.route.name)
            rung = asyncio.ensure_future(self.bell.wait())
            try:  # asyncio.wait_for() may lose a cancellation if the bell rings with it
                await asyncio.wait({rung}, timeout=_TICK_S if ticks else None)
            finally:
                rung.cancel()

    async def one(self) -> bool:
        """Sends the next notice that is due. False: there is none now."""
        row = await self._take()
        if row is None:
            return False
        try:
            await self._note(row, await self.send(self.route.to, row.title, row.body))
        finally:
            async with self._hands:  # who looks now may not see yet that it was sent
                self.taken.pop(row.id, None)
            self.bell.set()
        return True

    async def _take(self) -> Any:
        """The lowest rank first; among equals the bus that was told longest ago."""
        async with self._hands:
            now_ms = self._clock.now_ms()
            if not self._db.may_send:  # this process was stopped for a while
                return None
            if self.closed or len(self.taken) >= (1 if self.fails >= _FAILING else SLOTS):
                return None
            if 0 < self._rest_ms - now_ms <= _LONGEST_REST_S * 1000:
                return None
            n = notices.c
            # A clock that was set back would keep them for long.
            is_due = or_(n.due_ms <= now_ms, n.due_ms > now_ms + 2 * BUS_MS)
            mine = and_(n.route == self.route.name, WAITS, is_due)
            heads = select(n.bus_id, n.subject, n.rank, func.min(n.id)).where(mine)
            heads = heads.group_by(n.bus_id, n.subject, n.rank)
            async with self._db.read() as connection:
                found = [
                    (self._weight(bus_id, subject, rank, now_ms), first)
                    for bus_id, subject, rank, first in await connection.execute(heads)
                    if bus_id not in self.taken.values()
                ]
                if not found:
                    return None
                next_one = select(notices).where(n.id == min(found)[1], mine)
                row = (await connection.execute(next_one)).first()
            if row is not None:
                self.taken[row.id] = row.bus_id
                self._served_ms[row.bus_id] = now_ms
                self._told[row.bus_id, row.subject].append(now_ms)
                self.bell.set()  # there may be more
            return row

    def _weight(self, bus_id: int | None, subject: str, rank: int,
                now_ms: int) -> tuple[int, bool, int]:  # fmt: skip
        told = self._told.get((bus_id, subject)) or [0]
        many = len(told) == _MANY and 0 <= now_ms - told[0] < _MANY_MS
        return max(rank, ALARM) if many else rank, many, self._served_ms.get(bus_id, 0)

    async def _note(self, row: Any, error: str | None) -> None:
        """Writes what came of a try, until it is written: else it would be told again."""
        now_ms = self._clock.now_ms()
        tries = row.tries + 1
        values: dict[str, Any] = {"tries": tries, "error": error}
        if error is None:
            values["sent_ms"] = now_ms
        elif tries >= MOST_TRIES:
            log.error("A notice on the route %s is given up: %s", row.route, error)
            values["dead_ms"] = now_ms
        else:
            values["due_ms"] = now_ms + wait_ms(tries)
        is_back = self._judge(error, now_ms)
        while True:
            try:
                async with self._db.write() as connection:
                    mine = notices.c.id == row.id
                    await connection.execute(update(notices).where(mine).values(values))
                    if is_back:  # what waits for its next try need not wait longer
                        tried = and_(notices.c.route == row.route, WAITS, notices.c.tries > 0)
                        await connection.execute(update(notices).where(tried).values(due_ms=now_ms))
                break
            except Exception as failed:
                if not is_away(failed):
                    raise
                await asyncio.sleep(AGAIN_S)

    def _judge(self, error: str | None, now_ms: int) -> bool:
        """Whether the route works. -> it works again."""
        if error is None:
            was, self.fails, self.failing_ms, self._rest_ms = self.fails, 0, None, 0
            return was >= _FAILING
        self.fails += 1
        if self.fails >= _FAILING:
            self.failing_ms = self.failing_ms or now_ms
            rest_s = min(_REST_S * (self.fails - 1), _LONGEST_REST_S)
            self._rest_ms = now_ms + rest_s * 1000
        return False
