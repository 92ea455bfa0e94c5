"""Notices are watched themselves: when they stop, the page and the routes that work say so."""

import asyncio
from datetime import datetime

from notice_desk import Desk, Now, played
from station_told import on_one_database

from station.clock import LOCAL
from station.live.hub import Hub
from station.live.services import Services
from station.notices.heartbeat import Heartbeat

AT_8 = int(datetime(2026, 11, 23, 8, 0, tzinfo=LOCAL).timestamp() * 1000)


def heart(desk, url=None, ping=None):
    services = Services(desk.clock, Hub(), desk.db, 5)
    made = Heartbeat(desk.queue, desk.db, desk.clock, services, url, ping)
    made.services = services
    return made


@on_one_database
def test_a_route_that_fails_is_said_on_one_that_works_and_its_end_too(db):
    async def story(desk):
        beats = heart(desk)
        await beats.beat()
        assert desk.sent == []
        desk.fails = {"line"}
        for number in range(3):
            await desk.raises(f"bus-{number}", "sos")
        await desk.turn()
        del desk.sent[:]
        for _ in range(3):
            await beats.beat()
        ((route, title, body),) = desk.sent
        assert route == "mail" and title == "The station's notices do not work"
        assert "line" in body
        assert not beats.services.view()["notices"]["ok"]
        desk.fails = set()
        for _ in range(6):
            desk.clock.ms += 31_000
            await desk.turn()
        await desk.queue.collect()
        del desk.sent[:]
        await beats.beat()
        assert {title for _, title, _ in desk.sent} == {"The station's notices work again"}
        assert beats.services.view()["notices"]["ok"]

    played(db, {"name": "line"}, {"name": "mail"})(story)


@on_one_database
def test_a_route_that_failed_is_known_after_a_restart(db):
    async def story():
        desk = Desk(db, {"name": "line"})
        async with desk.open():
            desk.fails = {"line"}
            await desk.raises("bus-1", "sos")
            for _ in range(40):
                await desk.turn()
                desk.clock.ms += 900_000
            assert (await desk.rows())[0].dead_ms
        async with desk.open():
            await desk.queue._recall()
            assert not desk.queue.health()["ok"]
            desk.fails = set()
            await desk.raises("bus-1", "crash")
            await desk.turn()
            assert desk.queue.health()["ok"]

    asyncio.run(story())


@on_one_database
def test_one_that_waits_too_long_is_said_and_one_that_waits_on_purpose_is_not(db):
    async def story(desk):
        await desk.raises("bus-1")
        await desk.turn()
        await desk.raises("bus-1")
        await desk.queue.collect()
        desk.clock.ms += 400_000
        await desk.queue.collect()
        assert desk.queue.health()["ok"] and desk.queue.health()["waiting"] == 1
        desk.clock.ms += 600_000
        await desk.queue.collect()
        health = desk.queue.health()
        assert not health["ok"] and health["oldest_unsent_s"] == 400
        beats = heart(desk)
        await beats.beat()
        assert "waited for 400 s" in desk.sent[-1][2]

    played(db)(story)


@on_one_database
def test_a_log_that_is_not_read_is_not_healthy(db, monkeypatch):
    async def story(desk):
        assert desk.queue.health()["ok"]
        desk.queue._collected_s -= 301
        assert not desk.queue.health()["ok"]

    played(db)(story)


def test_the_sign_of_life_comes_once_a_day_also_after_a_restart(db):
    async def story():
        clock = Now()
        desk = Desk(db, {"name": "duty", "heartbeat": "08:00"}, {"name": "other"}, clock=clock)
        told = []
        for clock.ms in (AT_8 - 1000, AT_8, AT_8 + 60_000, AT_8 + 7_200_000, AT_8 + 86_400_000):
            async with desk.open():
                await heart(desk).beat()
            told.append(len(desk.sent))
        assert told == [0, 1, 1, 1, 2]
        assert {name for name, _, _ in desk.sent} == {"duty"}

    asyncio.run(story())


@on_one_database
def test_an_address_on_the_web_is_asked_every_minute_while_notices_work(db):
    async def story(desk):
        asked = []
        beats = heart(desk, "http://127.0.0.1:9/x", asked.append)
        for _ in range(25):
            await beats.beat()
            desk.clock.ms += 5000
        assert len(asked) == 3
        desk.queue._collected_s -= 301
        desk.clock.ms += 120_000
        await beats.beat()
        assert len(asked) == 3

    played(db)(story)
