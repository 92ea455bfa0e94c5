"""Floods of what cannot be trusted cost little, and hide no true alarm."""

import asyncio

import pytest
from sealed_told import LEFT, enrol, sealed, the_bus, told
from station_told import (
    NOW_MS,
    ROOT,
    At,
    connected,
    count,
    count_is,
    event,
    on_one_database,
    rows,
    state,
    telling,
    track,
    until,
)

from station.alarms import untrusted
from station.db import tables
from station.ingest import contract, quarantine


@pytest.fixture
def settings(settings):
    """As in a city: buses that are not enrolled are not heard."""
    return settings.model_copy(update={"accept_unsealed": False})


@on_one_database
def test_one_open_alarm_a_bus_that_asks_anew_and_ends_when_it_is_quiet(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)

            def the_alarm():
                (row,) = [row for row in station.alarms.at_hand.values() if row.kind == "untrusted"]
                return row

            with telling(broker) as bus:
                bus.say(sealed(state()), strict=False)
                await until(lambda: the_bus(station))
                bus.say(state(), *[event(n, "sos") for n in range(1, 6)])
                await until(lambda: told(station) == [("alarm", "no_seal", ["sos"])])
                await until(lambda: the_alarm().data["count"] == 6)
                await station.alarms.acknowledge(the_alarm().id, "duty", "it is us")
                bus.say(event(6, "sos"))
                await until(lambda: the_alarm().data["count"] == 7)
                assert the_alarm().acked_by == "duty", "the officer has just called"
                bus.say(event(7, LEFT))
                await until(lambda: the_alarm().acked_ms is None)
                assert the_alarm().data["active"] == ["sos", LEFT]
                await station.alarms.acknowledge(the_alarm().id, "duty", None)
                time.passes(125)
                bus.say(event(8, LEFT))
                await until(lambda: the_alarm().acked_ms is None)
                time.passes(untrusted.QUIET_MS // 1000 + 1)
                await until(lambda: told(station) == [])
                assert the_alarm().acked_ms is None, "the list keeps it until it is answered"
                kinds = [row.kind for row in await rows(station, tables.alarms)]
                assert kinds.count("untrusted") == 1

    asyncio.run(scenario())


@on_one_database
def test_a_flood_costs_little_and_delays_no_true_record(settings, broker, monkeypatch):
    """Of 600 forged alarms few make a row, every one is counted, and the true one is there."""
    monkeypatch.setattr(quarantine, "_ROWS_A_MINUTE", 20)
    time = At(settings)
    forged = [event(n, "sos") for n in range(1, 601)]

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state()), *forged[:300], strict=False)
                bus.say(sealed(event(9, LEFT)), *forged[300:], strict=False)
                await until(lambda: any(a["kind"] == LEFT for a in station.alarms.views()))
                await until(lambda: any(
                    a["data"].get("count") == 600 for a in station.alarms.views()
                ))  # fmt: skip
            assert await count(station, "quarantine") <= 80  # two minutes may be touched
            assert await count(station, "events") == 1

    asyncio.run(scenario())


def test_a_flood_of_other_messages_drops_no_alarm():
    """Of 60 rows a minute nothing is left when the child's event comes; alarms have 20 more."""
    aside = quarantine.Quarantine(None, None)

    def of(name, payload):
        return contract.Bad(ROOT + name, payload, "a reason")

    flood = [of("track", b"%d" % n) for n in range(100)]
    flood += [of(*event(n, "belt_off", "warning")) for n in range(100)]
    child = of(*event(999, LEFT))
    assert len(aside.allowed(flood, NOW_MS)) == 60
    assert aside.allowed([flood[0], child], NOW_MS) == [child]
    alarms = [of(*event(n, "sos")) for n in range(100)]
    assert len(aside.allowed(alarms, NOW_MS)) == 19, "the child's was one of the 20"
    assert aside.allowed([child], NOW_MS) == []
    assert aside.allowed([child], NOW_MS + 60_000) == [child]


def came(station):
    return sum(one.count for one in station.quarantine._came.values())


@on_one_database
def test_rubbish_with_the_right_seal_costs_little_too(settings, broker, monkeypatch, caplog):
    """Of 300 messages few make a row, and the rubbish of one bus takes nothing from another."""
    monkeypatch.setattr(quarantine, "_ROWS_A_MINUTE", 20)
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            rubbish = [
                sealed(message)
                for n in range(100)
                for message in (
                    ("event", b'{"v":1,"n":%d,"severity":"info"}' % n),
                    ("reply", b'{"v":1,"n":%d}' % n),
                    track(n + 2, 1, t=253_402_300_800),
                )
            ]
            with telling(broker) as bus, telling(broker, "schoolbus/x/y/") as other:
                bus.say(*rubbish, sealed(event(1, LEFT)), strict=False)
                await until(lambda: any(a["kind"] == LEFT for a in station.alarms.views()))
                await until(lambda: came(station) == 300)
                other.say(event(1))
                await until(lambda: came(station) == 301)
            await until(lambda: count_is(station, "quarantine", 21))
            time.passes(60)
            with telling(broker) as bus:
                bus.say(sealed(("event", b"{}")), strict=False)
            await until(lambda: count_is(station, "quarantine", 22))
            assert "Of 300 messages of schoolbus/lc/bus-01 that were to be kept" in caplog.text

    asyncio.run(scenario())


@on_one_database
def test_invented_names_fill_neither_list_nor_memory(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            for number in range(30):
                with telling(broker, f"schoolbus/x/ghost-{number}/") as ghost:
                    ghost.say(event(1))
            await until(lambda: count_is(station, "quarantine", 30))
            await until(lambda: len(told(station)) == 20)
            assert len(list(station.live)) == 20

    asyncio.run(scenario())
