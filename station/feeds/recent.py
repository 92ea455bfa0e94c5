"""The alarms that other systems are told of: those that are not over, and those of a day."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.tables import alarm_log

DAY_MS = 86_400_000
_MOST = 200
"""Alarms."""
_ENTRIES = 2000
"""Newest entries of the log that are looked through."""


async def recent_alarms(
    connection: AsyncConnection, at_hand: Iterable[int], now_ms: int
) -> list[int]:
    """at_hand: those that are not over. -> ids; of these first, then those to which something
    happened in the last 24 hours."""
    newest = select(alarm_log.c.alarm_id, alarm_log.c.at_ms).order_by(alarm_log.c.id.desc())
    rows = await connection.execute(newest.limit(_ENTRIES))
    new = [row.alarm_id for row in rows if row.at_ms > now_ms - DAY_MS]
    return list(dict.fromkeys([*sorted(at_hand, reverse=True), *new]))[:_MOST]
