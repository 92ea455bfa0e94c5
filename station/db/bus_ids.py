"""The id of each bus in the database."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.database import Database
from station.db.tables import buses


class BusIds:
    def __init__(self, database: Database):
        self._db = database
        self._known: dict[tuple[str, str], int] = {}

    async def of(self, connection: AsyncConnection, fleet: str, bus: str) -> int:
        """Enters the bus if it is new."""
        known = self._known.get((fleet, bus))
        if known is not None:
            return known
        # Two parts of the station may meet the same new bus.
        new = self._db.insert(buses).values(fleet=fleet, bus=bus).on_conflict_do_nothing()
        await connection.execute(new)
        mine = select(buses.c.id).where(buses.c.fleet == fleet, buses.c.bus == bus)
        return (await connection.execute(mine)).scalar_one()

    def remember(self, key: tuple[str, str], number: int) -> None:
        """Once it is committed: a transaction that is rolled back takes its new buses with it."""
        self._known[key] = number
