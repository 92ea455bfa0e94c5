"""Questions to the database, without changing anything in it: not its revision either."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import text

from station.db.address import file_of
from station.db.database import Database

WITHIN_S = 5


class Questions:
    """Every method raises if the database does not answer in time."""

    def __init__(self, address: str):
        self._database = Database(address)
        self.shown = self._database.shown
        self.file = file_of(address)

    async def ask(self, query: str) -> list[tuple[Any, ...]]:
        if self.file is not None:
            return await asyncio.to_thread(_ask_file, self.file, query)
        return await asyncio.wait_for(self._ask_server(query), WITHIN_S)

    async def one(self, query: str) -> Any:
        rows = await self.ask(query)
        return rows[0][0] if rows else None

    async def close(self) -> None:
        await self._database.close()

    async def _ask_server(self, query: str) -> list[tuple[Any, ...]]:
        async with self._database.read() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]


def _ask_file(file: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", WITHIN_S, uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
