"""One bus on one day, from the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import DAY_MS, day_of, iso
from station.db.tables import events, positions
from station.ingest.rows import Journal

_LOCAL_MS = 7 * 3_600_000


async def known(connection: AsyncConnection, journals: list[Journal]) -> list[str]:
    """Local days with positions or events, the newest first."""
    numbers = [journal.id for journal in journals]
    if not numbers:
        return []
    found: set[int] = set()
    for table, ms in ((positions, positions.c.t * 1000), (events, _when())):
        day = func.floor((ms + _LOCAL_MS) / float(DAY_MS))
        query = select(day).where(table.c.journal_id.in_(numbers)).distinct()
        found |= {int(value) for value in (await connection.execute(query)).scalars()}
    return [day_of(number * DAY_MS) for number in sorted(found, reverse=True)]


async def track(
    connection: AsyncConnection, journals: list[Journal], from_ms: int, to_ms: int
) -> list[tuple]:
    """Rows of (s since 1970, lat, lon, km/h, heading), in the order of time."""
    p = positions.c
    query = select(p.t, p.lat_e7, p.lon_e7, p.speed, p.heading).where(
        p.journal_id.in_([journal.id for journal in journals]),
        p.t >= from_ms // 1000, p.t < to_ms // 1000,
    )  # fmt: skip
    return [
        (t, lat / 1e7, lon / 1e7, None if speed is None else speed / 10, heading)
        for t, lat, lon, speed, heading in await connection.execute(query.order_by(p.t, p.seq))
    ]


async def events_of(
    connection: AsyncConnection, journals: list[Journal], from_ms: int, to_ms: int
) -> list[dict[str, Any]]:
    """An event without a time of its own is placed at the time at which it was heard."""
    epochs = {journal.id: journal.key[2] for journal in journals}
    when = _when()
    query = select(events).where(
        events.c.journal_id.in_(list(epochs)), and_(when >= from_ms, when < to_ms)
    )
    rows = await connection.execute(query.order_by(when, events.c.seq))
    return [event_view(row, epochs[row.journal_id]) for row in rows]


def _when():
    return func.coalesce(events.c.at_ms, events.c.heard_ms)


def event_view(row: Any, epoch: str) -> dict[str, Any]:
    """An event as the API shows it (station/api/shapes.py)."""
    return {
        "epoch": epoch,
        "at": iso(row.at_ms),
        "heard_at": iso(row.heard_ms),
        "clock": "odd" if row.odd_clock else row.clock,
        **{key: getattr(row, key) for key in _COPIED},
    }


_COPIED = (
    "seq", "kind", "severity", "state", "occ", "exercise", "times", "lat", "lon",
    "accuracy_m", "estimated", "speed_kmh", "data", "why",
)  # fmt: skip
