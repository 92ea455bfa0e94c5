"""A sealed state that another sends again makes no bus parked, empty or heard."""

import asyncio

import pytest
from sealed_told import SERIAL, enrol, sealed, the_bus
from station_told import NOW_MS, At, connected, on_one_database, state, status, telling, until

HOURS_AGO = {"phase": "parked", "next_s": 3600, "taken": []}


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"accept_unsealed": False})


@on_one_database
def test_an_old_state_stays_old_through_a_restart_of_the_station(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(status(boot=7)), sealed(state(taken=[3])), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
            await station.saved.save()
        time.passes(5)
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(
                    sealed(status(boot=6, fw="0.1.0")),
                    sealed(status(boot=7)),
                    sealed(state(NOW_MS - 7_200_000, **HOURS_AGO)),
                    sealed(state(None, **HOURS_AGO)),
                    sealed(state(time.clock.now_ms(), taken=[3], trip=50)),
                    strict=False,
                )
                await until(lambda: the_bus(station).state["trip"] == 50)
                known = the_bus(station)
                assert known.status["fw"] == "0.3.0" and known.status_serial == SERIAL
                promise_ms = known.promise_ms
                bus.say(sealed(state(NOW_MS - 7_200_000, **HOURS_AGO)), strict=False)
                bus.say(sealed(state(None, **HOURS_AGO)), strict=False)
                await asyncio.sleep(0.3)
                assert known.state["trip"] == 50 and known.promise_ms == promise_ms

    asyncio.run(scenario())


@on_one_database
def test_an_old_state_after_a_start_of_the_board_promises_nothing(settings, broker):
    """There the clock may be wrong, so it is shown; and the bus goes dark as if none had come."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(status(boot=7)), sealed(state(taken=[3])), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
                known, promise_ms = the_bus(station), the_bus(station).promise_ms
                bus.say(sealed(status(boot=8)), strict=False)
                bus.say(sealed(state(NOW_MS - 7_200_000, **HOURS_AGO)), strict=False)
                await until(lambda: known.state["phase"] == "parked")
                assert known.odd_clock and not known.is_surely_empty
                assert known.promise_ms == promise_ms
                bus.say(sealed(state(NOW_MS - 7_200_000, **HOURS_AGO | {"taken": [9]})))
                await asyncio.sleep(0.3)
                assert known.state["seats"]["taken"] == [], "its time did not go forward"
            await station.saved.save()
        async with time.running() as station:
            await connected(station)
            known = the_bus(station)
            assert known.odd_clock and not known.is_surely_empty
            assert known.promise_ms <= time.clock.now_ms()
            time.passes(settings.dark_after_s + 60)
            await until(lambda: [a["kind"] for a in station.alarms.views()] == ["going_dark"])
            with telling(broker) as bus:
                bus.say(sealed(state(time.clock.now_ms(), taken=[3])), strict=False)
                await until(lambda: known.dark_ms is None and not known.odd_clock)
            assert known.promise_ms > time.clock.now_ms()

    asyncio.run(scenario())


@on_one_database
def test_a_bus_whose_true_states_are_refused_goes_dark(settings, broker):
    """Its memory was erased, and it has no time: what the station knows is an empty bus. And a
    state that promised nothing promises nothing after a restart of the station."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(status(boot=40, at=None)), strict=False)
                bus.say(sealed(state(None, **HOURS_AGO)), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
            await station.saved.save()
        async with time.running() as station:
            await connected(station)
            known = the_bus(station)
            assert not known.is_surely_empty and known.promise_ms <= time.clock.now_ms()
            with telling(broker) as bus:
                empty = state(time.clock.now_ms(), phase="parked", trip=50)
                bus.say(sealed(empty), strict=False)
                await until(lambda: known.is_surely_empty)
                bus.say(sealed(state(None, taken=[3], boot=1, up_ms=2400)), strict=False)
                await until(lambda: not known.is_surely_empty)
                assert known.state["trip"] == 50
                time.passes(settings.dark_after_s + 60)
                bus.say(sealed(state(None, taken=[3], boot=1, up_ms=90_000)), strict=False)
                await until(lambda: [a["kind"] for a in station.alarms.views()] == ["going_dark"])

    asyncio.run(scenario())
