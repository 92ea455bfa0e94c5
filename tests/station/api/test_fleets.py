"""Who sees which fleet: every route of the application is asked by a person of another one.

A route that is added later and forgets the person's sight fails here.
"""

import asyncio
import json
import re

import pytest
from station_told import (
    NOW_MS,
    PASSWORD,
    browser,
    connected,
    event,
    on_one_database,
    rows,
    running,
    signed_in,
    state,
    status,
    telling,
    track,
    until,
)

from station.api.guards import TheStation, Viewer
from station.api.live import _while_signed_in
from station.app import ROUTERS, make_app
from station.db import tables
from station.live.view import view
from station.policy.pack import put_pack

THEIRS = "zqx"
"""In every name of the fleet that must not be seen."""
FLEET, BUS, PHONE = "zqx-school", "zqx-01", "081-777-0000"
DAY = "2026-11-22"
ENDLESS = "/api/stream"
FILLED = {"fleet": (FLEET, "other"), "bus": (BUS,), "day": (DAY,), "number": ("1",),
          "ident": ("0" * 16,), "name": ("boss",)}  # fmt: skip
ASKED = [f"?day={DAY}", f"?day={DAY}&bus={BUS}", f"?day={DAY}&fleet={FLEET}",
         f"?day={DAY}&fleet=other&bus={BUS}", f"?day={DAY}&fleet={FLEET}&format=csv&report=alarms",
         f"?fleet=other&fleet={FLEET}&day={DAY}"]  # fmt: skip
BODIES = {"out_of_service": {"seats": [1], "days": 1}, "users": {"name": "x", "role": "duty"}}
SHOWN = {
    "/api/live", "/api/alarms", "/api/places", "/api/reports", "/api/feeds/buses.geojson",
    "/api/feeds/vehicle_positions.pb", "/api/feeds/alerts.pb",
    "/api/feeds/alarms.atom", "/api/feeds/alarms.cap.xml", "/api/alarms/{number}/ack",
    "/api/buses/{fleet}/{bus}/out_of_service",
}  # fmt: skip
"""What holds a name of the fleet, for a person who may see it."""
ENDS_A_SESSION = "/api/logout"


def routes(app):
    """(method, path) of everything that can be asked."""
    found = set()
    for route in [*app.routes, *(route for module in ROUTERS for route in module.router.routes)]:
        for method in set(getattr(route, "methods", None) or ()) - {"HEAD"}:
            found.add((method, route.path))
    named = {path for _, path in found}
    assert set(app.openapi()["paths"]) <= named, "a router that is not walked"
    return sorted(found - {("GET", ENDLESS), ("POST", ENDS_A_SESSION)})


def filled(path):
    """The path with the other fleet's names in it, and with one's own fleet."""
    paths = [path]
    for name in re.findall(r"{(\w+)}", path):
        values = FILLED.get(name)
        assert values, f"what shall stand for {{{name}}} in {path}?"
        paths = [one.replace(f"{{{name}}}", value) for one in paths for value in values]
    return paths


async def walk(app, client, marks=(THEIRS,)):
    """-> the routes whose answers hold one of the marks."""
    found = set()
    for method, path in routes(app):
        for one in filled(path):
            for query in ASKED if method == "GET" else ASKED[:1]:
                body = BODIES.get(path.rpartition("/")[2], {})
                more = {"json": body} if method not in ("GET", "HEAD") else {}
                answer = await client.request(method, one + query, **more)
                assert answer.status_code != 500, (method, one)
                text = answer.content + repr(answer.headers).encode()
                text = text.replace(f"other/{BUS}".encode(), b"")  # says what was asked
                if any(mark.encode() in text for mark in marks):
                    found.add(path)
    return found


async def person(station, app, name, role, fleets):
    client = await signed_in(station, name, role)
    client._transport.app = app
    await station.accounts.change(name, fleets=fleets)
    return client


async def no_answer(*_):
    raise TimeoutError(f"{FLEET}/{BUS} has not answered")


async def told(station, broker):
    """A fleet with a day, an alarm, a policy, a name and a telephone number."""
    await connected(station)
    with telling(broker, f"schoolbus/{FLEET}/{BUS}/") as bus:
        bus.say(track(1, 3), event(4, data={"seats": [7]}), state(next_s=3600), status())
        bus.say(event(5, kind="trip_started", severity="info", data={"trip": 3}))
    await until(lambda: station.alarms.at_hand and station.live.get(FLEET, BUS).status)
    station.commands.ask = no_answer
    boss = await signed_in(station, "boss", "admin")
    look = {"label": "zqx bus", "phone": PHONE, "layout": None}
    assert (await boss.post(f"/api/buses/{FLEET}/{BUS}", json=look)).status_code == 204
    at = [13.0, 100.0]
    flood = {"id": "zqx_flood", "kind": "flood", "circle": {"at": at, "radius_m": 50}}
    stop = {"id": "zqx_stop", "name": "zqx", "at": at}
    pack = {"v": 1, "version": 1, "stops": [stop], "zones": [flood]}
    await put_pack(station.db, FLEET, pack, "00000000", json.dumps(pack), NOW_MS)
    return boss


