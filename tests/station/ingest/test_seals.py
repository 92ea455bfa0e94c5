"""Only the bus speaks for itself: what it did not seal is kept aside and raised, and not taken."""

import asyncio
import json

import pytest
from sealed_told import KEY, LEFT, OLD_KEY, enrol, sealed, the_bus, told
from station_told import (
    NOW_MS,
    At,
    connected,
    count,
    count_is,
    event,
    on_one_database,
    rows,
    state,
    status,
    telling,
    track,
    until,
)

from station.db import tables
from station.ingest import seal
from station.live.view import view


@pytest.fixture
def settings(settings):
    """As in a city: buses that are not enrolled are not heard."""
    return settings.model_copy(update={"accept_unsealed": False})


def test_the_seal_is_that_of_the_contract():
    """Worked out here with nothing but HMAC as the standard library has it."""
    import base64
    import hashlib
    import hmac

    payload = seal.seal(KEY, "schoolbus/lc/bus-01/state", b'{"v":1}')
    digest = hmac.new(KEY, b'schoolbus/lc/bus-01/state\n{"v":1', hashlib.sha256).digest()
    mac = base64.b64encode(digest[:8]).rstrip(b"=")
    assert payload == b'{"v":1,"mac":"' + mac + b'"}'
    assert len(payload) - len(b'{"v":1') == seal.TAIL == 21
    assert json.loads(payload)["mac"] == mac.decode()
    assert seal.is_sealed_by(KEY, "schoolbus/lc/bus-01/state", payload)


def test_every_other_byte_topic_and_key_breaks_the_seal():
    topic = "schoolbus/lc/bus-01/event"
    good = sealed(event(7))[1]
    assert seal.is_sealed_by(KEY, topic, good)
    for at in range(len(good)):
        wrong = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        assert not seal.is_sealed_by(KEY, topic, wrong), at
    assert not seal.is_sealed_by(KEY, topic.replace("01", "02"), good)
    assert not seal.is_sealed_by(OLD_KEY, topic, good)
    assert not seal.is_sealed_by(KEY, topic, b"")


def test_only_the_sealed_record_is_taken_and_the_forged_one_is_raised(settings, broker):
    """The forged one came first, and cannot take the number of the true one."""
    time = At(settings)
    forged = event(7, LEFT, state="cleared", occ=5)
    bent = ("event", sealed(event(9, LEFT))[1].replace(b'"seq": 9', b'"seq": 8'))

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state()), sealed(status()), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).status)
                assert view(the_bus(station), NOW_MS)["enrolled"] is True
                bus.say(forged, bent, strict=False)
                await until(lambda: told(station) == [("alarm", "wrong_seal", [LEFT])])
                bus.say(sealed(event(7)), sealed(track(10, 3)), strict=False)
                await until(lambda: any(a["kind"] == "sos" for a in station.alarms.views()))
            await until(lambda: count_is(station, "positions", 3))
            (kept,) = await rows(station, tables.events)
            assert (kept.seq, kept.kind) == (7, "sos")
            reasons = {row.reason for row in await rows(station, tables.quarantine)}
            assert reasons == {"not trusted: no seal", "not trusted: wrong seal"}
            (row,) = await rows(station, tables.identities)
            assert station.register.was_seen(station.register.of("lc", "bus-01")[0]), row

    asyncio.run(scenario())


def told_of(station):
    """The topic of the message that could not be trusted last."""
    return station.alarms.views()[0]["data"]["message"]


@on_one_database
def test_what_is_not_sealed_shows_nothing_and_ends_nothing(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(status()), sealed(state(taken=[7])), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
                bus.say(state(NOW_MS + 1000, phase="parked"), status(online=False))
                await until(lambda: told(station) == [("warning", "no_seal", [])])
                known = the_bus(station)
                assert known.state["seats"]["taken"] == [7] and known.online is True
                bus.say(("reply", b'{"v":1,"id":"x","ok":true,"message":"done"}'), event(9, LEFT))
                await until(lambda: told(station) == [("alarm", "no_seal", [LEFT])])
                assert await count(station, "events") == 0
                bus.say(("fetch", b'{"v":1,"release":"0123456789abcdef","state":"checking"}'))
                await until(lambda: told_of(station) == "fetch")
                assert not station.rollouts._told

    asyncio.run(scenario())


@on_one_database
def test_the_seal_of_a_revoked_identity_is_named(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station, "00000000000000b0", OLD_KEY, revoked_ms=NOW_MS - 1)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state()), strict=False)
                await until(lambda: the_bus(station))
                bus.say(sealed(event(1, "sos"), OLD_KEY), strict=False)
                await until(lambda: told(station) == [("alarm", "revoked", ["sos"])])
            (alarm,) = station.alarms.views()
            assert alarm["data"]["serial"] == "00000000000000b0"
            (row,) = await rows(station, tables.quarantine)
            assert row.reason == "not trusted: seal of a revoked identity 00000000000000b0"

    asyncio.run(scenario())


@on_one_database
def test_any_word_of_a_bus_that_was_never_heard_with_its_identity_is_an_alarm(settings, broker):
    """Its board has not got the identity: nothing true gets through."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(event(1, "belt_off", "warning"))
                await until(lambda: told(station) == [("alarm", "no_seal", [])])

    asyncio.run(scenario())
