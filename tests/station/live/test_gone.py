"""A bus that is no more is taken off the list, and stays off until it is heard of again."""

import asyncio
import json

from station_told import At, connected, event, rows, signed_in, state, status, telling, until

from station.db.tables import access_log, alarms, events
from station.live.sight import EVERYTHING

PATH = "/api/buses/lc/bus-01/gone"


async def listed(client):
    live = (await client.get("/api/live")).json()
    return [bus["bus"] for bus in live["buses"]], [alarm["kind"] for alarm in live["alarms"]]


def test_off_the_list_through_a_restart_and_back_when_it_speaks(settings, broker):
    at = At(settings)

    async def scenario():
        with telling(broker) as bus:
            async with at.running() as station:
                await connected(station)
                bus.say(status(), state(taken=[3]), event(1))
                await until(lambda: station.alarms.at_hand)
                client = await signed_in(station, "boss", "admin")
                assert (await client.post(PATH)).json()["detail"].endswith("is connected.")
                at.passes(600)
                await until(lambda: len(station.alarms.at_hand) == 2)
                assert await listed(client) == (["bus-01"], ["going_dark", "sos"])
                refused = await client.post(PATH)
                assert refused.status_code == 409 and "not acknowledged" in refused.json()["detail"]
                for number in list(station.alarms.at_hand):
                    await client.post(f"/api/alarms/{number}/ack", json={"note": "sold"})
                assert (await client.post(PATH)).status_code == 204
                assert await listed(client) == ([], [])
                assert (await client.post(PATH)).status_code == 404
                assert all(row.cleared_ms for row in await rows(station, alarms))
                (line,) = [one for one in await rows(station, access_log) if one.what == "gone"]
                assert (line.who, line.bus) == ("boss", "bus-01")
            async with at.running() as station:
                await connected(station)
                client = await signed_in(station, "boss", "admin")
                await asyncio.sleep(0.5)  # the broker has kept its last status and state
                at.passes(3600)
                await asyncio.sleep(0.5)
                assert await listed(client) == ([], [])
                assert len(await rows(station, events)) == 1, "its records stay"
                bus.say(status(online=False))
                await asyncio.sleep(0.3)
                assert await listed(client) == ([], []), "a last will is no sign of life"
                bus.say(state(at_ms=station.clock.now_ms()))
                await until(lambda: next(iter(station.live), None))
                assert await listed(client) == (["bus-01"], [])
                await station.saved.save()  # as every five seconds
            async with at.running() as station:
                assert [one.bus for one in station.live] == ["bus-01"]

    asyncio.run(scenario())


def test_records_bring_it_back_too_and_only_an_administrator_takes_it_off(settings, broker):
    at = At(settings)

    async def scenario():
        async with at.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1, "overspeed", "warning"))
                await until(lambda: station.live.get("lc", "bus-01"))
                client = await signed_in(station, "boss", "duty")
                assert (await client.post(PATH)).status_code == 403
                client = await signed_in(station, "boss", "admin")
                assert (await client.post(PATH)).status_code == 204
                assert await listed(client) == ([], [])
                bus.say(event(2, "overspeed", "warning"))
                await until(lambda: next(iter(station.live), None))

    asyncio.run(scenario())


def test_who_looks_at_a_page_is_told(settings, broker):
    at = At(settings)

    async def scenario():
        async with at.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1, "overspeed", "warning"))
                await until(lambda: station.live.get("lc", "bus-01"))
            client = await signed_in(station, "boss", "admin")
            stream = station.hub.listen(EVERYTHING)
            assert await anext(stream) == b"retry: 2000\n\n"
            told = asyncio.create_task(anext(stream))
            await client.post(PATH)
            text = (await asyncio.wait_for(told, 5)).decode()
            while "event: gone" not in text:
                text += (await asyncio.wait_for(anext(stream), 5)).decode()
            body = text.split("event: gone\ndata: ")[1].split("\n")[0]
            assert json.loads(body) == {"fleet": "lc", "bus": "bus-01"}

    asyncio.run(scenario())


def test_who_asks_for_a_bus_that_does_not_exist_enters_none(settings, broker):
    at = At(settings)

    async def scenario():
        async with at.running() as station:
            await connected(station)
            client = await signed_in(station, "boss", "viewer")
            asked = await client.get("/api/buses/lc/bus-78/day/2026-11-25")
            assert asked.status_code == 404 and "lc/bus-78" in asked.json()["detail"]
            assert not [line for line in await rows(station, access_log) if line.what == "track"]
            assert station.gaps.of("lc", "bus-78") == []
            assert await listed(client) == ([], [])
            assert station.live.get("lc", "bus-78") is None

    asyncio.run(scenario())
