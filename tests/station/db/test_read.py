"""A reader sees one state of the database, whatever is written meanwhile."""

import asyncio

from sqlalchemy import func, insert, select

from station.db.database import with_database
from station.db.tables import buses


def test_what_is_committed_during_a_read_is_not_in_it(db):
    """Otherwise an export names a record deleted that came while it was made."""
    how_many = select(func.count()).select_from(buses)

    async def scenario(database):
        for number in range(3):  # the connections are used again
            async with database.read() as reader:
                before = (await reader.execute(how_many)).scalar_one()
                async with database.write() as writer:
                    await writer.execute(insert(buses).values(fleet="lc", bus=f"bus-{number}"))
                assert (await reader.execute(how_many)).scalar_one() == before == number
        async with database.read() as reader:
            assert (await reader.execute(how_many)).scalar_one() == 3

    asyncio.run(with_database(db, scenario, may_make=True))
