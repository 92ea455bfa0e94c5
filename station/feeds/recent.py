"""The alarms that other systems are told of: those that are not over, and those of a day.

However many one bus raises, they displace none of another one, and none that is still active.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.rows import ROWS
from station.db.tables import alarm_log, alarms, buses
from station.live.sight import Sight
from station.one_bad import passed_over

DAY_MS = 86_400_000
_MOST_OF_A_BUS = 50
"""Alarms that are not active any more; the newest ones."""
_ENTRIES = 50_000
"""Newest entries of the log that are looked through."""
_AT_ONCE = 1000


async def recent_alarms(
    connection: AsyncConnection, sight: Sight, at_hand: Mapping[int, Any], now_ms: int
) -> list[Any]:
    """at_hand: rows of those that are active or not acknowledged, by id. -> rows as of ROWS, with
    the bus's label: all that are active, and the newest others of each bus to which something
    happened in the last 24 hours, or that are not acknowledged. A warning is not among them."""
    numbers = {number for number, row in at_hand.items() if row.cleared_ms is None}
    ended = {number: row.bus_id for number, row in at_hand.items() if number not in numbers}
    newest = select(alarm_log.c.alarm_id, alarm_log.c.at_ms).order_by(alarm_log.c.id.desc())
    entries = newest.limit(_ENTRIES).subquery()
    of_a_day = select(entries.c.alarm_id).where(entries.c.at_ms > now_ms - DAY_MS)
    query = select(alarms.c.id, alarms.c.bus_id).where(
        alarms.c.id.in_(of_a_day), alarms.c.severity == "alarm"
    )
    ended |= {row.id: row.bus_id for row in await connection.execute(query)}
    of_bus: Counter[int] = Counter()
    for number in sorted(ended.keys() - numbers, reverse=True):
        of_bus[ended[number]] += 1
        if of_bus[ended[number]] <= _MOST_OF_A_BUS:
            numbers.add(number)
        else:
            passed_over["alarms_of_one_bus"] += 1
    return await alarm_rows(connection, sight, sorted(numbers, reverse=True))


async def alarm_rows(connection: AsyncConnection, sight: Sight, numbers: list[int]) -> list[Any]:
    """Of the alarms that this reader sees; a warning is none."""
    found: list[Any] = []
    for at in range(0, len(numbers), _AT_ONCE):
        query = ROWS.add_columns(buses.c.label).where(
            alarms.c.id.in_(numbers[at : at + _AT_ONCE]), alarms.c.severity == "alarm",
            sight.where(buses.c.fleet),
        )  # fmt: skip
        found += await connection.execute(query)
    return found
