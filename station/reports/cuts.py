"""Where a bus's day ends: at midnight in Thailand, or with the trip that is under way then. So a
trip across midnight is shown whole, on the day on which it began, and on no other."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import DAY_MS
from station.db.tables import events
from station.ingest.rows import Journal
from station.reports.facts import day_number, first_ms

_LATEST_MS = 4 * 3_600_000
"""After midnight. A trip that nobody has ended by then does not keep the next morning from its own
day; its end counts for the trip all the same."""


async def span(connection: AsyncConnection, journals: list[Journal], from_ms: int, to_ms: int
               ) -> tuple[int, int]:  # fmt: skip
    """A local day -> the same of this bus."""
    found = await cuts(connection, journals, (from_ms - DAY_MS, to_ms + DAY_MS))
    return found.get(from_ms, from_ms), found.get(to_ms, to_ms)


async def cuts(connection: AsyncConnection, journals: list[Journal],
               between: tuple[int, int] | None = None) -> dict[int, int]:  # fmt: skip
    """Midnight -> the ms after the end of the trip that was under way then, or until when it may
    still end. between: only trips of this time."""
    e = events.c
    query = select(e.journal_id, e.kind, e.at_ms).where(
        e.journal_id.in_([journal.id for journal in journals]),
        (e.kind + "").in_(("trip_started", "trip_ended")),
        e.odd_clock.is_(False), e.at_ms.is_not(None),
    )  # fmt: skip
    if between is not None:
        query = query.where(e.at_ms >= between[0], e.at_ms < between[1])
    rows = await connection.execute(query.order_by(e.journal_id, e.seq))
    found: dict[int, int] = {}
    for began_ms, ended_ms in _trips(rows.tuples()):
        midnight_ms = first_ms(day_number(began_ms) + 1)
        latest_ms = midnight_ms + _LATEST_MS
        end_ms = latest_ms if ended_ms is None else ended_ms + 1
        if midnight_ms < end_ms <= latest_ms:
            found[midnight_ms] = max(end_ms, found.get(midnight_ms, 0))
    return found


def _trips(rows: Iterable[tuple[int, str, int]]) -> Iterable[tuple[int, int | None]]:
    """-> (ms of its start, ms of its end). None: it is the newest of its journal, and is under way.
    A trip whose end is unknown is left out."""
    journal, began_ms = None, None
    for of, kind, at_ms in rows:
        if of != journal:
            if began_ms is not None:
                yield began_ms, None
            journal, began_ms = of, None
        if kind == "trip_started":
            began_ms = at_ms
        elif began_ms is not None:
            yield began_ms, at_ms
            began_ms = None
    if began_ms is not None:
        yield began_ms, None
