"""What a database holds, in numbers: by these a copy is compared with what was copied."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import iso

REVISION = "alembic_version"
_TOLD = ("buses", "events", "positions", "alarms", "users")


class Contents(NamedTuple):
    revision: str | None
    """None: this is no database of a station."""
    rows: dict[str, int]
    """Table -> how many."""
    newest_ms: int | None
    """When the newest event was heard."""

    def __str__(self) -> str:
        counts = ", ".join(f"{self.rows[name]:,} {name}" for name in _TOLD if name in self.rows)
        newest = iso(self.newest_ms)
        heard = f"its newest event was heard at {newest}" if newest else "it holds no event"
        return f"revision {self.revision}, {counts}; {heard}"


def of_sqlite(connection: sqlite3.Connection) -> Contents:
    def one(query: str) -> Any:
        return connection.execute(query).fetchone()[0]

    names = [name for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )]  # fmt: skip
    return Contents(
        one(f"SELECT max(version_num) FROM {REVISION}") if REVISION in names else None,
        {name: one(f'SELECT count(*) FROM "{name}"') for name in sorted(names)},
        one("SELECT max(heard_ms) FROM events") if "events" in names else None,
    )


async def of_server(connection: AsyncConnection) -> Contents:
    async def one(query: str) -> Any:
        return (await connection.execute(text(query))).scalar()

    names = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
    return Contents(
        await one(f"SELECT max(version_num) FROM {REVISION}") if REVISION in names else None,
        {name: await one(f'SELECT count(*) FROM "{name}"') for name in sorted(names)},
        await one("SELECT max(heard_ms) FROM events") if "events" in names else None,
    )
