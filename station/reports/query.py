"""Reads from the database what a report is made of."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.tables import alarms, buses, events, journals

_KINDS = ("trip_started", "trip_ended", "stop_served", "overspeed", "seat_out_of_service")
_TIMES = ("raised", "heard", "cleared", "acked")


async def gather(
    connection: AsyncConnection, fleet: str, bus: str | None, from_ms: int, to_ms: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """-> (events, alarms) as facts.sheets() takes them; bus None: the whole fleet."""
    whose = buses.c.fleet == fleet
    if bus is not None:
        whose = and_(whose, buses.c.bus == bus)
    when = func.coalesce(events.c.at_ms, events.c.heard_ms)
    query = (
        select(events.c.kind, events.c.state, events.c.at_ms, events.c.occ, events.c.data,
               journals.c.epoch, buses.c.fleet, buses.c.bus)
        .join(journals, journals.c.id == events.c.journal_id)
        .join(buses, buses.c.id == journals.c.bus_id)
        .where(whose, events.c.kind.in_(_KINDS), when >= from_ms, when < to_ms)
        .order_by(events.c.journal_id, events.c.seq)
    )  # fmt: skip
    found = [
        {**row, "at": _moment(row["at_ms"])} for row in (await connection.execute(query)).mappings()
    ]
    when = func.coalesce(alarms.c.raised_ms, alarms.c.heard_ms)
    query = (
        select(alarms, buses.c.fleet, buses.c.bus)
        .join(buses, buses.c.id == alarms.c.bus_id)
        .where(whose, alarms.c.severity == "alarm", when >= from_ms, when < to_ms)
    )
    raised = [
        {**row, **{f"{name}_at": _moment(row[f"{name}_ms"]) for name in _TIMES}}
        for row in (await connection.execute(query)).mappings()
    ]
    return found, raised


def _moment(utc_ms: int | None) -> datetime | None:
    return None if utc_ms is None else datetime.fromtimestamp(utc_ms / 1000, timezone.utc)
