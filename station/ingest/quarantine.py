"""Messages that broke the contract, or were not sealed by their bus, are kept aside for the
technician, with the reason.

They cost little, however much comes: so many rows a minute for each bus, and some more for alarms:
a flood of other messages does not push the payload of a true one out. The rest is counted in the
log, and what is not sealed in the alarm, too (station/alarms/untrusted.py)."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import Clock
from station.db.database import Database
from station.db.tables import quarantine
from station.ingest.contract import Bad
from station.ingest.seal import may_be_alarm

log = logging.getLogger(__name__)
_CHARACTERS = 65_536
"""Of a payload, that are kept."""
_WAITING = 100
_ROWS_A_MINUTE = 60
_ALARMS_A_MINUTE = 20
"""Events that may be alarms, beyond those."""
_BUSES = 200
_BRANCH = 80
"""Characters of schoolbus/<fleet>/<bus>."""
_TICK_S = 1.0


@dataclass
class _Came:
    count: int = 0
    alarms: int = 0
    """Kept beyond the rows of all."""


class Quarantine:
    def __init__(self, database: Database, clock: Clock):
        self._db = database
        self._clock = clock
        self._minute = 0
        self._came: dict[str | None, _Came] = {}
        """In this minute, below each branch of topics: that of a bus. None: of all others."""
        self.waiting: deque[Bad] = deque(maxlen=_WAITING)
        """Bad states and the like, which the broker does not keep: they wait here for the
        database."""
        self.counts: Counter[str] = Counter(kept=0, counted=0)
        """Messages since the start: those that were kept, and those that were only counted."""

    async def put(self, connection: AsyncConnection, bad: Iterable[Bad], now_ms: int) -> None:
        """Within a transaction of the caller's. A message that came before is counted again."""
        rows = [_row(one, now_ms) for one in bad]
        if rows:
            again = {"times": quarantine.c.times + 1, "last_ms": now_ms}
            add = self._db.insert(quarantine).on_conflict_do_update(
                index_elements=[quarantine.c.digest], set_=again
            )
            await connection.execute(add, rows)

    def allowed(self, aside: Iterable[Bad], now_ms: int) -> list[Bad]:
        """Those that are kept: the first of this minute, of each branch of a bus."""
        minute = now_ms // 60_000
        if minute != self._minute:
            self._note_the_rest()
            self._minute, self._came = minute, {}
        kept = []
        for bad in aside:
            branch = bad.topic.rpartition("/")[0][:_BRANCH]
            key = branch if branch in self._came or len(self._came) < _BUSES else None
            came = self._came.setdefault(key, _Came())
            came.count += 1
            is_kept = came.count <= _ROWS_A_MINUTE
            if not is_kept and came.alarms < _ALARMS_A_MINUTE and may_be_alarm(bad):
                came.alarms += 1
                is_kept = True
            if is_kept:
                kept.append(bad)
            self.counts["kept" if is_kept else "counted"] += 1
        return kept

    def _note_the_rest(self) -> None:
        for branch, came in self._came.items():
            kept = _ROWS_A_MINUTE + came.alarms
            if came.count > kept:
                log.warning("Of %d messages of %s that were to be kept aside within a minute, %d "
                            "were.", came.count, branch or "others", kept)  # fmt: skip

    async def watch(self) -> None:
        while True:
            await self.put_waiting(self._clock.now_ms())
            await asyncio.sleep(_TICK_S)

    async def put_waiting(self, now_ms: int) -> None:
        """Raises if the database is away; they wait on then."""
        bad = list(self.waiting)
        if not bad:
            return
        async with self._db.write() as connection:
            await self.put(connection, bad, now_ms)
        for _ in bad:
            self.waiting.popleft()


def _row(bad: Bad, now_ms: int) -> dict[str, Any]:
    payload = bad.payload.decode("utf-8", "backslashreplace")
    return {
        "digest": hashlib.sha256(bad.topic.encode() + b"\0" + bad.payload).hexdigest(),
        "topic": _storable(bad.topic), "reason": _storable(bad.reason), "times": 1,
        "payload": _storable(payload)[:_CHARACTERS], "first_ms": now_ms, "last_ms": now_ms,
    }  # fmt: skip


def _storable(text: str) -> str:
    """Without what PostgreSQL does not take."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
