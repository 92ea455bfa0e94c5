"""Untrusted: a message came in the name of a bus, and the bus did not seal it; or it is an event of
severity alarm that cannot be read.

Such a message is not taken, and yet it may be true: a board that was given a wrong identity, or a
child left behind whose alarm somebody forges to be rid of the true one. So staff hear of it: as an
alarm if it is an alarm, or if the bus has never been heard with its identity (then none of its
true messages gets through); else as a warning.

What makes staff look is stored with the messages, in the same transaction. What only counts up
waits a moment, so that a flood costs little.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.alarms import Alarms
from station.alarms.standing import Standing, asks_anew, bounded
from station.clock import Clock
from station.db.bus_ids import BusIds
from station.db.database import Database
from station.identity.register import Register
from station.ingest.seal import Untrusted
from station.live.live import Live
from station.live.live_bus import Key

log = logging.getLogger(__name__)
UNTRUSTED = "untrusted"
QUIET_MS = 10 * 60_000
_TICK_S = 1.0
_STRANGERS = 20
"""Buses that the station does not know and still lists: names cost a forger nothing."""
_COUNT_S = 10.0
"""They are counted so often."""


@dataclass
class _Told:
    """What came in the name of one bus."""

    count: int = 0
    is_alarm: bool = False
    kinds: dict[str, None] = field(default_factory=dict)
    newest: Untrusted | None = None
    """That counts: an alarm before another message."""

    def add(self, one: Untrusted) -> None:
        self.count += 1
        if one.is_alarm and one.kind:
            self.kinds = dict.fromkeys(bounded([*self.kinds, one.kind]))
        if one.is_alarm or not self.is_alarm:
            self.newest = one
        self.is_alarm |= one.is_alarm

    def join(self, newer: _Told) -> None:
        self.count += newer.count
        self.kinds = dict.fromkeys(bounded([*self.kinds, *newer.kinds]))
        if newer.is_alarm or not self.is_alarm:
            self.newest = newer.newest
        self.is_alarm |= newer.is_alarm

    def data(self) -> dict[str, Any]:
        newest = self.newest
        assert newest is not None
        said = {"message": newest.name, "reason": newest.why, "count": self.count}
        if newest.serial is not None:
            said["serial"] = newest.serial
        if self.kinds:
            said["active"] = list(self.kinds)
        return said


Taken = dict[Key, _Told]


class UntrustedAlarms:
    def __init__(self, database: Database, bus_ids: BusIds, clock: Clock, live: Live,
                 register: Register, alarms: Alarms):  # fmt: skip
        self._db = database
        self._clock = clock
        self._live = live
        self._register = register
        self._alarms = alarms
        self._standing = Standing(UNTRUSTED, bus_ids, alarms, QUIET_MS, asks_again=True)
        self._waiting: dict[Key, _Told] = {}
        self._strangers = 0
        self._counted_s = -_COUNT_S

    def note(self, found: Iterable[Untrusted]) -> None:
        """What waits here until watch() or put() takes it."""
        for one in found:
            key = (one.fleet, one.bus)
            if one.raises and (key in self._waiting or not self._is_one_too_many(key)):
                self._waiting.setdefault(key, _Told()).add(one)

    def are_urgent(self, now_ms: int) -> bool:
        """Whether something waits that staff have to look at."""
        return any(self._is_urgent(key, told, now_ms) for key, told in self._waiting.items())

    @contextlib.contextmanager
    def taking(self) -> Iterator[Taken]:
        """What put() takes inside it waits again if the transaction fails."""
        taken: Taken = {}
        try:
            yield taken
        except BaseException:
            for key, told in taken.items():
                if key in self._waiting:
                    told.join(self._waiting[key])
                self._waiting[key] = told
            raise

    async def put(self, connection: AsyncConnection, taken: Taken, now_ms: int,
                  only_urgent: bool = True) -> list[int]:  # fmt: skip
        """Within a transaction of the caller's -> ids of alarms that changed. only_urgent: what
        staff have to look at."""
        for key in list(self._waiting):
            if not only_urgent or self._is_urgent(key, self._waiting[key], now_ms):
                taken[key] = self._waiting.pop(key)
        return [await self._put(connection, key, told, now_ms) for key, told in taken.items()]

    async def watch(self) -> None:
        while True:
            await self.save()
            await self._standing.end_quiet(self._clock.now_ms())
            await asyncio.sleep(_TICK_S)

    async def save(self) -> None:
        """Everything that waits. Raises if the database is away; it waits on then."""
        if not self._waiting:
            return
        now_ms = self._clock.now_ms()
        with self.taking() as taken:
            async with self._db.write() as connection:
                numbers = await self.put(connection, taken, now_ms, only_urgent=False)
        await self._alarms.show(numbers)

    async def _put(self, connection: AsyncConnection, key: Key, told: _Told, now_ms: int) -> int:
        severity = "alarm" if self._is_alarm(key, told) else "warning"
        return await self._standing.put(connection, key, severity, told.data(), now_ms)

    def _is_urgent(self, key: Key, told: _Told, now_ms: int) -> bool:
        row = self._standing.open().get(key)
        return row is None or (self._is_alarm(key, told) and asks_anew(row, told.data(), now_ms))

    def _is_alarm(self, key: Key, told: _Told) -> bool:
        valid = self._register.valid(*key)
        return told.is_alarm or (bool(valid) and not any(map(self._register.was_seen, valid)))

    def _is_one_too_many(self, key: Key) -> bool:
        """A bus that the station does not know, while it has as many of those as it takes."""
        if self._register.of(*key) or self._live.get(*key) is not None:
            return False
        now_s = time.monotonic()
        if now_s >= self._counted_s + _COUNT_S:
            self._counted_s = now_s
            listed = {bus.key for bus in self._live if not bus.last_word_ms} | set(self._waiting)
            self._strangers = sum(not self._register.of(*one) for one in listed)
        self._strangers += 1
        if self._strangers == _STRANGERS + 1:
            log.warning("A message came in the name of %s/%s, which the station does not know. "
                        "More such names raise no alarm.", *key)  # fmt: skip
        return self._strangers > _STRANGERS
