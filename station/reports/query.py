"""Reads from the database what a report is made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.tables import alarms, buses, events, journals
from station.reports.facts import Facts

SLICE = 200
"""Rows at once."""

_KINDS = ("trip_started", "trip_ended", "stop_served", "overspeed", "seat_out_of_service")
_TIMES = ("raised", "heard", "cleared", "acked")
_OF_ALARM = ("fleet", "bus", "kind", "exercise", "acked_by", "note")


async def gather(
    connection: AsyncConnection, fleet: str, bus: str | None, from_ms: int, to_ms: int
) -> Facts:
    """bus None: the whole fleet. Read in slices: between two, the station does what else there is
    to do."""
    facts = Facts()
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
    async for rows in _slices(connection, query):
        for row in rows:
            facts.event({**row, "at": _moment(row["at_ms"])})
    when = func.coalesce(alarms.c.raised_ms, alarms.c.heard_ms)
    query = (
        select(alarms, buses.c.fleet, buses.c.bus)
        .join(buses, buses.c.id == alarms.c.bus_id)
        .where(whose, alarms.c.severity == "alarm", when >= from_ms, when < to_ms)
    )
    async for rows in _slices(connection, query):
        for row in rows:
            times = {f"{name}_at": _moment(row[f"{name}_ms"]) for name in _TIMES}
            facts.alarm({name: row[name] for name in _OF_ALARM} | times)
    return facts


async def _slices(
    connection: AsyncConnection, query: Select[Any]
) -> AsyncIterator[Sequence[RowMapping]]:
    found = await connection.stream(query)
    async for rows in found.mappings().partitions(SLICE):
        yield rows
        await asyncio.sleep(0)


def _moment(utc_ms: int | None) -> datetime | None:
    return None if utc_ms is None else datetime.fromtimestamp(utc_ms / 1000, timezone.utc)
