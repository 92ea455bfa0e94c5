"""The alarms that other systems are told of: those that are not over, and those of a day.

However many one bus raises, they displace none of another one or of another kind, none that is
still active, and none that has just ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.rows import ROWS
from station.db.tables import alarm_log, alarms, buses
from station.live.sight import Sight

DAY_MS = 86_400_000
_OF_LATE_MS = 3_600_000
"""However many there are: whoever was told of an alarm gets to know that it is over."""
_MOST_OF_A_KIND = 50
"""Alarms of one bus and kind that are not active, and to which nothing happened of late; the newest
ones."""
_ENTRIES = 50_000
"""Newest entries of the log that are looked through."""
_AT_ONCE = 1000


async def recent_alarms(
    connection: AsyncConnection, sight: Sight, at_hand: Mapping[int, Any], now_ms: int,
    also: Iterable[int] = (),
) -> list[Any]:  # fmt: skip
    """at_hand: rows of those that are active or not acknowledged, by id. also: ids that are wanted
    whatever happened to them. -> rows as of ROWS, with the bus's label: all that are active, all to
    which something happened in the last hour, and the newest others of each bus and kind that are
    not acknowledged, or to which something happened in the last 24 hours. A warning is not among
    them."""
    numbers = {number for number, row in at_hand.items() if row.cleared_ms is None} | {*also}
    ended = {number: (row.cleared_ms, row) for number, row in at_hand.items()}
    newest = select(alarm_log.c.alarm_id, alarm_log.c.at_ms).order_by(alarm_log.c.id.desc())
    entries = newest.limit(_ENTRIES).subquery()
    last = (
        select(entries.c.alarm_id, func.max(entries.c.at_ms).label("last_ms"))
        .where(entries.c.at_ms > now_ms - DAY_MS)
        .group_by(entries.c.alarm_id)
        .subquery()
    )
    query = (
        select(alarms.c.id, alarms.c.bus_id, alarms.c.kind, last.c.last_ms)
        .join(last, last.c.alarm_id == alarms.c.id)
        .where(alarms.c.severity == "alarm")
    )
    ended |= {row.id: (row.last_ms, row) for row in await connection.execute(query)}
    of_kind: Counter[tuple[int, str]] = Counter()
    for number in sorted(ended.keys() - numbers, key=lambda number: ended[number][0], reverse=True):
        last_ms, row = ended[number]
        if last_ms <= now_ms - _OF_LATE_MS:
            of_kind[row.bus_id, row.kind] += 1
        if of_kind[row.bus_id, row.kind] <= _MOST_OF_A_KIND:
            numbers.add(number)
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
