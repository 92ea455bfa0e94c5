"""Who leads on a PostgreSQL database: one station at each moment, and none that only thinks so."""

import asyncio
import struct

import asyncpg
import pytest
from sqlalchemy import insert, select, text, update
from station_told import connected, count, event, running, telling, until

from station.alarms.rows import write_log
from station.clock import Clock
from station.db import lease
from station.db.changes import Changes
from station.db.database import Database, is_away
from station.db.leader_table import leader
from station.db.tables import own
from station.live.health import Health
from station.live.hub import Hub
from station.live.services import Services
from station.notices.queue import NoticeQueue
from station.notices.routes import Route
from station.settings import Settings


@pytest.fixture
def quick(monkeypatch):
    """A lease of a second: nothing here takes as long."""
    monkeypatch.setattr(lease, "LEASE_S", 1.5)
    monkeypatch.setattr(lease, "_LENGTHEN_S", 0.2)
    monkeypatch.setattr(lease, "_MARGIN_S", 0.2)
    monkeypatch.setattr(lease, "DEAF_S", 1)


@pytest.fixture
def two(cluster):
    """Two processes' databases, upgraded; the first one leads."""
    address = cluster.emptied()

    async def made():
        first, second = Database(address), Database(address)
        await first.upgrade()
        assert await first.claim()
        return first, second

    return made


async def stops(database):
    """As SIGSTOP does: nothing of it goes on, and its connections stand."""
    database.lease._keeping.cancel()


async def write(database, name):
    async with database.write() as connection:
        await connection.execute(insert(own).values(name=name, value=""))


async def names(database):
    async with database.read() as connection:
        return set((await connection.execute(select(own.c.name))).scalars())


def test_a_leader_keeps_its_lease_and_gives_it_back(two, quick):
    async def scenario():
        first, second = await two()
        await asyncio.sleep(2)
        assert not await second.claim() and first.lease.is_sure
        await first.close()
        assert await second.claim()  # at once
        await second.close()

    asyncio.run(scenario())


def test_one_that_was_stopped_writes_nothing_after_another_took_over(two, quick):
    async def scenario():
        first, second = await two()
        await write(first, "before")
        await stops(first)
        await until(second.claim)
        assert not first.lease.is_sure
        with pytest.raises(OSError) as refused:
            await write(first, "late")
        assert is_away(refused.value)  # so the broker keeps the records
        assert first.lease.lost.is_set() and not first.leads
        await write(second, "after")
        assert await names(second) >= {"before", "after"}
        assert "late" not in await names(second)
        await first.close()
        assert second.leads and second.lease.is_sure
        await second.close()

    asyncio.run(scenario())


def test_one_that_was_stopped_in_the_middle_of_a_transaction_holds_nobody_up(two, quick):
    """Its connection stands, and with it every lock that it has."""

    async def scenario():
        first, second = await two()
        begun, goes_on = asyncio.Event(), asyncio.Event()

        async def writes():
            async with first.write() as connection:
                await connection.execute(text("LOCK TABLE alarm_log IN EXCLUSIVE MODE"))
                await first.lease.check(connection)
                begun.set()
                await goes_on.wait()
                await connection.execute(insert(own).values(name="late", value=""))

        task = asyncio.create_task(writes())
        await begun.wait()
        await stops(first)
        await until(second.claim)
        async with second.write() as connection:
            await connection.execute(text("LOCK TABLE alarm_log IN EXCLUSIVE MODE"))
        goes_on.set()
        with pytest.raises(Exception) as failed:
            await task
        assert is_away(failed.value)
        assert "late" not in await names(second)
        for one in (first, second):
            await one.close()

    asyncio.run(scenario())


def test_a_lease_that_nobody_took_goes_on_after_the_database_was_away(two, quick, cluster):
    async def scenario():
        first, second = await two()
        cluster.halt()
        await asyncio.sleep(1.5)
        assert not first.lease.is_sure and first.leads
        cluster.start()
        await until(lambda: first.lease.is_sure)
        await write(first, "again")
        assert not await second.claim()
        for one in (first, second):
            await one.close()

    asyncio.run(scenario())


async def starts(reader, writer):
    """PostgreSQL while it starts: to whoever connects it says 57P03."""
    if (await reader.readexactly(8))[4:] == bytes.fromhex("04d2162f"):  # TLS is asked for
        writer.write(b"N")
        await reader.read(1)
    said = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
    writer.write(b"E" + struct.pack(">I", len(said) + 4) + said)
    await writer.drain()
    writer.close()


