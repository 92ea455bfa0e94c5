"""When identities change: what was sealed before, or was not sealed yet, while a fleet moves."""

import asyncio

import pytest
from sealed_told import LEFT, OLD_KEY, enrol, sealed, the_bus, told
from sqlalchemy import update
from station_told import (
    NOW_MS,
    At,
    connected,
    count,
    count_is,
    event,
    on_one_database,
    state,
    status,
    telling,
    track,
    until,
)

from station.db import tables
from station.live.view import view


@pytest.fixture
def settings(settings):
    """As in a city: buses that are not enrolled are not heard."""
    return settings.model_copy(update={"accept_unsealed": False})


@on_one_database
@pytest.mark.parametrize("ends", ["rotation", "long ago", "revoke", "replace"])
def test_records_from_before_a_rotation_drain_and_a_person_ends_them_at_once(
    settings, broker, ends
):
    """Those of two rotations ago; between them and now stands what a person ended, or nothing."""
    time = At(settings)
    day_ms = 86_400_000

    async def scenario():
        async with time.running() as station:
            await connected(station)
            ended_ms = NOW_MS - day_ms * (8 if ends == "long ago" else 6)
            await enrol(station, "00000000000000a0", OLD_KEY, ended_ms, revoked_by="rotation")
            by = "boss" if ends == "replace" else "rotation"
            await enrol(station, "00000000000000a1", bytes(32), NOW_MS - day_ms, revoked_by=by)
            person_ms = NOW_MS if ends == "revoke" else None
            await enrol(station, "00000000000000a2", revoked_ms=person_ms)
            with telling(broker) as bus:
                bus.say(sealed(state(), OLD_KEY), sealed(event(1, LEFT), OLD_KEY), strict=False)
                await until(lambda: told(station))
                if ends == "rotation":
                    await until(lambda: count_is(station, "events", 1))
                    assert told(station) == [("alarm", "revoked", [])], "of the state alone"
                else:
                    await until(lambda: told(station) == [("alarm", "revoked", [LEFT])])
                    assert await count(station, "events") == 0
            assert the_bus(station).state is None

    asyncio.run(scenario())


@on_one_database
def test_what_the_broker_kept_from_before_raises_nothing(settings, broker):
    """A retained status of the board that was replaced; a retained one was once the truth."""
    time = At(settings)
    with telling(broker) as bus:
        bus.say(sealed(status(), OLD_KEY), state(), strict=False)

    async def scenario():
        async with time.running() as station:
            await enrol(station, "00000000000000b0", OLD_KEY, revoked_ms=NOW_MS - 1)
            await enrol(station)
            await connected(station)

            await until(lambda: count_is(station, "quarantine", 2))
            assert told(station) == [] and the_bus(station) is None

    asyncio.run(scenario())


@on_one_database
def test_who_was_never_enrolled_is_heard_only_where_the_settings_say_so(settings, broker):
    time = At(settings)
    lenient = At(settings.model_copy(update={"accept_unsealed": True}))

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(), event(1, LEFT))
                await until(lambda: told(station) == [("alarm", "not_enrolled", [LEFT])])
                assert the_bus(station).state is None
        async with lenient.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(NOW_MS + 1000))
                await until(lambda: the_bus(station).state)
                assert view(the_bus(station), NOW_MS)["enrolled"] is False

    asyncio.run(scenario())


@on_one_database
def test_while_a_fleet_moves_a_bus_is_heard_between_enrol_and_deploy(settings, broker):
    """Its board does not have the identity yet. Once the bus was heard with it, it has to seal, and
    so has a bus whose board was replaced after that. Its records have a week to arrive."""
    time = At(settings.model_copy(update={"accept_unsealed": True}))

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(status(), state(), event(1, "belt_off", "warning"))
                await until(lambda: the_bus(station) and the_bus(station).state)
                await until(lambda: count_is(station, "events", 1))
                assert told(station) == [] and not view(the_bus(station), NOW_MS)["enrolled"]
                bus.say(event(2, LEFT), sealed(event(3, LEFT), OLD_KEY), strict=False)
                await until(lambda: told(station) == [("alarm", "wrong_seal", [LEFT])])
                await until(lambda: count_is(station, "events", 2))

                bus.say(sealed(state(NOW_MS + 1000)), strict=False)
                await until(lambda: view(the_bus(station), NOW_MS)["enrolled"])
                bus.say(status(online=False), state(NOW_MS + 2000))  # the old broker's last word
                await until(lambda: count_is(station, "quarantine", 3))
                assert told(station)[0][1] == "wrong_seal" and the_bus(station).online
                bus.say(event(4, "sos"), track(10, 3))  # the old broker acknowledged them before
                await until(lambda: count_is(station, "events", 3))
                await until(lambda: count_is(station, "positions", 3))
                assert told(station) == [("alarm", "wrong_seal", [LEFT])]
                time.passes(7 * 86_400 - 60)
                await until(lambda: told(station) == [], "the end of that alarm")
                bus.say(event(40, "sos"))
                await until(lambda: count_is(station, "events", 4))
                time.passes(120)
                bus.say(event(41, "sos"))
                await until(lambda: told(station) == [("alarm", "no_seal", ["sos"])])

                async with station.db.write() as connection:
                    await connection.execute(update(tables.identities).values(revoked_ms=NOW_MS))
                await enrol(station, "00000000000000b0", OLD_KEY)
                bus.say(event(5, "crash"))
                await until(lambda: told(station)[0][2] == ["sos", "crash"])
                assert await count(station, "events") == 4

    asyncio.run(scenario())


@on_one_database
def test_an_identity_that_is_revoked_meanwhile_ends_within_seconds(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(event(1, "sos")), strict=False)
                await until(lambda: count_is(station, "events", 1))
                async with station.db.write() as connection:
                    await connection.execute(update(tables.identities).values(revoked_ms=NOW_MS))
                await until(lambda: not station.register.valid("lc", "bus-01"))
                bus.say(sealed(event(2, "sos")), strict=False)
                await until(lambda: told(station) == [("alarm", "revoked", ["sos"])])
                assert await count(station, "events") == 1

    asyncio.run(scenario())
