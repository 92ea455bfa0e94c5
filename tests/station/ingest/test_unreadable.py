"""An alarm that cannot be read, or not placed, or cannot be stored, reaches the staff."""

import asyncio
import json

import pytest
from sealed_told import LEFT, enrol, sealed, the_bus, told
from station_told import (
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
    until,
)

from station.db import tables
from station.ingest import contract


@pytest.fixture
def settings(settings):
    """As in a city: buses that are not enrolled are not heard."""
    return settings.model_copy(update={"accept_unsealed": False})


@on_one_database
@pytest.mark.parametrize("wrong", [{"epoch": "my own"}, {"state": "over"}, {"seq": 2**40}])
def test_an_alarm_that_cannot_be_placed_reaches_the_staff(settings, broker, wrong):
    """With the right seal, too. What is less than an alarm goes to the quarantine alone."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                lesser = event(2, "belt_off", "warning", **{"lat": 91.5})
                bus.say(sealed(state()), sealed(lesser), strict=False)
                await until(lambda: count_is(station, "quarantine", 1))
                await until(lambda: the_bus(station).state)
                assert told(station) == []
                name, payload = event(3, LEFT)
                bad = json.dumps(json.loads(payload) | wrong).encode()
                bus.say(sealed((name, bad)), strict=False)
                await until(lambda: told(station) == [("alarm", "unreadable", [LEFT])])
                bus.say(sealed(("event", b'{"v":1,"kind":"so')), strict=False)
                await until(lambda: count_is(station, "quarantine", 3))
            (alarm,) = station.alarms.views()
            assert "serial" not in alarm["data"], "its identity is not revoked"
            reasons = {row.reason for row in await rows(station, tables.quarantine)}
            assert not any("not trusted" in one for one in reasons)
            assert await count(station, "events") == 0

    asyncio.run(scenario())


@on_one_database
def test_an_alarm_that_the_database_refuses_reaches_the_staff(settings, broker, monkeypatch):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            put = station.store.put

            async def refuses(connection, messages, bad, now_ms):
                if any(message.body["kind"] == LEFT for message, _ in messages):
                    raise RuntimeError("as no schema foresees")
                return await put(connection, messages, bad, now_ms)

            monkeypatch.setattr(station.store, "put", refuses)
            with telling(broker) as bus:
                bus.say(sealed(state()), sealed(event(1)), sealed(event(2, LEFT)), strict=False)
                await until(lambda: told(station) == [("alarm", "unreadable", [LEFT])])
            assert await count(station, "events") == await count(station, "quarantine") == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("fetch", {"at": 0.5}),
        ("fetch", {"have": 2**32}),
        ("fetch", {"need": 9.25}),
        ("status", {"boot": 17.5}),
        ("status", {"boot": 2**32}),
        ("status", {"online": False, "boot": 2**70}),
    ],
)
def test_a_number_that_the_station_cannot_keep_is_not_taken(name, body):
    assert isinstance(read(name, {}), contract.Message)
    assert isinstance(read(name, body), contract.Bad)


def test_a_whole_number_is_one_however_it_is_written():
    assert type(read("fetch", {"need": 9.0}).body["need"]) is int
    assert type(read("status", {"boot": 17.0}).body["boot"]) is int


def read(name, body):
    whole = {
        "fetch": {"v": 1, "release": "0" * 16, "state": "fetching", "at": 0, "bytes": 600,
                  "have": 0, "need": 9},
        "status": json.loads(status()[1]),
    }[name]  # fmt: skip
    return contract.read(f"schoolbus/lc/bus-01/{name}", json.dumps(whole | body).encode())
