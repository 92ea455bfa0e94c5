"""Events that were just stored change alarms, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.alarm_from_events import alarm_from
from station.alarms.rows import SELF, write_log
from station.db.tables import alarms, events, new_id
from station.ingest.rows import Journal
from station.ingest.store import Stored
from station.live.live_bus import Key

_AT_ONCE = 500
"""Values in one query."""


async def change_alarms(connection: AsyncConnection, stored: Stored, late_s: int, now_ms: int,
                        expects: Callable[[Key, str, dict], bool]) -> list[int]:  # fmt: skip
    """-> ids of the alarms that changed. late_s: an alarm heard so long after it was raised is
    late. expects: whether the station itself brought this about, so that staff need not be asked
    (bus, kind, data)."""
    changed: list[int] = []
    for journal in stored.journals:
        new = [event for event in stored.events if event["journal_id"] == journal.id]
        occs = {event["occ"] for event in new}
        if any(event["kind"] == "started" for event in new):
            changed += await _end_older(connection, journal, now_ms)
            occs |= await _open_occurrences(connection, journal)
        for rows in await _occurrences(connection, journal, sorted(occs)):
            alarm = alarm_from(rows, journal.starts, late_s)
            if alarm and not expects(journal.key[:2], alarm["kind"], alarm["data"]):
                changed.append(await _put(connection, journal, alarm, now_ms))
    return changed


async def _occurrences(connection: AsyncConnection, journal: Journal,
                       occs: list[int]) -> list[list[Any]]:  # fmt: skip
    """All events of these occurrences, the older ones included."""
    found: dict[tuple[str, int], list[Any]] = {}
    for at in range(0, len(occs), _AT_ONCE):
        part = occs[at : at + _AT_ONCE]
        query = select(events).where(events.c.journal_id == journal.id, events.c.occ.in_(part))
        for row in await connection.execute(query):
            found.setdefault((row.kind, row.occ), []).append(row)
    return list(found.values())


async def _end_older(connection: AsyncConnection, journal: Journal, now_ms: int) -> list[int]:
    """A new journal ends the active alarms of the bus's older ones -> their ids."""
    active = and_(
        alarms.c.bus_id == journal.bus_id, alarms.c.journal_id < journal.id,
        alarms.c.cleared_ms.is_(None),
    )  # fmt: skip
    ended = list((await connection.execute(select(alarms.c.id).where(active))).scalars())
    for number in ended:
        values = {"cleared_ms": now_ms, "ended_by": "restart"}
        await connection.execute(update(alarms).where(alarms.c.id == number).values(values))
        await write_log(connection, number, now_ms, SELF, "cleared")
    return ended


async def _open_occurrences(connection: AsyncConnection, journal: Journal) -> set[int]:
    """Occurrences of this journal whose alarms are active: a start may have ended them."""
    active = and_(alarms.c.journal_id == journal.id, alarms.c.cleared_ms.is_(None))
    return set((await connection.execute(select(alarms.c.occ).where(active))).scalars())


async def _put(connection: AsyncConnection, journal: Journal, alarm: dict, now_ms: int) -> int:
    last_ms = alarm.pop("last_ms")
    same = and_(
        alarms.c.journal_id == journal.id, alarms.c.occ == alarm["occ"],
        alarms.c.kind == alarm["kind"],
    )  # fmt: skip
    before = (await connection.execute(select(alarms).where(same))).first()
    if before is None:
        alarm |= {"bus_id": journal.bus_id, "journal_id": journal.id}
        number = new_id(await connection.execute(insert(alarms).values(alarm)))
        await write_log(connection, number, now_ms, SELF, "heard")
        return number
    is_over = before.ended_by == "state" and alarm["cleared_ms"] is None
    if is_over and (last_ms is None or last_ms <= before.cleared_ms):
        alarm |= {"cleared_ms": before.cleared_ms, "ended_by": "state"}
    worse = before.severity != "alarm" and alarm["severity"] == "alarm"
    if (before.exercise and not alarm["exercise"]) or worse:
        # It was taken for an exercise, or for a lesser alarm: staff have to look at it anew.
        alarm |= {"acked_ms": None, "acked_by": None, "escalated_ms": None}
        alarm["heard_ms"] = now_ms
        await write_log(connection, before.id, now_ms, SELF, "worse" if worse else "real")
    else:
        alarm["heard_ms"] = before.heard_ms
        alarm["late"] = before.late
    if before.cleared_ms is None and alarm["cleared_ms"] is not None:
        await write_log(connection, before.id, now_ms, SELF, "cleared")
    await connection.execute(update(alarms).where(alarms.c.id == before.id).values(alarm))
    return before.id
