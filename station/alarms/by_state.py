"""What the state of a bus says of its alarms: one is over.

A bus's alarm is over by a state that came after all that the bus said of it, whatever the clock of
the bus says. The state is later by its own time, too, no record waits behind it, and it does not
name the alarm as active: the alarm only happened once, or its `cleared` was lost. A state that the
broker or the database had kept ends none, since the station does not know when it came.

A state opens no alarm again: whoever looks at the list must not take one of last month for one of
today. What a bus names and does not record is an alarm of the station (unrecorded.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import parse_iso
from station.db.tables import alarms, events
from station.live.live_bus import LiveBus

HELD_MS = 5000
"""An alarm stays so long at least; and a kind is named for so long until it counts."""
_AHEAD_MS = 1000
_AT_ONCE = 250
BY_STATE = "state"


class Over(NamedTuple):
    number: int
    cleared_ms: int
    after_ms: int
    """The alarm is over if all that the bus said of it was heard before."""


def over(row: Any, bus: LiveBus, now_ms: int) -> Over | None:
    """None: the alarm is not over by the newest state of its bus."""
    s, came_ms = bus.state, bus.came_ms
    if row.cleared_ms is not None or row.journal_id is None or s is None or came_ms is None:
        return None
    if bus.odd_clock or bus.is_doubted or not s["at"] or row.kind in s["active"]:
        return None
    if waits(s) or row.raised_ms is None or row.clock == "odd":
        return None
    at_ms = parse_iso(s["at"])
    # States and events come in two sessions. If the clock is ahead, only the arrival tells which
    # was first, so it has to tell clearly.
    after_ms = came_ms - (HELD_MS if at_ms > came_ms + _AHEAD_MS else 0)
    if at_ms <= row.raised_ms or after_ms <= row.heard_ms or now_ms - row.heard_ms < HELD_MS:
        return None
    return Over(row.id, max(row.raised_ms, min(at_ms, came_ms)), after_ms)


def waits(s: dict[str, Any]) -> bool:
    """Whether a record waits on the bus behind this state."""
    return bool(s["backlog"].get("warning", 0) or s["backlog"]["alarm"])


async def after_all(connection: AsyncConnection, found: Iterable[Over]) -> list[Over]:
    """Those whose state came after all events of the alarm: an update may have come since."""
    by_id = {one.number: one for one in found}
    numbers = list(by_id)
    of = and_(events.c.journal_id == alarms.c.journal_id, events.c.occ == alarms.c.occ,
              events.c.kind == alarms.c.kind)  # fmt: skip
    for at in range(0, len(numbers), _AT_ONCE):
        query = (
            select(alarms.c.id, func.max(events.c.heard_ms)).join(events, of)
            .where(alarms.c.id.in_(numbers[at : at + _AT_ONCE])).group_by(alarms.c.id)
        )  # fmt: skip
        for number, heard_ms in await connection.execute(query):
            if by_id[number].after_ms <= heard_ms:
                del by_id[number]
    return list(by_id.values())
