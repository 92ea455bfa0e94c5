"""What a database knows of itself: a name and a value in each row of the table own."""

from __future__ import annotations

import secrets

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.database import Database
from station.db.tables import journals, own


async def read(connection: AsyncConnection, *names: str) -> dict[str, str]:
    """Name -> value, of those that there are."""
    rows = await connection.execute(select(own).where(own.c.name.in_(names)))
    return {row.name: row.value for row in rows}


async def write(connection: AsyncConnection, database: Database, name: str, value: str) -> None:
    row = database.insert(own).values(name=name, value=value)
    changed = row.on_conflict_do_update(index_elements=["name"], set_={"value": value})
    await connection.execute(changed)


async def once(connection: AsyncConnection, database: Database, name: str, value: str) -> str:
    """Writes the value if there is none yet -> the one that counts."""
    new = database.insert(own).values(name=name, value=value)
    await connection.execute(new.on_conflict_do_nothing())
    return (await read(connection, name))[name]


async def own_id(database: Database) -> str:
    """The database's id, by which the broker tells two stations apart: 16 hex digits (8 in older
    databases), made once: nats-server gives a session to a client that guesses its name. Empty for
    a database with records from before it had one: its session on the broker has the old name, and
    may hold alarms that came during the update."""
    async with database.write() as connection:
        how_many = select(func.count()).select_from(journals)
        has_records = (await connection.execute(how_many)).scalar()
        return await once(connection, database, "id", "" if has_records else secrets.token_hex(8))
