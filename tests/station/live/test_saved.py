"""What the station writes down of many buses holds the database for a moment only: the records of
all wait meanwhile."""

import asyncio
import json

from counted import Counted
from station_told import (
    NOW_MS,
    connected,
    count,
    event,
    on_one_database,
    rows,
    running,
    state,
    telling,
    until,
)

from station.db import tables
from station.identity.register import Identity


@on_one_database
def test_states_of_many_new_buses_cost_a_few_statements(settings, broker):
    async def scenario():
        async with running(settings) as station:
            body = json.loads(state()[1])
            for number in range(200):
                station.live.state("lc", f"bus-{number:03}", body, False, NOW_MS)
            counted = Counted(station)
            await station.saved.save()
            assert await count(station, "buses") == 200
            first, counted.statements = counted.statements, 0
            station.live.state("lc", "bus-007", body, False, NOW_MS)
            await station.saved.save()
            assert first < 60, "each bus had three of its own"
            assert counted.statements < 20, "a bus that is known is not entered again"

    asyncio.run(scenario())


@on_one_database
def test_that_many_identities_were_seen_costs_a_few_statements(settings, broker):
    one = Identity(0, "lc", "", "", "password", bytes(32), 1, None, None, None, None)

    async def scenario():
        async with running(settings) as station:
            identities = [
                {**one._asdict(), "id": number, "bus": f"bus-{number:03}", "serial": f"{number:x}",
                 "mac_key": bytes(32).hex(), "made_by": "x"}
                for number in range(1, 201)
            ]  # fmt: skip
            identities.append({**identities[0], "id": 201, "serial": "new"})
            async with station.db.write() as connection:
                await connection.execute(tables.identities.insert(), identities)
            await station.register.read()
            for number in range(2, 202):
                station.register.seen(one._replace(id=number), NOW_MS)
            counted = Counted(station)
            await station.register.save()
            assert counted.statements < 60, "each had three of its own"
            found = {row.id: row for row in await rows(station, tables.identities)}
            assert [found[n].first_seen_ms for n in (1, 2, 201)] == [None, NOW_MS, NOW_MS]
            assert found[1].revoked_by == "rotation", "its board has the new one"
            assert found[2].revoked_by is None
            station.register.seen(one._replace(id=2), NOW_MS + 5)
            await station.register.save()
            (row,) = [row for row in await rows(station, tables.identities) if row.id == 2]
            assert (row.first_seen_ms, row.last_seen_ms) == (NOW_MS, NOW_MS + 5)

    asyncio.run(scenario())


@on_one_database
def test_alarms_that_their_buses_end_are_ended_together(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(*[event(number) for number in range(1, 41)])
            await until(lambda: len(station.alarms.at_hand) == 40)
            counted = Counted(station)
            changes = [(number, {"escalated_ms": NOW_MS}, "escalated")
                       for number in station.alarms.at_hand]  # fmt: skip
            await station.alarms._change(changes)
            assert counted.commits < 10, "each had one of its own"
            log = [row.what for row in await rows(station, tables.alarm_log)]
            assert log.count("escalated") == 40

    asyncio.run(scenario())
