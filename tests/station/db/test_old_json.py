"""Rows of a station from before there were limits for numbers."""

import asyncio

from sqlalchemy import select, text

from station.db.database import Database
from station.db.tables import buses


def test_a_number_that_no_browser_reads_is_unknown(tmp_path):
    async def scenario():
        database = Database(str(tmp_path / "station.db"))
        await database.upgrade()
        async with database.write() as connection:
            old = """INSERT INTO buses (fleet, bus, state)
                     VALUES ('lc', 'b', '{"a": [Infinity, -Infinity, NaN, 1e3], "b": "NaN"}')"""
            await connection.execute(text(old))
        async with database.read() as connection:
            kept = (await connection.execute(select(buses.c.state))).scalar_one()
        await database.close()
        assert kept == {"a": [None, None, None, 1000.0], "b": "NaN"}

    asyncio.run(scenario())
