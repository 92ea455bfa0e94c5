"""Reads from the log of the alarms which messages there are, and what each refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.tables import alarm_log
from station.feeds.recent import DAY_MS, alarm_rows, recent_alarms
from station.live.sight import Sight

_ENDS = ("cleared", "gone")
_BEGINS = ("heard", "raised", "again", "real", "worse")
"""One of these after the end: the alarm goes on."""
_AT_ONCE = 1000


class Entry(NamedTuple):
    number: int
    at_ms: int
    what: str


class Message(NamedTuple):
    alarm: Any
    """A row of ROWS, with the bus's label."""
    entry: Entry
    before: tuple[Entry, ...]
    """What this message refers to, the oldest first; of this alarm."""
    is_exercise: bool
    kind: str
    """msgType"""


async def listed(
    connection: AsyncConnection, sight: Sight, at_hand: Mapping[int, Any], now_ms: int
) -> list[Message]:
    """at_hand: the alarms that are not over. -> the messages of a day, and all of such alarms; the
    newest first."""
    rows = await recent_alarms(connection, sight, at_hand, now_ms)
    found = []
    for message in await _of_rows(connection, rows):
        if message.alarm.id in at_hand or message.entry.at_ms > now_ms - DAY_MS:
            found.append(message)
    return sorted(found, key=lambda message: message.entry.number, reverse=True)


async def of_alarm(connection: AsyncConnection, sight: Sight, number: int) -> list[Message]:
    """The oldest first; none: this reader does not see it, or it is a warning."""
    return await _of_rows(connection, await alarm_rows(connection, sight, [number]))


async def _of_rows(connection: AsyncConnection, rows: Iterable[Any]) -> list[Message]:
    alarms = {row.id: row for row in rows}
    numbers = list(alarms)
    logs: dict[int, list[Entry]] = {}
    for at in range(0, len(numbers), _AT_ONCE):
        some = alarm_log.c.alarm_id.in_(numbers[at : at + _AT_ONCE])
        query = select(alarm_log).where(some).order_by(alarm_log.c.id)
        for row in await connection.execute(query):
            logs.setdefault(row.alarm_id, []).append(Entry(row.id, row.at_ms, row.what))
    return [one for number, log in logs.items() for one in messages(alarms[number], log)]


def messages(alarm: Any, log: list[Entry]) -> Iterator[Message]:
    """log: of this alarm, the oldest first. After its end an alarm is told of again only if it goes
    on; that it is acknowledged then, or escalates because nobody has answered, is for the station's
    own staff."""
    told: list[Entry] = []
    is_over = False
    for at, entry in enumerate(log):
        later = [one.what for one in log[at + 1 :]]
        kind = "Update" if told else "Alert"
        if told and entry.what in _ENDS:
            kind = "Cancel"
        if is_over and kind != "Cancel":
            if entry.what not in _BEGINS:
                continue
            goes_on = alarm.cleared_ms is None or any(what in _ENDS for what in later)
            if goes_on:
                told, kind = [], "Alert"
            else:  # it was no exercise, or worse than was thought; and it is over
                kind = "Cancel"
        is_over = kind == "Cancel"
        yield Message(alarm, entry, tuple(told), alarm.exercise or "real" in later, kind)
        told.append(entry)
