"""Two stations on one broker: each hears all, and neither takes anything from the other."""

import asyncio

import pytest
from sqlalchemy import delete
from station_told import At, connected, event, rows, running, telling, track, until

from sim.network import brokers
from station.db import tables
from station.db.database import Database
from station.db.own import own_id
from station.settings import Address, Settings


@pytest.mark.parametrize("kind", ["mosquitto", "nats-server"])
def test_a_second_station_hears_all_and_takes_nothing(kind, tmp_path):
    if brokers.executable(kind) is None:
        pytest.skip(f"{kind} is missing")

    async def scenario(broker):
        address = Address(broker.host, broker.port)
        city, laptop = (
            Settings(broker=address, db=str(tmp_path / name), accept_unsealed=True)
            for name in ("city.db", "laptop.db")
        )
        async with running(city) as first:
            await connected(first)
            async with running(laptop) as second:
                await connected(second)
                with telling(broker) as bus:
                    bus.say(*[event(n, "sos") for n in range(1, 13)], track(20, 5))
                await until(lambda: all(len(s.alarms.at_hand) == 12 for s in (first, second)))
        with telling(broker) as bus:
            bus.say(event(13, "sos"))  # the broker keeps it for both
        for settings in (laptop, city):
            async with running(settings) as station:
                await until(lambda: len(station.alarms.at_hand) == 13)

    with brokers.start(kind) as broker:
        asyncio.run(scenario(broker))


def test_a_database_draws_its_id_once_and_one_from_before_keeps_its_names(settings, broker):
    async def scenario():
        database = Database(settings.db)
        await database.upgrade()
        first = await own_id(database)
        assert len(first) == 16 and first == await own_id(database)
        await database.close()
        async with At(settings).running() as station:
            await connected(station)
            assert station.broker.records._client._client_id.decode() == (
                f"busguard-station-{first}-records"
            )
            with telling(broker) as bus:
                bus.say(event(1))
            await until(lambda: station.alarms.at_hand)
            async with station.db.write() as connection:
                await connection.execute(delete(tables.own))
        async with At(settings).running() as station:
            await connected(station)
            client = station.broker.records._client._client_id.decode()
            assert client == "busguard-station-records"
            ids = [row for row in await rows(station, tables.own) if row.name == "id"]
            assert len(ids) == 1

    asyncio.run(scenario())