def test_a_server_that_starts_is_away():
    async def scenario():
        async with await asyncio.start_server(starts, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            database = Database(f"postgresql://station@127.0.0.1:{port}/station")
            for work in (database.probe(), database.claim()):
                with pytest.raises(Exception) as refused:
                    await work
                assert is_away(refused.value), refused.value
            await database.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("error", [asyncpg.CannotConnectNowError("starts"), KeyError("anything")])
def test_nothing_ends_the_keeping_of_the_lease(two, quick, error, monkeypatch):
    async def fails():
        raise error

    async def scenario():
        first, second = await two()
        services = Services(Clock(), Hub(), first, 5)
        health = Health(first, services)
        await health.ask()
        assert services.database.ok
        with monkeypatch.context() as patch:
            patch.setattr(first.lease, "_lengthen", fails)
            await until(lambda: not first.lease.is_sure)
            await health.ask()
            assert not services.database.ok  # it takes no records, whatever the database says
        await until(lambda: first.lease.is_sure)
        await health.ask()
        assert services.database.ok
        for one in (first, second):
            await one.close()

    asyncio.run(scenario())


def test_a_leader_without_a_broker_gives_way_to_a_station_that_has_one(two, quick):
    async def scenario():
        first, second = await two()
        first.lease.is_deaf = lambda: True
        await asyncio.sleep(1.5)
        assert not await second.claim(hears=False) and first.lease.is_sure
        await until(lambda: second.claim(hears=True))
        await until(first.lease.lost.is_set)
        for one in (first, second):
            await one.close()

    asyncio.run(scenario())


def test_a_station_whose_term_is_over_takes_no_record_and_ends_its_role(cluster, broker):
    settings = Settings(broker=(broker.host, broker.port), db=cluster.emptied(),
                        accept_unsealed=True)  # fmt: skip

    async def scenario():
        async with running(settings) as first:
            await connected(first)
            other = Database(settings.db)
            async with other.write() as connection:
                later = leader.c.term + 1
                await connection.execute(update(leader).values(term=later, holder="other"))
            with telling(broker) as bus:
                bus.say(event(1))
            await until(first.over.is_set)
            assert await count(first, "events") == 0
            await other.close()
        async with other.write() as connection:
            await connection.execute(update(leader).values(until_ms=0))
        async with running(settings) as second:
            await until(lambda: second.alarms.at_hand)  # the broker had kept it
        await other.close()

    asyncio.run(scenario())


def test_a_process_is_told_what_another_one_wrote_and_not_what_it_wrote_itself(two):
    async def scenario():
        first, second = await two()
        heard = []

        def hearing(database):
            async def policy(numbers):
                heard.append((database.application, numbers))

            return asyncio.create_task(Changes(database, {"policy": policy}).watch())

        tasks = [hearing(first), hearing(second)]
        await until(lambda: len(heard) == 2)  # each reads everything at its start
        async with second.write() as connection:
            await connection.execute(
                text("INSERT INTO policies (fleet, hash, pack, put_ms) VALUES ('f', 'h', '{}', 1)")
            )
        await until(lambda: len(heard) > 2)
        await asyncio.sleep(0.3)
        assert heard[2:] == [(first.application, [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in (first, second):
            await one.close()

    asyncio.run(scenario())


def test_who_may_have_lost_the_lease_sends_no_notice(two, quick):
    """It reads what is due, and the new leader sends the same."""
    sent = []

    async def send(*said):
        sent.append(said)

    async def scenario():
        first, second = await two()
        route = Route(name="duty", to="json://127.0.0.1/")
        queue = NoticeQueue(first, Clock(), [route], send)
        async with first.write() as connection:
            for line in (
                "INSERT INTO buses (id, fleet, bus) VALUES (1, 'lc', 'bus-01')",
                "INSERT INTO alarms (id, bus_id, kind, severity, exercise, clock, heard_ms, late, "
                "data, why) VALUES (1, 1, 'sos', 'alarm', false, 'gnss', 1, false, '{}', '{}')",
            ):
                await connection.execute(text(line))
        await queue.collect()  # from here on
        async with first.write() as connection:
            await write_log(connection, 1, Clock().now_ms(), "station", "heard")
        await queue.collect()
        await stops(first)
        await until(lambda: not first.may_send)
        await queue.deliver_due()
        assert sent == []
        await NoticeQueue(second, Clock(), [route], send).deliver_due()
        assert len(sent) == 1
        for one in (first, second):
            await one.close()

    asyncio.run(scenario())
