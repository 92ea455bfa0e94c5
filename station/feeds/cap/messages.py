"""Reads from the log of the alarms which messages there are, and what each refers to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.rows import ROWS
from station.db.tables import alarm_log, alarms, buses
from station.feeds.recent import DAY_MS, recent_alarms
from station.live.sight import Sight

_TYPES = {"heard": "Alert", "raised": "Alert", "cleared": "Cancel", "gone": "Cancel"}


class Entry(NamedTuple):
    number: int
    at_ms: int
    what: str


class Message(NamedTuple):
    alarm: Any
    """A row of ROWS, with the bus's label."""
    entry: Entry
    before: tuple[Entry, ...]
    """Of this alarm, the oldest first."""
    is_exercise: bool

    @property
    def kind(self) -> str:
        """msgType"""
        return _TYPES.get(self.entry.what, "Update") if self.before else "Alert"


async def listed(
    connection: AsyncConnection, sight: Sight, at_hand: Iterable[int], now_ms: int
) -> list[Message]:
    """at_hand: the alarms that are not over. -> the messages of a day, and all of such alarms; the
    newest first."""
    at_hand = set(at_hand)
    numbers = await recent_alarms(connection, at_hand, now_ms)
    found = []
    for message in await of_alarms(connection, sight, numbers):
        if message.alarm.id in at_hand or message.entry.at_ms > now_ms - DAY_MS:
            found.append(message)
    return sorted(found, key=lambda message: message.entry.number, reverse=True)


async def of_alarms(connection: AsyncConnection, sight: Sight, numbers: list[int]) -> list[Message]:
    """Of alarms that this reader sees; a warning has none."""
    query = ROWS.add_columns(buses.c.label).where(
        alarms.c.id.in_(numbers), alarms.c.severity == "alarm", sight.where(buses.c.fleet)
    )
    rows = {row.id: row for row in await connection.execute(query)}
    query = select(alarm_log).where(alarm_log.c.alarm_id.in_(rows)).order_by(alarm_log.c.id)
    logs: dict[int, list[Entry]] = {}
    for row in await connection.execute(query):
        logs.setdefault(row.alarm_id, []).append(Entry(row.id, row.at_ms, row.what))
    found = []
    for number, entries in logs.items():
        for at, entry in enumerate(entries):
            alarm = rows[number]
            turned_real = any(later.what == "real" for later in entries[at + 1 :])
            is_exercise = alarm.exercise or turned_real
            found.append(Message(alarm, entry, tuple(entries[:at]), is_exercise))
    return found
