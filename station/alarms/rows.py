"""Alarms as the database has them, their log, and how the API shows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import iso
from station.db.moments import alarm_placed_ms
from station.db.tables import alarm_log, alarms, buses
from station.live.sight import Sight
from station.live.view import EXERCISE

SELF = "station"
"""The station itself, where a log or an alarm names who did it."""
GOING_DARK = "going_dark"

ROWS = select(*alarms.c, buses.c.fleet, buses.c.bus).join(buses, buses.c.id == alarms.c.bus_id)


def weight(row: Any) -> str:
    """How its bus is shown because of it: an exercise that is over has no weight any more."""
    if row.exercise:
        return EXERCISE if row.cleared_ms is None else "info"
    return GOING_DARK if row.kind == GOING_DARK else row.severity


def view(row: Any) -> dict[str, Any]:
    """An alarm as the API shows it (station/api/shapes.py)."""
    return {
        "id": row.id,
        "fleet": row.fleet,
        "bus": row.bus,
        "kind": row.kind,
        "severity": row.severity,
        "exercise": row.exercise,
        "clock": row.clock,
        "raised_at": iso(row.raised_ms),
        "heard_at": iso(row.heard_ms),
        "late": row.late,
        "cleared_at": iso(row.cleared_ms),
        "ended_by": row.ended_by,
        "acked_at": iso(row.acked_ms),
        "acked_by": row.acked_by,
        "note": row.note,
        "escalated_at": iso(row.escalated_ms),
        "lat": row.lat,
        "lon": row.lon,
        "accuracy_m": row.accuracy_m,
        "estimated": row.estimated,
        "data": row.data,
        "why": row.why,
        "source": SELF if row.journal_id is None else "bus",
    }


async def write_log(
    connection: AsyncConnection, number: int, at_ms: int, who: str, what: str,
    note: str | None = None,
) -> None:  # fmt: skip
    """Enters what happened to an alarm."""
    await connection.execute(
        insert(alarm_log).values(alarm_id=number, at_ms=at_ms, who=who, what=what, note=note)
    )


async def read_log(connection: AsyncConnection, number: int) -> list[dict[str, Any]]:
    """What happened to an alarm, the oldest first, as the API shows it."""
    query = select(alarm_log).where(alarm_log.c.alarm_id == number).order_by(alarm_log.c.id)
    return [
        {"at": iso(row.at_ms), "who": row.who, "what": row.what, "note": row.note}
        for row in await connection.execute(query)
    ]


async def search(
    connection: AsyncConnection,
    sight: Sight,
    fleet: str | None,
    bus: str | None,
    kind: str | None,
    state: str | None,
    from_ms: int | None,
    to_ms: int | None,
    limit: int,
) -> list[dict[str, Any]]:
    """The newest first; None sets no bound."""
    when = alarm_placed_ms()
    wanted = {
        "active": alarms.c.cleared_ms.is_(None),
        "cleared": alarms.c.cleared_ms.is_not(None),
        "unacknowledged": alarms.c.acked_ms.is_(None),
        "acknowledged": alarms.c.acked_ms.is_not(None),
    }
    conditions = [sight.where(buses.c.fleet)]
    conditions += [
        column == value
        for column, value in ((buses.c.fleet, fleet), (buses.c.bus, bus), (alarms.c.kind, kind))
        if value is not None
    ]
    if state is not None:
        conditions.append(wanted[state])
    if from_ms is not None:
        conditions.append(when >= from_ms)
    if to_ms is not None:
        conditions.append(when < to_ms)
    query = ROWS.where(*conditions)
    rows = await connection.execute(query.order_by(when.desc(), alarms.c.id.desc()).limit(limit))
    return [view(row) for row in rows]
