"""Two boards are one bus: two of them speak with the same name, and a child on one is hidden by the
other.

A journal is of one board. So boards are told apart by the epoch: A, B and A again within a day are
two boards. A journal that was formatted anew, or a board that was replaced, is A and then B. A
status is of the time at which it was heard, because the clock of a board may be wrong; a record is
of the time that it gives itself, but not of the future. Late records are of earlier times, and
count for nothing. Within an epoch the count of starts only rises: where a status says less, a board
was copied.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select

from station.alarms.alarms import Alarms
from station.alarms.standing import Standing
from station.clock import DAY_MS, Clock, iso
from station.db.bus_ids import BusIds
from station.db.database import Database
from station.db.tables import events
from station.ingest.rows import Journal
from station.ingest.store import Store, Stored
from station.live.live_bus import Key

TWO_BOARDS = "two_boards"
_QUIET_MS = 3_600_000
_TICK_S = 1.0
_MOST = 8
"""Boards of a bus that are remembered."""
_MOST_STATUSES = 32


class Board(NamedTuple):
    epoch: str | None
    """None: it could not read its journal."""
    boot: int | None
    at_ms: int


@dataclass
class _Turns:
    """The boards of one bus, by their own time."""

    now: Board | None = None
    left: dict[str, Board] = field(default_factory=dict)
    """By epoch: when another took its place."""
    statuses: dict[tuple, None] = field(default_factory=dict)
    """The last ones that had a time, so that one that is sent again is known."""

    def repeats(self, body: dict[str, Any]) -> bool:
        """Whether this status was heard before, word for word."""
        status = body["epoch"], body["boot"], body["at"]
        if body["at"] is None or status in self.statuses:
            return body["at"] is not None
        self.statuses[status] = None
        if len(self.statuses) > _MOST_STATUSES:
            del self.statuses[next(iter(self.statuses))]
        return False

    def takes(self, new: Board) -> Board | None:
        """-> the other one, if these are two boards that take turns."""
        now = self.now
        if now is None:
            self.now = new
            return None
        if new.at_ms < now.at_ms:
            return None
        if new.epoch is None or now.epoch in (None, new.epoch):
            boot = now.boot if new.boot is None else new.boot
            self.now = Board(new.epoch or now.epoch, boot, new.at_ms)
            return now if now.boot is not None and boot is not None and boot < now.boot else None
        back = self.left.pop(new.epoch, None)
        self.left[now.epoch] = now
        if len(self.left) > _MOST:
            del self.left[next(iter(self.left))]
        self.now = new if new.boot is not None or back is None else new._replace(boot=back.boot)
        return now if back and new.at_ms - back.at_ms < DAY_MS else None


class TwoBoards:
    def __init__(self, database: Database, bus_ids: BusIds, clock: Clock, store: Store,
                 alarms: Alarms):  # fmt: skip
        self._db = database
        self._clock = clock
        self._store = store
        self._alarms = alarms
        self._standing = Standing(TWO_BOARDS, bus_ids, alarms, _QUIET_MS, asks_again=False)
        self._turns: dict[Key, _Turns] = {}
        self._found: dict[Key, dict[str, Any]] = {}
        """What the alarm has to say, until it is stored."""

    async def recall(self) -> None:
        """Of buses with more than one journal: when the last event of each was."""
        for journals in self._store.by_bus():
            if len(journals) < 2:
                continue
            last = [board for one in journals if (board := await self._last(one))]
            turns = self._turns.setdefault(journals[0].key[:2], _Turns())
            for board in sorted(last, key=lambda board: board.at_ms):
                turns.takes(board)

    async def _last(self, journal: Journal) -> Board | None:
        mine = (events.c.journal_id == journal.id, events.c.at_ms.is_not(None),
                events.c.odd_clock.is_(False))  # fmt: skip
        query = select(events.c.at_ms).where(*mine).order_by(events.c.at_ms.desc()).limit(1)
        async with self._db.read() as connection:
            at_ms = (await connection.execute(query)).scalar()
        return None if at_ms is None else Board(journal.key[2], None, at_ms)

    def status(self, key: Key, body: dict[str, Any], heard_ms: int) -> None:
        """A status that came just now, and not from the broker's memory. A last will is of a
        connection that is over."""
        if body["online"] and not self._turns.setdefault(key, _Turns()).repeats(body):
            self._hear(key, Board(body["epoch"], body["boot"], heard_ms))

    def records(self, stored: Stored) -> None:
        """Events that were just stored."""
        keys = {journal.id: journal.key for journal in stored.journals}
        now_ms = self._clock.now_ms()
        for event in sorted(stored.events, key=lambda event: event["at_ms"] or 0):
            if event["at_ms"] is None or event["odd_clock"]:
                continue
            fleet, bus, epoch = keys[event["journal_id"]]
            self._hear((fleet, bus), Board(epoch, None, min(event["at_ms"], now_ms)))

    def _hear(self, key: Key, board: Board) -> None:
        turns = self._turns.setdefault(key, _Turns())
        other = turns.takes(board)
        if other is None:
            return
        count = self._found.get(key, {"count": 0})["count"] + 1
        one = turns.now or board
        self._found[key] = {"count": count, **_said("one", one), **_said("other", other)}

    async def watch(self) -> None:
        while True:
            await self.judge()
            await asyncio.sleep(_TICK_S)

    async def judge(self) -> None:
        """Raises if the database is away; the alarm waits then."""
        now_ms = self._clock.now_ms()
        while self._found:
            key, data = self._found.popitem()
            try:
                async with self._db.write() as connection:
                    number = await self._standing.put(connection, key, "alarm", data, now_ms)
            except BaseException:
                newer = self._found.setdefault(key, data)
                if newer is not data:
                    newer["count"] += data["count"]
                raise
            await self._alarms.show([number])
        await self._standing.end_quiet(now_ms)


def _said(which: str, board: Board) -> dict[str, Any]:
    return {
        f"{which}_epoch": board.epoch,
        f"{which}_boot": board.boot,
        f"{which}_at": iso(board.at_ms),
    }
