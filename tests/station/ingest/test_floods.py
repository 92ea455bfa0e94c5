"""What a hostile or a broken bus sends costs the other buses a moment, and no record."""

import asyncio

import pytest
from counted import Counted
from station_told import (
    EPOCH,
    connected,
    count,
    count_is,
    event,
    on_one_database,
    rows,
    running,
    telling,
    track,
    until,
)

from station.db import tables
from station.ingest import rows as of_rows
from station.ingest import store as of_store

OTHER = "schoolbus/lc/bus-02/"


async def put(station, *messages, bus="bus-01"):
    """As one batch, without the broker."""
    from station.ingest.came import Came

    batch = [Came(f"schoolbus/lc/{bus}/{name}", payload, False, station.clock.now_ms(), 0, n)
             for n, (name, payload) in enumerate(messages)]  # fmt: skip
    return await station.records._take(batch)


def test_new_journals_and_alarms_of_a_batch_cost_a_few_statements(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            await put(station, event(1))
            counted = Counted(station)
            told = [event(1, epoch=f"{n:08x}") for n in range(200)]
            assert len(await put(station, *told)) == 200
            assert await count(station, "journals") == 201
            assert await count(station, "alarms") == 201
            assert counted.statements < 60, "200 journals with three each were 1,200"
            assert {row.what for row in await rows(station, tables.alarm_log)} == {"heard"}

    asyncio.run(scenario())


@pytest.fixture
def refusing(monkeypatch):
    """No limit of the contract leaves the database anything to refuse: here it does so itself."""
    insert = of_store.Store._insert

    async def refuse(self, connection, rows):
        if any(row["kind"] == "crash" for row in rows.events):
            from sqlalchemy import exc

            raise exc.DataError("insert", None, ValueError("out of range"))
        await insert(self, connection, rows)

    monkeypatch.setattr(of_store.Store, "_insert", refuse)


def test_what_the_database_refuses_costs_a_bounded_number_of_commits(settings, broker, refusing):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            counted = Counted(station)
            bad = [event(n, "crash") for n in range(1, 101)]
            with telling(broker) as bus, telling(broker, OTHER) as other:
                bus.say(*bad[:50], event(200, "belt_off", "warning"), *bad[50:], strict=False)
                other.say(event(1))
                await until(lambda: any(r.bus == "bus-02" for r in station.alarms.at_hand.values()))
                await until(lambda: count_is(station, "events", 2), "the good ones of both")
                await until(lambda: any(r.kind == "untrusted" and r.data["count"] == 100
                                        for r in station.alarms.at_hand.values()))  # fmt: skip
            assert counted.commits < 100, "they were ten each"
            found = await rows(station, tables.quarantine)
            assert {row.reason for row in found} == {"the database refuses it: DataError"}
            assert station.broker.records.oldest_ms() is None, "each is acknowledged"

    asyncio.run(scenario())


def test_a_bus_has_so_many_journals_in_memory_and_all_in_the_database(settings, broker,
                                                                      monkeypatch):  # fmt: skip
    monkeypatch.setattr(of_store, "EPOCHS", 3)

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            for n in range(10):
                await put(station, event(1, epoch=f"{n:08x}"), track(2, 5, epoch=f"{n:08x}"))
            assert len(station.store.journals_of("lc", "bus-01")) == 3
            await put(station, event(1, epoch=f"{0:08x}"), track(2, 6, epoch=f"{0:08x}"))
            assert await count(station, "events") == 10, "the forgotten journal is read again"
            assert await count(station, "positions") == 51
            assert await count(station, "quarantine") == 0
        async with running(settings) as station:
            assert len(station.store.journals_of("lc", "bus-01")) == 3

    asyncio.run(scenario())


@on_one_database
def test_numbers_without_sense_are_kept_aside(settings, broker, monkeypatch):
    """Every range of numbers is written with each commit."""
    monkeypatch.setattr(of_rows, "RANGES", 5)

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            await put(station, *[event(2 * n) for n in range(1, 9)])
            assert await count(station, "events") == 5
            await put(station, event(3), event(11))
            assert await count(station, "events") == 7, "what closes a gap is taken"
            await until(lambda: count_is(station, "quarantine", 3))
            assert any(r.kind == "untrusted" for r in station.alarms.at_hand.values())

    asyncio.run(scenario())


@on_one_database
def test_an_occurrence_without_end_keeps_its_worst_and_its_beginning(settings, broker,
                                                                     monkeypatch):  # fmt: skip
    from station.alarms import change

    monkeypatch.setattr(change, "_EVENTS", 3)

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            kind = "going_on_for_ever"  # of newer firmware: any severity
            await put(station, event(1, kind, "warning"), event(2, kind, "alarm", occ=1))
            told = [event(n, kind, "warning", "updated", occ=1) for n in range(3, 21)]
            await put(station, *told[:9])
            await put(station, *told[9:])
            (alarm,) = station.alarms.at_hand.values()
            assert (alarm.severity, alarm.occ, alarm.journal_id) == ("alarm", 1, 1)

    asyncio.run(scenario())


@on_one_database
def test_the_oldest_message_that_waits_is_the_lag(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            assert station.records.lag_s() == 0
            async with station.db.write():
                with telling(broker) as bus:
                    bus.say(event(1, epoch=EPOCH))
                await until(lambda: station.broker.records.oldest_ms() is not None)
                station.clock.set(station.clock.now_ms() + 7000)
                assert 7 <= station.records.lag_s() < 60
            await until(lambda: station.records.lag_s() == 0)

    asyncio.run(scenario())


@on_one_database
def test_a_batch_that_fails_for_whatever_reason_comes_again(settings, broker, monkeypatch):
    """Without that, its messages stay unacknowledged, and so do all that come after it."""

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            sort, failed = station.records.intake.sort, []

            def fails_once(batch):
                if not failed:
                    failed.append(batch)
                    raise RuntimeError("a mistake of ours")
                return sort(batch)

            monkeypatch.setattr(station.records.intake, "sort", fails_once)
            with telling(broker) as bus:
                bus.say(*[event(n) for n in range(1, 6)])
                await until(lambda: count_is(station, "events", 5))
                await until(lambda: station.broker.records.oldest_ms() is None)
                bus.say(event(6))
                await until(lambda: count_is(station, "events", 6))

    asyncio.run(scenario())
