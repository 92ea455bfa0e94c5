"""What a database knows of itself: its own id, by which the broker tells two stations apart."""

from __future__ import annotations

import secrets

from sqlalchemy import func, select

from station.db.database import Database
from station.db.tables import journals, own

_ID = "id"


async def own_id(database: Database) -> str:
    """16 hex digits (8 in older databases), made once: nats-server gives a session to a client that
    guesses its name. Empty for a database with records from before it had one: its session on the
    broker has the old name, and may hold alarms that came during the update."""
    async with database.write() as connection:
        has_records = (
            await connection.execute(select(func.count()).select_from(journals))
        ).scalar()
        value = "" if has_records else secrets.token_hex(8)
        new = database.insert(own).values(name=_ID, value=value).on_conflict_do_nothing()
        await connection.execute(new)
        return (await connection.execute(select(own.c.value).where(own.c.name == _ID))).scalar_one()
