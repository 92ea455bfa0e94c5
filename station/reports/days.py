"""One bus on one day, from the database. What has a time that cannot be right stands where it was
heard, so no record is on a day that no one looks at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import DAY_MS, day_of, iso
from station.db.moments import ODD, placed_ms
from station.db.tables import events, positions
from station.ingest.rows import Journal
from station.reports.cuts import cuts
from station.reports.facts import day_number, first_ms

_LOCAL_MS = 7 * 3_600_000


async def known(connection: AsyncConnection, journals: list[Journal]) -> list[str]:
    """Local days with positions or events, the newest first. A day on which only a trip ends that
    began the day before is not one."""
    numbers = [journal.id for journal in journals]
    if not numbers:
        return []
    found: set[int] = set()
    placed_s = func.coalesce(positions.c.odd_s, positions.c.t)
    for table, ms in ((positions, placed_s * 1000), (events, placed_ms())):
        day = func.floor((ms + _LOCAL_MS) / float(DAY_MS))
        query = select(day).where(table.c.journal_id.in_(numbers)).distinct()
        found |= {int(value) for value in (await connection.execute(query)).scalars()}
    for midnight_ms, cut_ms in (await cuts(connection, journals)).items():
        next_day = day_number(midnight_ms)
        until_ms = first_ms(next_day + 1)
        if next_day in found and not await _has_more(connection, numbers, cut_ms, until_ms):
            found.discard(next_day)
    return [day_of(number * DAY_MS) for number in sorted(found, reverse=True)]


async def _has_more(connection: AsyncConnection, numbers: list[int], from_ms: int,
                    to_ms: int) -> bool:  # fmt: skip
    placed_s = func.coalesce(positions.c.odd_s, positions.c.t)
    for table, ms in ((positions, placed_s * 1000), (events, placed_ms())):
        query = select(table.c.seq).where(
            table.c.journal_id.in_(numbers), ms >= from_ms, ms < to_ms
        )
        if (await connection.execute(query.limit(1))).first() is not None:
            return True
    return False


async def track(
    connection: AsyncConnection, journals: list[Journal], from_ms: int, to_ms: int
) -> tuple[list[tuple], int]:
    """Rows of (s since 1970, lat, lon, km/h, heading), in the order of time; and how many of them
    stand at the time at which they were heard."""
    p = positions.c
    mine = p.journal_id.in_([journal.id for journal in journals])
    parts = [
        select(
            when.label("t"), p.seq, p.lat_e7, p.lon_e7, p.speed, p.heading,
            p.odd_s.is_not(None).label("odd"),
        ).where(mine, is_so, when >= from_ms // 1000, when < to_ms // 1000)
        for when, is_so in ((p.t, p.odd_s.is_(None)), (p.odd_s, p.odd_s.is_not(None)))
    ]  # fmt: skip
    both = union_all(*parts).subquery()
    rows = (await connection.execute(select(both).order_by(both.c.t, both.c.seq))).all()
    track = [
        (t, lat / 1e7, lon / 1e7, None if speed is None else speed / 10, heading)
        for t, _, lat, lon, speed, heading, _ in rows
    ]
    return track, sum(bool(row.odd) for row in rows)


async def events_of(
    connection: AsyncConnection, journals: list[Journal], from_ms: int, to_ms: int
) -> list[dict[str, Any]]:
    epochs = {journal.id: journal.key[2] for journal in journals}
    when = placed_ms()
    query = select(events).where(
        events.c.journal_id.in_(list(epochs)), and_(when >= from_ms, when < to_ms)
    )
    rows = await connection.execute(query.order_by(when, events.c.seq))
    return [event_view(row, epochs[row.journal_id]) for row in rows]


def event_view(row: Any, epoch: str) -> dict[str, Any]:
    """An event as the API shows it (station/api/shapes.py)."""
    return {
        "epoch": epoch,
        "at": iso(row.at_ms),
        "heard_at": iso(row.heard_ms),
        "clock": ODD if row.odd_clock else row.clock,
        **{key: getattr(row, key) for key in _COPIED},
    }


_COPIED = (
    "seq", "kind", "severity", "state", "occ", "exercise", "times", "lat", "lon",
    "accuracy_m", "estimated", "speed_kmh", "data", "why",
)  # fmt: skip
