"""Entries in the log of alarms become notices of the routes that want them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.tables import alarm_log, alarms, buses, notices
from station.notices.grouping import BUS_MS, Told, happened, is_over
from station.notices.message import message, plain
from station.notices.routes import Route
from station.one_bad import over

_STAGES = {  # entry in the log of an alarm: what people are told
    "heard": "raised", "raised": "raised", "real": "raised", "worse": "raised",
    "again": "raised",
    "escalated": "escalated", "acknowledged": "acknowledged", "cleared": "cleared",
}  # fmt: skip
_BUS = (buses.c.fleet, buses.c.bus, buses.c.label)
_SURE = (alarms.c.id, alarms.c.bus_id, alarms.c.kind, alarms.c.severity, alarms.c.exercise,
         alarms.c.raised_ms, alarms.c.heard_ms)  # fmt: skip
"""What can be read of every alarm: no member of it came from the bus as JSON."""

_Key = tuple[str, int]
"""Route, bus_id."""


async def entries(connection: AsyncConnection, after: int, most: int, sure: bool) -> Sequence[Any]:
    """Of the log, with their alarms, the oldest first. sure: only what can be read for certain."""
    columns = _SURE if sure else tuple(alarms.c)
    query = (
        select(alarm_log.c.what, alarm_log.c.id.label("log_id"), *columns, *_BUS)
        .join(alarms, alarms.c.id == alarm_log.c.alarm_id)
        .join(buses, buses.c.id == alarms.c.bus_id)
        .where(alarm_log.c.id > after)
        .order_by(alarm_log.c.id)
        .limit(most)
    )
    return (await connection.execute(query)).mappings().all()


async def make(connection: AsyncConnection, rows: Sequence[Any], routes: Iterable[Route],
               taken: Container[int], now_ms: int) -> None:  # fmt: skip
    """Makes notices of these entries. taken: notices that are being sent now."""
    routes = list(routes)
    now = datetime.fromtimestamp(now_ms / 1000, timezone.utc)
    told = await _told(connection, {row["bus_id"] for row in rows}, taken, now_ms)
    for row in rows:
        stage = _STAGES.get(row["what"])
        for route in routes:
            if stage is not None and route.wants(row, stage, now):
                happened(told[route.name, row["bus_id"]], row, stage, now_ms)
    by_name = {route.name: route for route in routes}
    new = []
    for (name, _), of_bus in told.items():
        for one in of_bus:
            if one.row is None:
                continue
            values = await _written(connection, one, by_name[name])
            if one.number is None:
                new.append(values | {"route": name, "made_ms": now_ms, "tries": 0})
            else:
                due_ms = case((notices.c.tries == 0, one.since_ms), else_=notices.c.due_ms)
                mine = update(notices).where(notices.c.id == one.number)
                await connection.execute(mine.values(values | {"due_ms": due_ms}))
    if new:
        await connection.execute(insert(notices), new)


async def _told(connection: AsyncConnection, bus_ids: set[int], taken: Container[int],
                now_ms: int) -> dict[_Key, list[Told]]:  # fmt: skip
    """The notices of these buses in the last hour, and those that wait."""
    n = notices.c
    found: dict[int, Any] = {}
    for recent in (n.since_ms > now_ms - BUS_MS, n.sent_ms.is_(None)):
        query = select(
            n.id, n.route, n.bus_id, n.subject, n.stage, n.rank, n.times, n.since_ms, n.sent_ms
        ).where(n.bus_id.in_(bus_ids), n.dead_ms.is_(None), recent)
        found |= {row.id: row for row in await connection.execute(query)}
    told: dict[_Key, list[Told]] = defaultdict(list)
    for number in sorted(found):
        row = found[number]
        waits = row.sent_ms is None and number not in taken
        told[row.route, row.bus_id].append(
            Told(row.subject, row.stage, row.rank, row.times, row.since_ms, waits, number)
        )
    return told


async def _written(connection: AsyncConnection, one: Told, route: Route) -> dict[str, Any]:
    row, stage = one.row, one.stage
    if is_over(one) or (one.times > 1 and row.get("cleared_ms") is not None):
        stands = await _standing(connection, row)
        if stands is not None:
            row, stage = stands | {"log_id": row["log_id"]}, "raised"
    title, body = _text(row, stage, route.language, one.times)
    return {
        "alarm_id": row["id"], "log_id": row["log_id"], "bus_id": row["bus_id"],
        "subject": one.subject, "rank": one.rank, "times": one.times, "stage": stage,
        "title": title, "body": body, "since_ms": one.since_ms, "due_ms": one.since_ms,
    }  # fmt: skip


def _text(row: Any, stage: str, language: str, times: int) -> tuple[str, str]:
    """An alarm that cannot be read is told in plain words; it stops no other, and is counted."""
    if "data" in row:
        with over("notices"):
            return message(row, stage, language, times)
    return plain(row, stage, language, times)


async def _standing(connection: AsyncConnection, row: Any) -> dict[str, Any] | None:
    """Another alarm of the same bus and kind that goes on, the newest."""
    a = alarms.c
    query = (
        select(*a, *_BUS).join(buses, buses.c.id == a.bus_id)
        .where(a.bus_id == row["bus_id"], a.kind == row["kind"], a.severity == row["severity"],
               a.exercise == row["exercise"], a.cleared_ms.is_(None), a.acked_ms.is_(None),
               a.id != row["id"])
        .order_by(a.id.desc()).limit(1)
    )  # fmt: skip
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else dict(found)
