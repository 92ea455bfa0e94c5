"""Alarms as the database has them, and as the API shows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import iso
from station.db.tables import alarms, buses
from station.live.live import EXERCISE

GOING_DARK = "going_dark"

ROWS = select(*alarms.c, buses.c.fleet, buses.c.bus).join(buses, buses.c.id == alarms.c.bus_id)


def weight(row: Any) -> str:
    """What it makes of its bus: a drill that is over makes nothing of it any more."""
    if row.exercise:
        return EXERCISE if row.cleared_ms is None else "info"
    return GOING_DARK if row.kind == GOING_DARK else row.severity


def view(row: Any) -> dict[str, Any]:
    """As the API shows it (station/api/shapes.py)."""
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
        "data": row.data,
        "why": row.why,
        "source": "station" if row.journal_id is None else "bus",
    }


async def search(
    connection: AsyncConnection,
    fleet: str | None,
    bus: str | None,
    kind: str | None,
    state: str | None,
    from_ms: int | None,
    to_ms: int | None,
    limit: int,
) -> list[dict[str, Any]]:
    """The newest first; None: whatever it is."""
    when = func.coalesce(alarms.c.raised_ms, alarms.c.heard_ms)
    wanted = {
        "active": alarms.c.cleared_ms.is_(None),
        "cleared": alarms.c.cleared_ms.is_not(None),
        "unacknowledged": alarms.c.acked_ms.is_(None),
        "acknowledged": alarms.c.acked_ms.is_not(None),
    }
    conditions = [
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
