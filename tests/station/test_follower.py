"""A process that takes no records shows what the leader shows, and writes only what staff do."""

import asyncio
import contextlib

import pytest
from commanded_bus import Bus
from station_told import (
    NOW_MS,
    PASSWORD,
    browser,
    connected,
    count,
    event,
    rows,
    running,
    signed_in,
    state,
    status,
    telling,
    track,
    until,
)  # fmt: skip

from sim.bus.city import City
from station.clock import FollowedClock
from station.db import tables
from station.db.database import Database
from station.settings import Settings
from station.station import Station


@pytest.fixture
def settings(cluster, broker):
    return Settings(broker=(broker.host, broker.port), db=cluster.emptied(), accept_unsealed=True,
                    city_key=City().pem)  # fmt: skip


@contextlib.asynccontextmanager
async def both(settings):
    """-> the leader, a page process, and the clock of both."""
    clock = FollowedClock(NOW_MS)
    async with running(settings, clock) as leader:
        page = Station(settings.model_copy(update={"role": "page"}), clock, leads=False)
        await page.start()
        try:
            await connected(leader)
            await until(lambda: page.services.broker.ok)
            yield leader, page, clock
        finally:
            await page.stop()


def test_it_shows_what_the_leader_shows_and_an_answer_given_there_is_everywhere(settings, broker):
    async def scenario():
        async with both(settings) as (leader, page, _):
            with telling(broker) as bus:
                bus.say(status(), state(taken=[3]), event(1), track(2, 5))
            known = await until(lambda: page.live.get("lc", "bus-01"))
            await until(lambda: known.state and known.state["seats"]["taken"] == [3])
            alarm = await until(lambda: next(iter(page.alarms.at_hand), None))
            assert known.alarms
            officer = await signed_in(page, "anong", "duty")
            answer = await officer.post(f"/api/alarms/{alarm}/ack", json={"note": "called"})
            assert answer.status_code == 200
            await until(lambda: leader.alarms.at_hand[alarm].acked_by == "anong")
            day = "2026-11-22"
            assert (await officer.get("/api/buses/lc/bus-01/days")).json() == [day]
            shown = (await officer.get(f"/api/buses/lc/bus-01/day/{day}")).json()
            assert len(shown["events"]) == 1 and len(shown["track"]) == 5
            assert (await officer.get("/healthz")).json()["role"] == "page"

    asyncio.run(scenario())


def test_a_name_that_is_given_and_a_bus_that_is_taken_off_at_a_page_are_so_at_the_leader(
    settings, broker
):
    async def scenario():
        async with both(settings) as (leader, page, clock):
            with telling(broker) as bus:
                bus.say(state(phase="parked"), status(online=False))
            await until(lambda: all(s.live.get("lc", "bus-01") for s in (leader, page)))
            await leader.saved.save()
            boss = await signed_in(page, "boss", "admin")
            look = {"label": "Bus 1", "phone": None, "layout": None}
            assert (await boss.post("/api/buses/lc/bus-01", json=look)).status_code == 204
            await until(lambda: leader.live.bus("lc", "bus-01").label == "Bus 1")
            await until(lambda: page.live.bus("lc", "bus-01").online is False)
            assert (await boss.post("/api/buses/lc/bus-01/gone", json={})).status_code == 204
            await until(lambda: leader.live.bus("lc", "bus-01").gone_ms is not None)

    asyncio.run(scenario())


def test_a_silent_bus_is_shown_by_both_and_raised_once(settings, broker):
    async def scenario():
        async with both(settings) as (leader, page, clock):
            with telling(broker) as bus:
                bus.say(state(taken=[3]))
            await until(lambda: all(s.live.get("lc", "bus-01") for s in (leader, page)))
            clock.set(NOW_MS + 300_000)
            await until(lambda: page.live.bus("lc", "bus-01").dark_ms)
            await until(lambda: page.alarms.at_hand)
            assert await count(leader, "alarms") == 1
            (row,) = page.alarms.own()
            assert row.kind == "going_dark"
            with telling(broker) as bus:
                bus.say(state(clock.now_ms()))
            await until(lambda: page.live.bus("lc", "bus-01").dark_ms is None)

    asyncio.run(scenario())


def test_an_officer_at_a_page_commands_a_bus_with_a_number_that_rises(settings, broker):
    async def scenario():
        async with both(settings) as (leader, page, _):
            bus = Bus(broker, (True, "Until then."))
            with telling(broker) as teller:
                teller.say(state(), status())
                for station, name in ((page, "anong"), (leader, "somchai"), (page, "anong")):
                    await until(
                        lambda s=station: (one := s.live.get("lc", "bus-01")) and one.online
                    )
                    officer = await signed_in(station, name, "duty")
                    body = {"seats": [7], "days": 3}
                    told = await officer.post("/api/buses/lc/bus-01/out_of_service", json=body)
                    assert told.status_code == 200, told.text
            numbers = [request["n"] for _, request in bus.requests]
            assert len(numbers) == 3 and numbers == sorted(set(numbers))
            bus.leave()

    asyncio.run(scenario())


def test_wrong_passwords_are_counted_together_and_a_session_ends_everywhere(settings):
    async def scenario():
        async with both(settings) as (leader, page, _):
            await leader.accounts.put("anong", "duty", PASSWORD)
            codes = []
            for number in range(14):
                station = (leader, page)[number % 2]
                station.accounts._pause = _no_pause
                wrong = {"name": "anong", "password": "not this one"}
                codes.append((await browser(station).post("/api/login", json=wrong)).status_code)
            assert codes[:8] == [401] * 8 and codes[-1] == 429
            boss = await signed_in(page, "boss", "admin")
            assert (await boss.get("/api/me")).status_code == 200
            at_leader = browser(leader)
            at_leader.cookies = boss.cookies
            assert (await at_leader.get("/api/me")).status_code == 200
            boss_token = {"X-CSRF-Token": boss.headers["X-CSRF-Token"]}
            await at_leader.post("/api/logout", headers=boss_token)

            async def is_out():
                return (await boss.get("/api/me")).status_code == 401

            await until(is_out, seconds=5)

    asyncio.run(scenario())


async def _no_pause(_):
    pass


def test_it_writes_nothing_of_what_it_hears(settings, broker):
    async def scenario():
        database = Database(settings.db)
        await database.upgrade()
        page = Station(settings.model_copy(update={"role": "page"}), FollowedClock(NOW_MS),
                       database, leads=False)  # fmt: skip
        await page.start()
        await until(lambda: page.services.broker.ok)
        with telling(broker) as bus:
            bus.say(status(), state(taken=[3]), event(1), ("state", b"no json"), strict=False)
        await until(lambda: page.live.get("lc", "bus-01"))
        await asyncio.sleep(0.5)
        for table in (tables.buses, tables.events, tables.alarms, tables.quarantine):
            assert await rows(page, table) == [], table.name
        await page.stop()
        await database.close()

    asyncio.run(scenario())
