"""Whether any process leads on a PostgreSQL database (station/db/lease.py)."""

from __future__ import annotations

from sqlalchemy import text

from station.db.database import Database

LEADERS = ("SELECT count(*) FROM leader WHERE until_ms > "
           "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)")  # fmt: skip


async def is_led(database: Database) -> bool:
    async with database.read() as connection:
        return bool((await connection.execute(text(LEADERS))).scalar())
