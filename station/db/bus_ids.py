"""The id of each bus in the database."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.database import Database
from station.db.tables import buses

_AT_ONCE = 250
"""Buses in one query."""


class BusIds:
    def __init__(self, database: Database):
        self._db = database
        self._known: dict[tuple[str, str], int] = {}

    async def of(self, connection: AsyncConnection, fleet: str, bus: str) -> int:
        """Enters the bus if it is new."""
        return (await self.of_all(connection, [(fleet, bus)]))[fleet, bus]

    async def of_all(
        self, connection: AsyncConnection, keys: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], int]:
        """Enters those that are new, all in a few statements."""
        ids = {key: self._known.get(key) for key in keys}
        new = [key for key, number in ids.items() if number is None]
        found = {key: number for key, number in ids.items() if number is not None}
        if new:
            # Two parts of the station may meet the same new buses: in one order, or they lock
            # each other.
            rows = [{"fleet": fleet, "bus": bus} for fleet, bus in sorted(new)]
            await connection.execute(self._db.insert(buses).on_conflict_do_nothing(), rows)
        for at in range(0, len(new), _AT_ONCE):
            mine = tuple_(buses.c.fleet, buses.c.bus).in_(new[at : at + _AT_ONCE])
            query = select(buses.c.id, buses.c.fleet, buses.c.bus).where(mine)
            for row in await connection.execute(query):
                found[row.fleet, row.bus] = row.id
        return found

    def remember(self, key: tuple[str, str], number: int) -> None:
        """Once it is committed: a transaction that is rolled back takes its new buses with it."""
        self._known[key] = number
