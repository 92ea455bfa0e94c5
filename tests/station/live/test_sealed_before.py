"""What was sealed before replaces nothing that is newer, and promises no year."""

import asyncio
import json

import pytest
from sealed_told import enrol, sealed, the_bus, told
from sqlalchemy import update
from station_told import (
    NOW_MS,
    At,
    connected,
    count_is,
    on_one_database,
    state,
    status,
    telling,
    until,
)

from station.db import tables


@pytest.fixture
def settings(settings):
    """As in a city: buses that are not enrolled are not heard."""
    return settings.model_copy(update={"accept_unsealed": False})


@on_one_database
def test_what_was_sealed_before_does_not_replace_what_is_newer(settings, broker):
    """Sent again by somebody who listened: states, a status, and the will of an earlier start."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:

                async def says(*messages):
                    """Until all of them have been taken or refused."""
                    mark = state(time.clock.now_ms(), taken=[7], trip=len(marks) + 100)
                    marks.append(mark)
                    bus.say(*map(sealed, messages), sealed(mark), strict=False)
                    trip = json.loads(mark[1])["trip"]
                    await until(lambda: the_bus(station) and the_bus(station).state["trip"] == trip)
                    return the_bus(station)

                marks = []
                old = status(boot=16, at="2026-11-22T00:00:00.000Z", fw="0.1.0")
                known = await says(status(boot=17))
                await says(old)
                assert known.status["fw"] == "0.3.0" and known.online
                bus.say(sealed(("status", b'{"v":1,"online":false,"boot":16}')), strict=False)
                await asyncio.sleep(0.3)
                assert known.online is True, "that will is of an earlier start"
                heard_ms = known.heard_ms
                time.passes(5)
                hours_ago = state(NOW_MS - 7_200_000, phase="parked", next_s=3600)
                bus.say(sealed(hours_ago), sealed(state(NOW_MS - 1)), strict=False)
                await asyncio.sleep(0.3)
                assert known.state["trip"] >= 100 and known.heard_ms == heard_ms
                bus.say(sealed(("status", b'{"v":1,"online":false,"boot":17}')), strict=False)
                await until(lambda: known.online is False)
                bus.say(sealed(status(boot=17)), strict=False)  # word for word the one before
                await asyncio.sleep(0.3)
                assert known.online is False
                await says(status(boot=18, at=None))
                assert known.status["boot"] == 18
                assert told(station) == []

    asyncio.run(scenario())


@on_one_database
def test_a_board_whose_clock_starts_late_is_heard_after_its_restart(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(status(boot=17)), sealed(state()), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
                behind = state(NOW_MS - 7_200_000, trip=9)
                bus.say(sealed(status(boot=18, at="2026-11-21T22:12:03.400Z")), strict=False)
                await until(lambda: the_bus(station).status["boot"] == 18)
                bus.say(sealed(behind), strict=False)
                await until(lambda: the_bus(station).state["trip"] == 9)

    asyncio.run(scenario())


@on_one_database
def test_a_promise_of_a_year_is_no_state(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state(next_s=31_536_000)), sealed(state(next_s=3600)), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
                assert the_bus(station).state["next_s"] == 3600
            await until(lambda: count_is(station, "quarantine", 1))

    asyncio.run(scenario())


@on_one_database
def test_a_promise_of_a_year_that_an_older_station_saved_is_bounded(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state(taken=[7])), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
            await station.saved.save()
            year = the_bus(station).state | {"next_s": 31_536_000}
            async with station.db.write() as connection:
                await connection.execute(update(tables.buses).values(state=year))
            station.live.unsaved.clear()
        async with time.running() as station:
            await connected(station)
            known = the_bus(station)
            assert known.promise_ms == known.heard_ms + 4_000_000
            time.passes(4000 + settings.dark_after_s + 1)
            await until(lambda: known.dark_ms)

    asyncio.run(scenario())
