"""Who may come in, and what is kept of it; the API as a browser uses it."""

import asyncio
import re

import pytest
from sqlalchemy import text, update
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
    telling,
    track,
    until,
)

from station.api.live import _while_signed_in
from station.app import make_app
from station.clock import DAY_MS, FollowedClock
from station.db import tables
from station.db.database import Database, DatabaseError
from station.live import hub

OPEN_TO_ALL = {"/api/login", "/healthz", "/metrics"}


def test_nothing_without_signing_in_and_only_what_the_role_may(settings, broker):
    async def scenario():
        async with running(settings) as station:
            nobody = browser(station)
            open_to_all = set()
            for route in make_app(station).openapi()["paths"]:
                path = re.sub(r"{number}", "1", route).replace("{day}", "2026-11-22")
                path = re.sub(r"{\w+}", "x", path)
                answers = [await nobody.get(path), await nobody.post(path, json={})]
                codes = {answer.status_code for answer in answers}
                if 401 not in codes or not codes <= {401, 404, 405}:
                    open_to_all.add(route)
            assert open_to_all == OPEN_TO_ALL
            viewer = await signed_in(station, "view", "viewer")
            assert (await viewer.get("/api/live")).status_code == 200
            assert (await viewer.post("/api/alarms/1/ack", json={})).status_code == 403
            assert (await viewer.get("/api/users")).status_code == 403
            duty = await signed_in(station, "duty", "duty")
            assert (await duty.post("/api/alarms/1/ack", json={})).status_code == 404
            assert (await duty.get("/api/log")).status_code == 403
            del duty.headers["X-CSRF-Token"]
            assert (await duty.post("/api/alarms/1/ack", json={})).status_code == 403
            admin = await signed_in(station, "boss", "admin")
            only = {"name": "boss", "role": "viewer"}
            assert (await admin.post("/api/users", json=only)).status_code == 409
            out = {"name": "duty", "role": "duty", "enabled": False}
            assert (await admin.post("/api/users", json=out)).status_code == 204
            assert (await duty.get("/api/me")).status_code == 401
            assert (await admin.post("/api/logout")).status_code == 204
            assert (await admin.get("/api/me")).status_code == 401

    asyncio.run(scenario())


WRONG = [
    ("get", "/api/alarms?from=yesterday", None),
    ("get", "/api/alarms?limit=0", None),
    ("get", "/api/alarms?fleet=a%00b", None),
    ("get", "/api/reports?fleet=lc&month=9999-12", None),
    ("get", "/api/places?fleet=%00", None),
    ("post", "/api/alarms/1/ack", {"note": "a\0b"}),
    ("post", "/api/alarms/1/ack", {"note": "a" * 2001}),
    ("post", "/api/buses/lc/bus-01", {"layout": {"rows": [[10**30]]}}),
    ("post", "/api/users", {"name": "a\0", "role": "duty", "password": PASSWORD}),
    ("post", "/api/users", {"name": " boss", "role": "duty", "password": PASSWORD}),
    ("post", "/api/users", {"name": "boss ", "role": "duty", "password": PASSWORD}),
    ("post", "/api/users", {"name": "boss\u200d", "role": "duty", "password": PASSWORD}),
    ("post", "/api/login", {"name": "a\0", "password": PASSWORD}),
    ("post", "/api/policies/lc", {"text": '{"v": 1, "stops": [{"id": "a", "at": [NaN, 1e999]}]}'}),
    ("post", "/api/policies/lc", {"text": "[" * 100_000}),
]


def test_a_wrong_question_is_answered_in_words_and_never_with_500(settings, broker):
    async def scenario():
        async with running(settings) as station:
            client = await signed_in(station, "boss", "admin")
            for method, path, body in WRONG:
                more = {} if body is None else {"json": body}
                answer = await client.request(method, path, **more)
                assert answer.status_code == 422, (path, answer.text)
                assert isinstance(answer.json()["detail"], str)

    asyncio.run(scenario())


def test_passwords_and_cookies_are_not_kept(settings, broker):
    async def scenario():
        async with running(settings) as station:
            client = await signed_in(station, "anong", "duty")
            cookie = client.cookies["station"]
            kept = repr(await rows(station, tables.users)) + repr(
                await rows(station, tables.sessions)
            )
            assert PASSWORD not in kept and cookie not in kept and "$argon2id$" in kept
            right = {"name": "anong", "password": PASSWORD}
            answer = await client.post("/api/login", json=right)
            assert answer.status_code == 200
            words = answer.headers["set-cookie"].lower()
            assert "httponly" in words and "samesite=strict" in words
            station.clock.set(station.clock.now_ms() + settings.session_hours * 3_600_000)
            assert (await client.get("/api/me")).status_code == 401

    asyncio.run(scenario())


