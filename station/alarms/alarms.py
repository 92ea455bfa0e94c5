"""Alarms: active or cleared, and, quite apart from it, acknowledged or not (as ThingsBoard's).

One for each occurrence on a bus, and the station's own. What stands, and every alarm that nobody
has acknowledged, is kept at hand for the page; the rest is asked from the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.alarm_from_events import fold
from station.alarms.rows import ROWS, view, weight
from station.clock import iso, parse_iso
from station.db.tables import alarm_log, alarms, events, new_id
from station.ingest.rows import Journal
from station.live.live import Listed

if TYPE_CHECKING:
    from station.station import Station

SELF = "station"
_TICK_S = 1.0
_HELD_MS = 5000
_STANDS = or_(
    alarms.c.cleared_ms.is_(None),
    and_(alarms.c.severity == "alarm", alarms.c.acked_ms.is_(None)),
)


class Alarms:
    def __init__(self, station: Station):
        self._station = station
        self._db = station.db
        self.at_hand: dict[int, Any] = {}

    async def recall(self) -> None:
        async with self._db.read() as connection:
            rows = (await connection.execute(ROWS.where(_STANDS))).all()
        for row in rows:
            self._place(row)

    def own(self) -> list[Any]:
        """The station's own that stand."""
        return [a for a in self.at_hand.values() if a.journal_id is None and a.cleared_ms is None]

    def views(self) -> list[dict[str, Any]]:
        rows = sorted(self.at_hand.values(), key=lambda row: (row.heard_ms, row.id), reverse=True)
        return [view(row) for row in rows]

    async def take(self, connection: AsyncConnection, new: list[dict[str, Any]],
                   journals: Iterable[Journal]) -> list[int]:  # fmt: skip
        """Events that have just been stored -> ids of the alarms that changed."""
        changed: list[int] = []
        for journal in journals:
            mine = [event for event in new if event["journal_id"] == journal.id]
            occs = {event["occ"] for event in mine}
            if any(event["kind"] == "started" for event in mine):
                occs |= await self._before_start(connection, journal)
            if not occs:
                continue
            occurrences: dict[tuple[str, int], list[Any]] = {}
            for at in range(0, len(occs), 500):
                part = sorted(occs)[at : at + 500]
                query = select(events).where(
                    events.c.journal_id == journal.id, events.c.occ.in_(part)
                )
                for row in await connection.execute(query):
                    occurrences.setdefault((row.kind, row.occ), []).append(row)
            for rows in occurrences.values():
                alarm = fold(rows, journal.starts, self._station.settings.late_s)
                if alarm:
                    changed.append(await self._put(connection, journal, alarm))
        return changed

    async def _before_start(self, connection: AsyncConnection, journal: Journal) -> set[int]:
        """Occurrences that stand in this journal; those of journals before it have ended."""
        open_ones = select(alarms.c.occ).where(
            alarms.c.journal_id == journal.id, alarms.c.cleared_ms.is_(None)
        )
        now_ms = self._station.clock.now_ms()
        old = and_(alarms.c.bus_id == journal.bus_id, alarms.c.journal_id < journal.id)
        await connection.execute(
            update(alarms).where(old, alarms.c.cleared_ms.is_(None))
            .values(cleared_ms=now_ms, ended_by="restart")
        )  # fmt: skip
        return set((await connection.execute(open_ones)).scalars())

    async def _put(self, connection: AsyncConnection, journal: Journal, alarm: dict) -> int:
        last_ms = alarm.pop("last_ms")
        mine = and_(
            alarms.c.journal_id == journal.id, alarms.c.occ == alarm["occ"],
            alarms.c.kind == alarm["kind"],
        )  # fmt: skip
        before = (await connection.execute(select(alarms).where(mine))).first()
        if before is None:
            alarm |= {"bus_id": journal.bus_id, "journal_id": journal.id}
            made = await connection.execute(insert(alarms).values(alarm))
            number = new_id(made)
            await self._log(connection, number, SELF, "heard")
            return number
        is_over = before.ended_by == "state" and alarm["cleared_ms"] is None
        if is_over and (last_ms is None or last_ms <= before.cleared_ms):
            alarm |= {"cleared_ms": before.cleared_ms, "ended_by": "state"}
        worse = before.severity != "alarm" and alarm["severity"] == "alarm"
        if (before.exercise and not alarm["exercise"]) or worse:
            # It was taken for an exercise, or for less: somebody has to look at it anew.
            alarm |= {"acked_ms": None, "acked_by": None, "escalated_ms": None}
            alarm["heard_ms"] = self._station.clock.now_ms()
            await self._log(connection, before.id, SELF, "worse" if worse else "real")
        else:
            alarm["heard_ms"] = before.heard_ms
            alarm["late"] = before.late
        if before.cleared_ms is None and alarm["cleared_ms"] is not None:
            await self._log(connection, before.id, SELF, "cleared")
        await connection.execute(update(alarms).where(alarms.c.id == before.id).values(alarm))
        return before.id

    async def raise_own(self, fleet: str, bus: str, values: dict[str, Any]) -> None:
        """The station's own alarm, unless it stands already. It is late if the database was
        away when it was raised."""
        now_ms = self._station.clock.now_ms()
        async with self._db.write() as connection:
            bus_id = await self._station.store.bus_id(connection, fleet, bus)
            stands = select(alarms.c.id).where(
                alarms.c.bus_id == bus_id, alarms.c.kind == values["kind"],
                alarms.c.journal_id.is_(None), alarms.c.cleared_ms.is_(None),
            )  # fmt: skip
            number = (await connection.execute(stands)).scalar()
            if number is None:
                late = now_ms - values["raised_ms"] > self._station.settings.late_s * 1000
                made = await connection.execute(
                    insert(alarms).values(
                        bus_id=bus_id, severity="alarm", exercise=False, clock="rtc", late=late,
                        heard_ms=now_ms, **values,
                    )
                )  # fmt: skip
                number = new_id(made)
                await self._log(connection, number, SELF, "raised")
        await self.show([number])

    async def clear_own(self, number: int) -> None:
        values = {"cleared_ms": self._station.clock.now_ms(), "ended_by": SELF}
        await self._change(number, values, SELF, "cleared")

    async def acknowledge(self, number: int, who: str, note: str | None) -> dict | None:
        """-> the alarm; None: there is none of this number. The first one counts."""
        values = {"acked_ms": self._station.clock.now_ms(), "acked_by": who, "note": note}
        async with self._db.write() as connection:
            mine = and_(alarms.c.id == number, alarms.c.acked_ms.is_(None))
            done = await connection.execute(update(alarms).where(mine).values(values))
            if done.rowcount:
                await self._log(connection, number, who, "acknowledged", note)
        rows = await self.show([number])
        return view(rows[0]) if rows else None

    async def end_all(self, bus_id: int, who: str) -> None:
        """Those of a bus that is no more. ValueError: one waits for somebody's answer."""
        mine = [row for row in self.at_hand.values() if row.bus_id == bus_id]
        if any(row.severity == "alarm" and row.acked_ms is None for row in mine):
            raise ValueError("An alarm of this bus is not acknowledged yet.")
        values = {"cleared_ms": self._station.clock.now_ms(), "ended_by": SELF}
        for row in mine:
            await self._change(row.id, values, who, "gone")

    async def log(self, number: int) -> list[dict[str, Any]]:
        query = select(alarm_log).where(alarm_log.c.alarm_id == number).order_by(alarm_log.c.id)
        async with self._db.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            {"at": iso(row.at_ms), "who": row.who, "what": row.what, "note": row.note}
            for row in rows
        ]

    async def show(self, numbers: list[int]) -> list[Any]:
        """What has changed in the database, to the present and the browsers."""
        if not numbers:
            return []
        rows: list[Any] = []
        async with self._db.read() as connection:
            for at in range(0, len(numbers), 500):
                query = ROWS.where(alarms.c.id.in_(numbers[at : at + 500]))
                rows += (await connection.execute(query)).all()
        for row in rows:
            self._place(row)
            self._station.hub.tell("alarm", row.id, view(row))
        return rows

    def _place(self, row: Any) -> None:
        bus = self._station.live.bus(row.fleet, row.bus)
        unseen = row.severity == "alarm" and row.acked_ms is None
        if row.cleared_ms is None or unseen:
            self.at_hand[row.id] = row
            bus.alarms[row.id] = Listed(weight(row), row.kind)
        else:
            self.at_hand.pop(row.id, None)
            bus.alarms.pop(row.id, None)
        self._station.live.told(bus)

    async def watch(self) -> None:
        """What time brings."""
        while True:
            now_ms = self._station.clock.now_ms()
            for row in list(self.at_hand.values()):
                if self._is_overdue(row, now_ms):
                    await self._change(row.id, {"escalated_ms": now_ms}, SELF, "escalated")
                ended_ms = self._is_over(row, now_ms)
                if ended_ms:
                    values = {"cleared_ms": ended_ms, "ended_by": "state"}
                    await self._change(row.id, values, SELF, "cleared")
            await asyncio.sleep(_TICK_S)

    def _is_overdue(self, row: Any, now_ms: int) -> bool:
        limit_ms = self._station.settings.escalate_min * 60_000
        waits = row.acked_ms is None and row.escalated_ms is None
        real = row.severity == "alarm" and not row.exercise
        return real and waits and now_ms - row.heard_ms >= limit_ms

    def _is_over(self, row: Any, now_ms: int) -> int | None:
        """The newest state, later than the alarm and with nothing to come, does not name it any
        more: it only happened once, or its end was lost. -> when, or None."""
        bus = self._station.live.bus(row.fleet, row.bus)
        s = bus.state
        if row.cleared_ms is not None or row.journal_id is None or s is None or bus.odd_clock:
            return None
        if not s["at"] or s["backlog"]["alarm"] or row.kind in s["active"]:
            return None
        at_ms = parse_iso(s["at"])
        if row.raised_ms is None or row.clock == "odd" or at_ms <= row.raised_ms:
            return None
        return at_ms if now_ms - row.heard_ms >= _HELD_MS else None

    async def _change(self, number: int, values: dict, who: str, what: str) -> None:
        async with self._db.write() as connection:
            await connection.execute(update(alarms).where(alarms.c.id == number).values(values))
            await self._log(connection, number, who, what)
        await self.show([number])

    async def _log(self, connection: AsyncConnection, number: int, who: str, what: str,
                   note: str | None = None) -> None:  # fmt: skip
        at_ms = self._station.clock.now_ms()
        await connection.execute(
            insert(alarm_log).values(alarm_id=number, at_ms=at_ms, who=who, what=what, note=note)
        )
