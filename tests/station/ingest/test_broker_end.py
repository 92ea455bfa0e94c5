"""A station that is ended warns of nothing: its own connections are what ends."""

import asyncio
import logging

from station_told import connected, on_one_database, running


@on_one_database
def test_a_clean_end_is_no_broker_that_does_not_answer(settings, caplog):
    async def scenario():
        async with running(settings) as station:
            await connected(station)

    with caplog.at_level(logging.WARNING):
        asyncio.run(scenario())
    assert [one.message for one in caplog.records if "does not answer" in one.message] == []