def test_who_is_there_stays_signed_in_and_who_is_not_does_not(settings, broker):
    async def scenario():
        async with running(settings) as station:
            client = await signed_in(station, "anong", "duty")
            half_ms = settings.session_hours * 3_600_000 // 2
            for _ in range(14):  # a week
                station.clock.set(station.clock.now_ms() + half_ms + 60_000)
                assert (await client.get("/api/me")).status_code == 200
            station.clock.set(station.clock.now_ms() + 2 * half_ms)
            assert (await client.get("/api/me")).status_code == 401

    asyncio.run(scenario())


def test_a_stream_ends_with_its_session(settings, broker, monkeypatch):
    monkeypatch.setattr(hub, "PING_S", 0.1)

    async def scenario():
        async with running(settings) as station:
            client = await signed_in(station, "anong", "duty")
            who = await station.accounts.who(client.cookies["station"])
            news = _while_signed_in(station, client.cookies["station"], "192.0.2.1", who)
            for _ in range(3):
                await anext(news)
            assert station.hub.listeners == 1
            await station.accounts.change("anong", enabled=False)
            with pytest.raises(StopAsyncIteration):
                await asyncio.wait_for(anext(news), 5)
            assert station.hub.listeners == 0

    asyncio.run(scenario())


def test_a_day_of_a_bus_is_shown_and_the_look_is_logged(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(track(1, 3), event(4, at_ms=None), state())
            await until(lambda: station.alarms.at_hand)
            admin = await signed_in(station, "boss", "admin")
            root = "/api/buses/lc/bus-01"
            assert (await admin.get(root + "/days")).json() == ["2026-11-22"]
            day = (await admin.get(root + "/day/2026-11-22")).json()
            assert day["track"][0] == [NOW_MS // 1000, 13.0827, 100.8833, 41.5, 183]
            assert [(e["seq"], e["at"], e["clock"]) for e in day["events"]] == [(4, None, "none")]
            assert (await admin.get(root + "/day/2026-11-21")).json()["track"] == []
            assert (await admin.get(root + "/day/yesterday")).status_code == 422
            log = (await admin.get("/api/log")).json()
            looks = [(line["who"], line["bus"], line["day"]) for line in log]
            assert looks == [("boss", "bus-01", "2026-11-21"), ("boss", "bus-01", "2026-11-22")]
            (alarm,) = (await admin.get("/api/alarms?state=active&from=2026-11-22")).json()
            assert alarm["raised_at"] is None and not alarm["late"]
            live = (await admin.get("/api/live")).json()
            assert [(b["bus"], b["show"], b["stale"]) for b in live["buses"]] == [
                ("bus-01", "alarm", False)
            ]
            assert (await browser(station).get("/healthz")).status_code == 200

    asyncio.run(scenario())


def test_tracks_expire_and_stay_away_when_they_come_again(settings, broker):
    clock = FollowedClock(NOW_MS)

    async def scenario():
        async with running(settings, clock) as station:
            await connected(station)
            wrong_s = NOW_MS // 1000 - 20 * 365 * 86_400
            messages = [track(1, 5), track(6, 1, t=wrong_s), event(7)]
            with telling(broker) as bus:
                bus.say(*messages)
                await until(lambda: station.alarms.at_hand)
                assert await station.expiry.run() == 0
                clock.set(NOW_MS + (settings.keep_tracks_days - 1) * DAY_MS)
                bus.say(track(8, 1, t=clock.now_ms() // 1000))
                await until(lambda: _has_positions(station, 7))
                assert await station.expiry.run() == 0
                clock.set(NOW_MS + (settings.keep_tracks_days + 1) * DAY_MS)
                assert await station.expiry.run() == 6
                bus.say(*messages, event(9))
                await until(lambda: 9 in {a.occ for a in station.alarms.at_hand.values()})
            assert [row.seq for row in await rows(station, tables.positions)] == [8]
            assert len(await rows(station, tables.events)) == 2

    asyncio.run(scenario())


async def _has_positions(station, n):
    return await count(station, "positions") == n


def test_a_database_of_a_newer_station_is_left_alone(db):
    async def scenario():
        database = Database(db)
        await database.upgrade()
        await database.upgrade()
        async with database.write() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(DatabaseError, match="newer station .revision 9999."):
            await database.upgrade()
        async with database.write() as connection:
            await connection.execute(update(tables.users).values(lang="en"))
        await database.close()

    asyncio.run(scenario())


def test_the_migrations_make_what_the_program_knows(db):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    async def scenario():
        database = Database(db)
        await database.upgrade()

        def compare(plain):
            return compare_metadata(MigrationContext.configure(plain), tables.metadata)

        async with database.read() as connection:
            assert await connection.run_sync(compare) == []
        await database.close()

    asyncio.run(scenario())
