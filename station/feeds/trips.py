"""The trip that a bus is on, and the day on which it began.

A trip is named by bus and number. The number counts up for ever, but a board that is replaced
counts anew: so the day belongs to the name, and it stays the same past midnight.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import day_of
from station.db.database import Database
from station.db.tables import buses, events, journals
from station.one_bad import over

_AT_ONCE = 100
"""Trips that one request looks up; the others follow with the next one."""
_LATEST = 20
"""The newest beginnings and ends of a bus that are looked through."""


class Trip(NamedTuple):
    fleet: str
    bus: str
    number: int


class _Told(NamedTuple):
    """What the bus's events say of a trip."""

    trip: Trip
    day: str | None
    has_ended: bool


def trip_of(bus: dict[str, Any]) -> Trip | None:
    """bus: as in GET /api/live. None: it is on no trip. A bus that stands at a stop may be on the
    next one, which has no number before it departs: Trips.on() looks whether this one has ended."""
    may_be_on = bus["phase"] in ("driving", "boarding") and bus["ignition"] is not False
    return Trip(bus["fleet"], bus["bus"], bus["trip"]) if may_be_on and bus["trip"] else None


class Trips:
    def __init__(self, database: Database):
        self._db = database
        self._told: dict[tuple[str, str], _Told] = {}
        """Of the newest trip of each bus."""

    async def on(self, shown: Iterable[dict[str, Any]]) -> dict[Trip, str | None]:
        """shown: as in GET /api/live -> the trips that these buses are on, with the first day in
        Thailand ("2026-11-22"). None: its beginning has not come yet, or has no time that can be
        right."""
        phases = {trip: bus["phase"] for bus in shown if (trip := trip_of(bus)) is not None}
        asked = [trip for trip, phase in phases.items() if not self._is_told(trip, phase)]
        if asked:
            async with self._db.read() as connection:
                for trip in asked[:_AT_ONCE]:
                    self._told[trip[:2]] = await _look_up(connection, trip)
        found = {}
        for trip, phase in phases.items():
            told = self._of(trip)
            if phase == "driving" or (told is not None and not told.has_ended):
                found[trip] = None if told is None else told.day
        return found

    def _of(self, trip: Trip) -> _Told | None:
        told = self._told.get(trip[:2])
        return told if told is not None and told.trip == trip else None

    def _is_told(self, trip: Trip, phase: str) -> bool:
        """No event to come changes the answer."""
        told = self._of(trip)
        if told is None:
            return False
        return told.has_ended or (phase == "driving" and told.day is not None)


async def _look_up(connection: AsyncConnection, trip: Trip) -> _Told:
    query = (
        select(events.c.kind, events.c.at_ms, events.c.odd_clock, events.c.data)
        .join(journals, journals.c.id == events.c.journal_id)
        .join(buses, buses.c.id == journals.c.bus_id)
        .where(buses.c.fleet == trip.fleet, buses.c.bus == trip.bus,
               events.c.kind.in_(("trip_started", "trip_ended")))
        .order_by(journals.c.id.desc(), events.c.seq.desc())
        .limit(_LATEST)
    )  # fmt: skip
    has_ended = False
    for row in await connection.execute(query):
        with over("trips"):
            if row.data["trip"] != trip.number:
                continue
            if row.kind == "trip_ended":
                has_ended = True
            elif row.at_ms is not None and not row.odd_clock:
                return _Told(trip, day_of(row.at_ms), has_ended)
    return _Told(trip, None, has_ended)