@on_one_database
def test_no_route_shows_anything_of_another_fleet(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await told(station, broker)
            app = make_app(station)
            everything = await walk(app, await person(station, app, "all", "duty", None))
            assert everything >= SHOWN
            acked = (await rows(station, tables.alarms))[0].acked_by
            assert acked == "all", "what is asked there has its effect"
            one_alarm = tables.alarms.update().values(acked_by=None, acked_ms=None)
            async with station.db.write() as connection:
                await connection.execute(one_alarm)
            for role, fleets in (("duty", ["other"]), ("viewer", [])):
                client = await person(station, app, "som", role, fleets)
                assert await walk(app, client) == set(), (role, fleets)
            assert (await rows(station, tables.alarms))[0].acked_by is None
            client = await person(station, app, "som", "duty", ["other", FLEET])
            assert await walk(app, client) == everything

    asyncio.run(scenario())


@on_one_database
def test_a_route_that_forgets_it_is_found(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await told(station, broker)
            app = make_app(station)

            @app.get("/api/forgotten")
            async def forgotten(station: TheStation, who: Viewer) -> list:
                return [view(bus, NOW_MS) for bus in station.live]

            client = await person(station, app, "som", "duty", ["other"])
            assert await walk(app, client) == {"/api/forgotten"}

    asyncio.run(scenario())


@on_one_database
def test_a_viewer_sees_no_telephone_number_anywhere(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await told(station, broker)
            app = make_app(station)
            viewer = await person(station, app, "view", "viewer", None)
            assert await walk(app, viewer, (PHONE,)) == set()
            duty = await person(station, app, "duty", "duty", None)
            assert await walk(app, duty, (PHONE,)) == {"/api/live"}

    asyncio.run(scenario())


async def heard(station, client, change):
    """-> what came on this person's stream when the change was made."""
    who = await station.accounts.who(client.cookies["station"])
    events = _while_signed_in(station, client.cookies["station"], "192.0.2.1", who)
    await anext(events)
    coming = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    change()
    try:
        return (await asyncio.wait_for(coming, 5)).decode()
    finally:
        await events.aclose()


@on_one_database
def test_the_stream_shows_what_the_lists_show(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await told(station, broker)
            app = make_app(station)

            def change():
                station.live.show(station.live.get(FLEET, BUS))
                station.live.show(station.live.bus("other", "bus-01"))

            duty = await person(station, app, "duty", "duty", None)
            text = await heard(station, duty, change)
            assert PHONE in text and '"fleet": "other"' in text
            viewer = await person(station, app, "view", "viewer", [FLEET])
            text = await heard(station, viewer, change)
            assert "zqx bus" in text and PHONE not in text and "other" not in text
            som = await person(station, app, "som", "duty", ["other"])
            text = await heard(station, som, change)
            assert '"fleet": "other"' in text and THEIRS not in text
            who = await station.accounts.who(som.cookies["station"])
            events = _while_signed_in(station, som.cookies["station"], "192.0.2.1", who)
            await anext(events)
            await station.accounts.change("som", fleets=[FLEET])
            change()
            with pytest.raises(StopAsyncIteration):
                await asyncio.wait_for(anext(events), 5)

    asyncio.run(scenario())


def test_fleets_are_given_by_an_administrator_who_has_all(settings, broker):
    async def scenario():
        async with running(settings) as station:
            boss = await signed_in(station, "boss", "admin")

            async def puts(**more):
                body = {"name": "som", "role": "duty", "password": PASSWORD, **more}
                return (await boss.post("/api/users", json=body)).status_code

            assert await puts(fleets=["a", "b"]) == 204
            assert await puts(role="admin", fleets=["a"]) == 422
            assert await puts(fleets=["a/b"]) == 422
            people = {one["name"]: one["fleets"] for one in (await boss.get("/api/users")).json()}
            assert people == {"boss": None, "som": ["a", "b"]}
            assert await puts(role="admin", fleets=None) == 204
            assert (await boss.get("/api/users")).json()[1]["fleets"] is None

    asyncio.run(scenario())


@on_one_database
def test_data_is_not_kept_and_https_stays_https(settings, broker):
    async def headers(path, scheme="http", **more):
        async with running(settings.model_copy(update=more)) as station:
            client = await signed_in(station, "boss", "admin")
            said = {"X-Forwarded-Proto": "https"} if scheme == "proxy" else {}
            scheme_here = "http" if said else scheme
            return (await client.get(f"{scheme_here}://station{path}", headers=said)).headers

    plain = asyncio.run(headers("/api/live"))
    assert plain["cache-control"] == "no-store" and "strict-transport-security" not in plain
    assert plain["x-frame-options"] == "DENY" and plain["x-content-type-options"] == "nosniff"
    page = asyncio.run(headers("/", "https"))
    assert page["cache-control"] == "no-cache"
    assert page["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" in asyncio.run(headers("/", secure_cookie=True))
    assert "strict-transport-security" not in asyncio.run(headers("/", "proxy"))
    named = asyncio.run(headers("/", "proxy", proxies=["127.0.0.1"]))
    assert "strict-transport-security" in named


@on_one_database
def test_the_cookie_is_sent_by_https_only_if_it_came_by_https(settings, broker):
    async def cookies(scheme):
        async with running(settings) as station:
            await station.accounts.put("som", "duty", PASSWORD)
            body = {"name": "som", "password": PASSWORD}
            answer = await browser(station).post(f"{scheme}://station/api/login", json=body)
            return ["secure" in one.lower() for one in answer.headers.get_list("set-cookie")]

    assert asyncio.run(cookies("http")) == [False, False]
    assert asyncio.run(cookies("https")) == [True, True]
