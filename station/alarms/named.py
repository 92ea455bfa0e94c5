"""Kinds that a bus names as going on, and of which no record came: its state alone tells of them.

Asked are only kinds whose newest alarm a state had ended: what ended that way may have been over
too early. The old alarm stays as it is, since what goes on now may be another occurrence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select, tuple_

from station.alarms.by_state import BY_STATE, HELD_MS, waits
from station.db.database import Database
from station.db.tables import alarms, buses
from station.ingest.kinds import KINDS
from station.live.live_bus import Key, LiveBus

NO_ALARMS = {kind for kind, may in KINDS.items() if "alarm" not in may["severity"]}
_AT_ONCE = 250
_MOST = 100
"""Active kinds of one bus that are looked at."""
Named = tuple[str, str, str]
"""Fleet, bus, kind."""


class NamedAlone:
    def __init__(self, database: Database):
        self._db = database
        self._since_ms: dict[Named, int] = {}
        self._ended_so: dict[Named, bool] = {}
        """What the database said: once is enough until a kind is not named any more, or is open."""

    async def find(self, fleet: Iterable[LiveBus], rows: Iterable[Any],
                   now_ms: int) -> dict[Key, set[str]]:  # fmt: skip
        """rows: alarms at hand -> the kinds of each bus that have been named for long enough."""
        named = self._named(fleet, rows, now_ms)
        self._since_ms = named
        self._ended_so = {one: so for one, so in self._ended_so.items() if one in named}
        held = [one for one, since_ms in named.items() if now_ms - since_ms >= HELD_MS]
        new = [one for one in held if one not in self._ended_so]
        if new:
            ended = await self._ask(new)
            self._ended_so |= {one: one in ended for one in new}
        found: dict[Key, set[str]] = {}
        for one in held:
            if self._ended_so[one]:
                found.setdefault(one[:2], set()).add(one[2])
        return found

    def _named(
        self, fleet: Iterable[LiveBus], rows: Iterable[Any], now_ms: int
    ) -> dict[Named, int]:
        """Since when a live state names each kind while no record of it is on its way or open."""
        is_open = {(row.fleet, row.bus, row.kind) for row in rows
                   if row.cleared_ms is None and row.journal_id is not None}  # fmt: skip
        named = {}
        for bus in fleet:
            if bus.came_ms is None or bus.state is None or bus.gone_ms or waits(bus.state):
                continue
            for kind in bus.state["active"][:_MOST]:
                one = (bus.fleet, bus.bus, kind)
                if one not in is_open and kind not in NO_ALARMS:
                    named[one] = min(self._since_ms.get(one, now_ms), now_ms)
        return named

    async def _ask(self, named: list[Named]) -> set[Named]:
        """Those whose newest alarm was ended by a state."""
        found: set[Named] = set()
        key = (buses.c.fleet, buses.c.bus, alarms.c.kind)
        async with self._db.read() as connection:
            for at in range(0, len(named), _AT_ONCE):
                newest = (
                    select(func.max(alarms.c.id)).join(buses, buses.c.id == alarms.c.bus_id)
                    .where(tuple_(*key).in_(named[at : at + _AT_ONCE]))
                    .where(alarms.c.journal_id.is_not(None))
                    .group_by(alarms.c.bus_id, alarms.c.kind)
                )  # fmt: skip
                query = (
                    select(*key).join(buses, buses.c.id == alarms.c.bus_id)
                    .where(alarms.c.id.in_(newest), alarms.c.ended_by == BY_STATE)
                )  # fmt: skip
                found |= {(row.fleet, row.bus, row.kind) for row in await connection.execute(query)}
        return found
