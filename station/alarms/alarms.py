"""Alarms: active or cleared and, independently, acknowledged or not (as ThingsBoard's).

There is one alarm for each occurrence on a bus, and the station raises some of its own. Alarms that
are active or that no one has acknowledged are kept at hand for the page; the rest is read from the
database.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import and_, insert, or_, select, update

from station.alarms.by_state import BY_STATE, after_all, over
from station.alarms.rows import ROWS, SELF, view, weight, write_log
from station.clock import Clock
from station.db.bus_ids import BusIds
from station.db.database import Database
from station.db.tables import alarms, new_id
from station.live.hub import Hub
from station.live.live import Live
from station.live.live_bus import Listed
from station.settings import Settings

_TICK_S = 1.0
_AT_ONCE = 500
"""Ids in one query."""
_IN_ONE = 50
"""Changes in one transaction: the next record waits no longer."""
_Change = tuple[int, dict[str, Any], str]
"""Id of an alarm, its new values, the word in its log."""
_AT_HAND = or_(
    alarms.c.cleared_ms.is_(None),
    and_(alarms.c.severity == "alarm", alarms.c.acked_ms.is_(None)),
)


class Alarms:
    def __init__(self, database: Database, bus_ids: BusIds, clock: Clock, live: Live, hub: Hub,
                 settings: Settings):  # fmt: skip
        self._db = database
        self._bus_ids = bus_ids
        self._clock = clock
        self.live = live
        self._hub = hub
        self._late_ms = settings.late_s * 1000
        self._escalate_ms = settings.escalate_min * 60_000
        self.at_hand: dict[int, Any] = {}
        self._showing = asyncio.Lock()
        """One reads at a time: a row that was read before must not come over a newer one."""

    async def recall(self) -> None:
        async with self._db.read() as connection:
            rows = (await connection.execute(ROWS.where(_AT_HAND))).all()
        for row in rows:
            self._place(row)

    async def changed(self, numbers: list[int]) -> None:
        """Another process changed them; none: it may have changed any."""
        if numbers:
            await self.show(sorted(set(numbers)))
            return
        known = dict(self.at_hand)
        async with self._db.read() as connection:
            rows = {row.id: row for row in await connection.execute(ROWS.where(_AT_HAND))}
        numbers = [number for number in known if number not in rows]
        numbers += [number for number, row in rows.items() if known.get(number) != row]
        await self.show(numbers)

    def own(self) -> list[Any]:
        """The station's own alarms that are active."""
        return [a for a in self.at_hand.values() if a.journal_id is None and a.cleared_ms is None]

    def state_of(self, fleet: str, bus: str) -> dict[str, Any]:
        """Empty: the station knows none."""
        known = self.live.get(fleet, bus)
        return (known and known.state) or {}

    def views(self) -> list[dict[str, Any]]:
        rows = sorted(self.at_hand.values(), key=lambda row: (row.heard_ms, row.id), reverse=True)
        return [view(row) for row in rows]

    async def raise_own(self, fleet: str, bus: str, values: dict[str, Any]) -> None:
        """Raises an alarm of the station's own, unless it is active already. The alarm is late if
        the database was away when it was raised."""
        now_ms = self._clock.now_ms()
        async with self._db.write() as connection:
            bus_id = await self._bus_ids.of(connection, fleet, bus)
            same = select(alarms.c.id).where(
                alarms.c.bus_id == bus_id, alarms.c.kind == values["kind"],
                alarms.c.journal_id.is_(None), alarms.c.cleared_ms.is_(None),
            )  # fmt: skip
            number = (await connection.execute(same)).scalar()
            if number is None:
                late = now_ms - values["raised_ms"] > self._late_ms
                made = await connection.execute(
                    insert(alarms).values(
                        bus_id=bus_id, severity="alarm", exercise=False, clock="rtc", late=late,
                        heard_ms=now_ms, **values,
                    )
                )  # fmt: skip
                number = new_id(made)
                await write_log(connection, number, now_ms, SELF, "raised")
        await self.show([number])

    async def clear_own(self, number: int) -> None:
        values = {"cleared_ms": self._clock.now_ms(), "ended_by": SELF}
        await self._change([(number, values, "cleared")])

    async def acknowledge(self, number: int, who: str, note: str | None) -> dict | None:
        """-> the alarm; None: no alarm has this number. The first acknowledgement counts."""
        now_ms = self._clock.now_ms()
        values = {"acked_ms": now_ms, "acked_by": who, "note": note}
        async with self._db.write() as connection:
            unanswered = and_(alarms.c.id == number, alarms.c.acked_ms.is_(None))
            done = await connection.execute(update(alarms).where(unanswered).values(values))
            if done.rowcount:
                await write_log(connection, number, now_ms, who, "acknowledged", note)
        rows = await self.show([number])
        return view(rows[0]) if rows else None

    async def end_all(self, bus_id: int, who: str) -> None:
        """Ends the alarms of a bus that is taken off the list. ValueError: one is not
        acknowledged."""
        rows = [row for row in self.at_hand.values() if row.bus_id == bus_id]
        if any(row.severity == "alarm" and row.acked_ms is None for row in rows):
            raise ValueError("An alarm of this bus is not acknowledged yet.")
        values = {"cleared_ms": self._clock.now_ms(), "ended_by": SELF}
        if rows:
            await self._change([(row.id, values, "gone") for row in rows], who)

    async def show(self, numbers: list[int]) -> list[Any]:
        """Sends alarms that changed in the database to the browsers -> their rows."""
        rows: list[Any] = []
        if not numbers:
            return rows
        async with self._showing:
            async with self._db.read() as connection:
                for at in range(0, len(numbers), _AT_ONCE):
                    query = ROWS.where(alarms.c.id.in_(numbers[at : at + _AT_ONCE]))
                    rows += (await connection.execute(query)).all()
            for row in rows:
                self._place(row)
                self._hub.send("alarm", row.id, view(row))
        return rows

    def _place(self, row: Any) -> None:
        """At hand and on its bus, or off both."""
        bus = self.live.bus(row.fleet, row.bus)
        unanswered = row.severity == "alarm" and row.acked_ms is None
        if row.cleared_ms is None or unanswered:
            self.at_hand[row.id] = row
            bus.alarms[row.id] = Listed(weight(row), row.kind)
        else:
            self.at_hand.pop(row.id, None)
            bus.alarms.pop(row.id, None)
        self.live.show(bus)

    async def watch(self) -> None:
        """Escalates alarms that no one acknowledges in time, and ends those that are over."""
        while True:
            await self.judge()
            await asyncio.sleep(_TICK_S)

    async def judge(self) -> None:
        now_ms = self._clock.now_ms()
        changes: list[_Change] = []
        found = []
        for row in list(self.at_hand.values()):
            if self._is_overdue(row, now_ms):
                changes.append((row.id, {"escalated_ms": now_ms}, "escalated"))
            ended = over(row, self.live.bus(row.fleet, row.bus), now_ms)
            if ended:
                found.append(ended)
        if found:
            async with self._db.read() as connection:
                found = await after_all(connection, found)
            for number, cleared_ms, _ in found:
                values = {"cleared_ms": cleared_ms, "ended_by": BY_STATE}
                changes.append((number, values, "cleared"))
        for at in range(0, len(changes), _IN_ONE):
            await self._change(changes[at : at + _IN_ONE])

    def _is_overdue(self, row: Any, now_ms: int) -> bool:
        waits = row.acked_ms is None and row.escalated_ms is None
        real = row.severity == "alarm" and not row.exercise
        return real and waits and now_ms - row.heard_ms >= self._escalate_ms

    async def _change(self, changes: list[_Change], who: str = SELF) -> None:
        """In one transaction: a commit for each would keep what the buses send waiting. In the
        order of their ids, as change.py: two that change the same ones must not lock each other."""
        async with self._db.write() as connection:
            now_ms = self._clock.now_ms()
            for number, values, what in sorted(changes, key=lambda one: one[0]):
                which = alarms.c.id == number
                # Another process may have taken the answer meanwhile, or a record the end.
                if what == "escalated":
                    which &= alarms.c.acked_ms.is_(None)
                elif what == "cleared":
                    which &= alarms.c.cleared_ms.is_(None)
                done = await connection.execute(update(alarms).where(which).values(values))
                if done.rowcount:
                    await write_log(connection, number, now_ms, who, what)
        await self.show([number for number, *_ in changes])
