"""Signing in: what is asked beside the password, who is slowed down, and what is logged."""

import asyncio
import contextlib

import pyotp
import pytest
from station_told import NOW_MS, PASSWORD, browser, on_one_database, rows, running, signed_in, until

from station.accounts import CodeNeeded
from station.db import tables
from station.people import passwords, sign_ins
from station.people.devices import cookie_name
from station.people.tries import Pace, TooManyTries
from station.station import Station

RIGHT = {"name": "anong", "password": PASSWORD}
WRONG = {**RIGHT, "password": "wrong"}


@contextlib.asynccontextmanager
async def patient(settings):
    """A station at which waiting takes no time: it passes on its own clock. -> (station, waits)"""
    async with running(settings) as station:
        waits = []

        async def pause(seconds):
            waits.append(seconds)
            station.clock.set(station.clock.now_ms() + round(seconds * 1000))

        station.accounts._pause = pause
        yield station, waits


def results(lines):
    return [(line["name"], line["result"], line["times"]) for line in lines]


@on_one_database
def test_who_mistypes_waits_longer_and_is_never_refused(settings):
    async def scenario():
        async with patient(settings) as (station, waits):
            client = await signed_in(station, "anong", "duty")
            for known in (True, False):
                waits.clear()
                for _ in range(30):
                    assert (await client.post("/api/login", json=WRONG)).status_code == 401
                assert waits[:8] == [0] * 8 and 9 <= max(waits) <= 10
                assert (await client.post("/api/login", json=RIGHT)).status_code == 200
                assert known or max(waits) > 9
                client.cookies.clear()

    asyncio.run(scenario())


@on_one_database
def test_what_others_try_locks_nobody_out(settings):
    """The station's clock stands: all of this happens in one moment."""

    async def scenario():
        async with running(settings) as station:
            accounts, waits = station.accounts, []

            async def pause(seconds):
                waits.append(seconds)

            accounts._pause = pause
            await accounts.put("anong", "duty", PASSWORD)
            device = await accounts.devices.cookie("anong")
            for host in range(60):  # of a thousand stolen computers
                for _ in range(12 if host == 1 else 1):
                    with contextlib.suppress(TooManyTries):
                        await accounts.sign_in("anong", "wrong", f"192.0.2.{host}")
            with pytest.raises(TooManyTries):
                await accounts.sign_in("anong", PASSWORD, "192.0.2.1")
            waits.clear()
            # at a new address on a new device the right password is slow, and it is not refused
            assert await accounts.sign_in("anong", PASSWORD, "198.51.100.1") is not None
            assert 0 < waits.pop() <= 5
            # a device that has signed in before is not slowed down, even in the midst of it
            assert await accounts.sign_in("anong", PASSWORD, "192.0.2.1", device) is not None
            assert waits.pop() == 0
            # its cookie is of this name only, and cannot be made up
            for other in (await accounts.devices.cookie("malee"), "a.b", "a" * 16, ""):
                with pytest.raises(TooManyTries):
                    await accounts.sign_in("anong", PASSWORD, "192.0.2.1", other)

    asyncio.run(scenario())


@on_one_database
def test_an_ipv6_site_counts_as_one_address(settings):
    async def scenario():
        async with running(settings) as station:
            await station.accounts.put("anong", "duty", PASSWORD)
            station.accounts._pause = lambda _: asyncio.sleep(0)
            with pytest.raises(TooManyTries):
                for host in range(20):
                    assert await station.accounts.sign_in("anong", "x", f"2001:db8::{host}") is None
            assert await station.accounts.sign_in("anong", "x", "2001:db8:0:1::1") is None

    asyncio.run(scenario())


def test_a_pace_recovers_and_a_clock_that_is_set_back_locks_nobody_out():
    pace, now_ms = Pace(3, 1000, 2000), 1_000_000
    for wait_ms in (0, 0, 0, 1000, 2000):
        assert pace.wait_ms("a", now_ms) == wait_ms
        pace.take("a", now_ms)
    with pytest.raises(TooManyTries):
        pace.wait_ms("a", now_ms)
    assert pace.wait_ms("a", now_ms + 1000) == 2000 and pace.wait_ms("b", now_ms) == 0
    assert pace.wait_ms("a", now_ms + 5000) == 0
    with pytest.raises(TooManyTries):
        pace.wait_ms("a", 0)
    for number in range(20_000):
        pace.take(number, now_ms)
    assert len(pace._due) <= 10_000


@on_one_database
def test_a_flood_computes_few_passwords_at_once_and_known_devices_have_their_place(
    settings, monkeypatch
):
    import threading

    at_once, most, go_on = [0], [0], threading.Event()

    def slow(stored, password):
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        go_on.wait(10)
        at_once[0] -= 1
        return password == PASSWORD

    async def scenario():
        async with running(settings) as station:
            accounts = station.accounts
            await accounts.put("anong", "duty", PASSWORD)
            device = await accounts.devices.cookie("anong")
            monkeypatch.setattr(passwords, "_matches", slow)
            flood = [
                asyncio.create_task(accounts.sign_in(f"x{n}", "y", f"192.0.2.{n}"))
                for n in range(60)
            ]
            known = asyncio.create_task(accounts.sign_in("anong", PASSWORD, "192.0.2.1", device))
            await until(lambda: most[0] == 3 and sum(one.done() for one in flood) == 40)
            go_on.set()
            assert await known is not None
            done = await asyncio.gather(*flood, return_exceptions=True)
            refused = sum(isinstance(one, TooManyTries) for one in done)
            assert (most[0], refused, done.count(None)) == (3, 40, 20)

    asyncio.run(scenario())


def test_every_sign_in_is_logged_and_a_flood_is_a_few_lines(settings, monkeypatch):
    monkeypatch.setattr(sign_ins, "_MOST", 5)

    async def scenario():
        async with patient(settings) as (station, _):
            boss = await signed_in(station, "boss", "admin")
            client = browser(station)
            for _ in range(20):
                await client.post("/api/login", json={"name": "anong\u0e01", "password": "x"})
            lines = (await boss.get("/api/sign_ins")).json()
            assert results(lines) == [("anong\u0e01", "wrong", 16), ("boss", "ok", 1)]
            assert {line["address"] for line in lines} == {"127.0.0.1"}
            for number in range(40):
                await client.post("/api/login", json={"name": f"x{number}", "password": "x"})
            lines = results((await boss.get("/api/sign_ins")).json())
            assert lines[0] == ("", "flood", 32) and len(lines) == 7
            station.clock.set(station.clock.now_ms() + 3_600_000)
            await client.post("/api/login", json={"name": "x99", "password": "x"})
            again = results((await boss.get("/api/sign_ins")).json())
            assert again == [("x99", "wrong", 1), *lines]
            viewer = await signed_in(station, "view", "viewer")
            assert (await viewer.get("/api/sign_ins")).status_code == 403

    asyncio.run(scenario())


@on_one_database
def test_old_failures_are_deleted_and_who_signed_in_is_kept(settings, monkeypatch):
    from station.db import expiry

    monkeypatch.setattr(expiry, "_FAILED", 3)

    async def scenario():
        async with patient(settings) as (station, _):
            await station.accounts.sign_ins.note("boss", "192.0.2.1", "ok")
            for number in range(6):
                await station.accounts.sign_ins.note(f"x{number}", "192.0.2.1", "wrong")
            await station.expiry.run()
            left = [row.name for row in await rows(station, tables.sign_ins, tables.sign_ins.c.id)]
            assert left == ["boss", "x3", "x4", "x5"]

    asyncio.run(scenario())


def code_of(station, secret, ahead_s=0):
    return pyotp.TOTP(secret).at(station.clock.now_ms() // 1000 + ahead_s)


async def with_codes(station, name, role):
    """-> (client, secret, recovery codes)"""
    client = await signed_in(station, name, role)
    new = (await client.get("/api/me/code")).json()
    assert new["secret"] in new["link"] and new["picture"].startswith("<svg")
    body = {"secret": new["secret"], "code": code_of(station, new["secret"]), "password": PASSWORD}
    answer = await client.post("/api/me/code", json=body)
    assert answer.status_code == 200, answer.text
    return client, new["secret"], answer.json()["recovery"]


def test_a_second_factor_is_asked_for_and_each_code_counts_once(settings):
    async def scenario():
        async with patient(settings) as (station, _):
            client, secret, recovery = await with_codes(station, "anong", "duty")
            assert (await client.get("/api/me")).json()["code"] is True

            async def enters(code):
                return (await browser(station).post(
                    "/api/login", json={**RIGHT, "code": code})).status_code  # fmt: skip

            used = code_of(station, secret)
            assert await enters(None) == await enters("") == 428
            assert await enters(used) == 428, "the code of the beginning was used"
            station.clock.set(station.clock.now_ms() + 30_000)
            now, later = code_of(station, secret), code_of(station, secret, 30)
            assert await enters(f"{now[:3]} {now[3:]}") == 200
            assert await enters(now) == 428
            assert await enters(later) == 200, "a telephone's clock may be half a minute ahead"
            assert await enters(now) == 428
            station.clock.set(station.clock.now_ms() + 300_000)
            assert await enters(code_of(station, secret, 90)) == 428
            assert await enters(recovery[3].upper()) == 200
            assert await enters(recovery[3]) == 428
            assert await enters(recovery[4]) == 200
            kept = repr(await rows(station, tables.users))
            assert not any(one in kept for one in recovery)
            assert (await browser(station).post("/api/login", json=WRONG)).status_code == 401

    asyncio.run(scenario())


@on_one_database
def test_codes_are_not_guessed(settings):
    """By somebody who knows the password, from as many addresses as he likes."""

    async def scenario():
        async with running(settings) as station:
            _, secret, _ = await with_codes(station, "anong", "duty")
            accounts = station.accounts
            accounts._pause = lambda _: asyncio.sleep(0)
            device = await accounts.devices.cookie("anong")
            station.clock.set(NOW_MS + 60_000)
            refused = 0
            for host in range(50):
                try:
                    await accounts.sign_in("anong", PASSWORD, f"192.0.2.{host}", code="000000")
                except TooManyTries:
                    refused += 1
                except CodeNeeded:
                    pass
            assert refused == 40
            code = code_of(station, secret)
            found = await accounts.sign_in("anong", PASSWORD, "192.0.2.9", device, code=code)
            assert found is not None

    asyncio.run(scenario())


@on_one_database
def test_codes_are_not_guessed_from_known_devices_either(settings):
    """However many of them there are, and whatever else is proved in between."""

    async def scenario():
        async with running(settings) as station:
            client, secret, _ = await with_codes(station, "anong", "duty")
            accounts, outcomes = station.accounts, []
            accounts._pause = lambda _: asyncio.sleep(0)
            station.clock.set(NOW_MS + 60_000)
            for host in range(40):
                device = await accounts.devices.cookie("anong")
                try:
                    await accounts.sign_in("anong", PASSWORD, "::1", device, code="000000")
                except (TooManyTries, CodeNeeded) as error:
                    outcomes.append(type(error))
                if host == 20:
                    same = {"old": PASSWORD, "new": PASSWORD}
                    assert (await client.post("/api/me/password", json=same)).status_code == 204
            assert outcomes == [CodeNeeded] * 30 + [TooManyTries] * 10
            wrong = {"password": PASSWORD, "code": "000000"}
            assert (await client.post("/api/me/code/off", json=wrong)).status_code == 429
            station.clock.set(NOW_MS + 600_000)
            right = {"password": PASSWORD, "code": code_of(station, secret)}
            assert (await client.post("/api/me/code/off", json=right)).status_code == 204

    asyncio.run(scenario())


@on_one_database
def test_a_second_factor_is_replaced_only_with_a_code_of_the_old_one(settings):
    async def scenario():
        async with patient(settings) as (station, _):
            client, secret, recovery = await with_codes(station, "anong", "duty")
            new = (await client.get("/api/me/code")).json()["secret"]
            body = {"secret": new, "code": code_of(station, new), "password": PASSWORD}
            for present, status in ((None, 409), ("000000", 409), (recovery[0], 200)):
                answer = await client.post("/api/me/code", json={**body, "present": present})
                assert answer.status_code == status, answer.text

    asyncio.run(scenario())


@on_one_database
def test_a_second_factor_can_be_taken_back_and_be_required(settings):
    settings = settings.model_copy(update={"admins_need_code": True})

    async def scenario():
        async with patient(settings) as (station, _):
            plain = await signed_in(station, "malee", "admin")
            assert (await plain.get("/api/users")).status_code == 403
            assert (await plain.get("/api/live")).status_code == 200
            boss, _, recovery = await with_codes(station, "boss", "admin")
            assert (await boss.get("/api/users")).status_code == 200
            anong, *_ = await with_codes(station, "anong", "duty")
            assert (await browser(station).post("/api/login", json=RIGHT)).status_code == 428
            assert (await boss.post("/api/users/anong/code/off")).status_code == 204
            assert (await boss.post("/api/users/x/code/off")).status_code == 404
            assert (await browser(station).post("/api/login", json=RIGHT)).status_code == 200
            people = {one["name"]: one["code"] for one in (await boss.get("/api/users")).json()}
            assert people == {"anong": False, "boss": True, "malee": False}
            wrong = await boss.post("/api/me/code/off", json={"password": "wrong"})
            assert wrong.status_code == 409
            proof = {"password": PASSWORD}
            for code in (None, "000000"):
                answer = await boss.post("/api/me/code/off", json={**proof, "code": code})
                assert answer.status_code == 409 and "code" in answer.json()["detail"]
            off = await boss.post("/api/me/code/off", json={**proof, "code": recovery[0]})
            assert off.status_code == 204 and (await boss.get("/api/users")).status_code == 403

    asyncio.run(scenario())


@on_one_database
def test_everybody_changes_his_password_and_the_other_sessions_end(settings):
    async def scenario():
        async with patient(settings) as (station, _):
            here = await signed_in(station, "anong", "viewer")
            there = browser(station)
            assert (await there.post("/api/login", json=RIGHT)).status_code == 200
            new = "another long one"
            for old, code in (("wrong", 409), (PASSWORD, 204)):
                body = {"old": old, "new": new}
                answer = await here.post("/api/me/password", json=body)
                assert answer.status_code == code
            assert (await here.get("/api/me")).status_code == 200
            assert (await there.get("/api/me")).status_code == 401
            assert (await there.post("/api/login", json=RIGHT)).status_code == 401
            again = await there.post("/api/login", json={**RIGHT, "password": new})
            assert again.status_code == 200
            lines = results(await station.accounts.sign_ins.listed(10))
            assert ("anong", "wrong", 2) in lines, "the wrong old password is logged, too"
            short = await here.post("/api/me/password", json={"old": new, "new": "short"})
            assert short.status_code == 422

    asyncio.run(scenario())


@on_one_database
@pytest.mark.parametrize("change", ["password", "code", "disabled"])
def test_a_sign_in_that_is_under_way_ends_with_the_old_password(settings, monkeypatch, change):
    """The change comes while the old password is being checked, for a sign-in and for a change of
    the second factor."""

    async def scenario():
        async with patient(settings) as (station, _):
            accounts, matches = station.accounts, station.accounts._passwords.matches
            changed = {"password": {"password": await passwords.hashed("another one")},
                       "code": {"totp": "A" * 32}, "disabled": {"enabled": False}}  # fmt: skip

            async def slow(*args):
                is_right = await matches(*args)
                await accounts.change("anong", **changed[change])
                return is_right

            secret = "B" * 32
            codes = {"secret": secret, "code": code_of(station, secret), "password": PASSWORD}
            for path, body in (
                ("/api/login", RIGHT),
                ("/api/me/password", {"old": PASSWORD, "new": "a third one"}),
                ("/api/me/code", codes),
                ("/api/me/code/off", {"password": PASSWORD}),
            ):
                client = await signed_in(station, "anong", "duty")
                (old,) = await rows(station, tables.users)
                monkeypatch.setattr(accounts._passwords, "matches", slow)
                answer = await client.post(path, json=body)
                monkeypatch.undo()
                assert answer.status_code == (401 if path == "/api/login" else 409), path
                (row,) = await rows(station, tables.users)
                assert row.password == changed[change].get("password", old.password)
                assert row.totp == changed[change].get("totp")
                await accounts.change("anong", totp=None)

    asyncio.run(scenario())


@on_one_database
def test_a_known_device_ends_with_the_password_and_keeps_its_cookie_till_then(settings):
    async def scenario():
        async with patient(settings) as (station, _):
            client, name = await signed_in(station, "anong", "duty"), cookie_name("anong")
            first = client.cookies[name]
            assert (await client.post("/api/login", json=RIGHT)).status_code == 200
            assert client.cookies[name] == first
            client.headers["X-CSRF-Token"] = (await client.get("/api/me")).json()["csrf"]
            body = {"old": PASSWORD, "new": "another long one"}
            assert (await client.post("/api/me/password", json=body)).status_code == 204
            known = station.accounts.devices.known
            assert await known(first, "anong") is None
            assert await known(client.cookies[name], "anong"), "the one it was changed on"

    asyncio.run(scenario())


@on_one_database
def test_one_persons_devices_do_not_take_the_place_of_others(settings, monkeypatch):
    import threading

    go_on = threading.Event()

    def slow(stored, password):
        go_on.wait(10)
        return password == PASSWORD

    async def scenario():
        async with running(settings) as station:
            accounts = station.accounts
            for name in ("anong", "mal"):
                await accounts.put(name, "viewer", PASSWORD)
            device = await accounts.devices.cookie("anong")
            own = [await accounts.devices.cookie("mal") for _ in range(40)]
            monkeypatch.setattr(passwords, "_matches", slow)
            flood = [
                asyncio.create_task(accounts.sign_in("mal", "wrong", "192.0.2.1", one))
                for one in own
            ]
            await until(lambda: sum(one.done() for one in flood) == 38)
            known = asyncio.create_task(accounts.sign_in("anong", PASSWORD, "192.0.2.2", device))
            await until(lambda: sum(accounts._passwords._waiting.values()) == 3)
            go_on.set()
            assert await known is not None
            await asyncio.gather(*flood, return_exceptions=True)
            assert not accounts._passwords._names

    asyncio.run(scenario())


@on_one_database
def test_a_person_has_20_sessions_and_the_oldest_ends(settings):
    async def scenario():
        async with patient(settings) as (station, _):
            clients = [await signed_in(station, "malee", "duty")]
            await station.accounts.put("anong", "duty", PASSWORD)
            for _ in range(21):
                station.clock.set(station.clock.now_ms() + 1000)
                clients.append(browser(station))
                assert (await clients[-1].post("/api/login", json=RIGHT)).status_code == 200
                assert (await clients[-1].get("/api/me")).status_code == 200
            answers = [(await client.get("/api/me")).status_code for client in clients]
            assert answers == [200, 401] + [200] * 20

    asyncio.run(scenario())


def test_sessions_are_seen_and_ended(settings):
    async def scenario():
        async with patient(settings) as (station, _):
            boss = await signed_in(station, "boss", "admin")
            anong = await signed_in(station, "anong", "duty")
            phone = browser(station)
            phone.headers["user-agent"] = "A telephone"
            station.clock.set(NOW_MS + 1000)
            await phone.post("/api/login", json=RIGHT)
            station.clock.set(NOW_MS + 120_000)
            assert (await phone.get("/api/me")).status_code == 200
            mine = (await anong.get("/api/me/sessions")).json()
            mine.sort(key=lambda one: one["mine"])
            assert [one["mine"] for one in mine] == [False, True]
            assert mine[0]["browser"] == "A telephone"
            assert mine[0]["used_at"] > mine[0]["made_at"] and mine[0]["address"] == "127.0.0.1"
            everybody = (await boss.get("/api/sessions")).json()
            assert sorted(one["name"] for one in everybody) == ["anong", "anong", "boss"]
            theirs = next(one["id"] for one in everybody if one["mine"])
            assert (await anong.post(f"/api/me/sessions/{theirs}/end")).status_code == 404
            assert (await anong.post(f"/api/sessions/{theirs}/end")).status_code == 403
            assert (await anong.get("/api/sessions")).status_code == 403
            ended = await anong.post(f"/api/me/sessions/{mine[0]['id']}/end")
            assert ended.status_code == 204
            assert (await phone.get("/api/me")).status_code == 401
            assert (await boss.post(f"/api/sessions/{mine[1]['id']}/end")).status_code == 204
            assert (await anong.get("/api/me")).status_code == 401
            assert (await boss.post(f"/api/sessions/{mine[1]['id']}/end")).status_code == 404

    asyncio.run(scenario())


@on_one_database
def test_the_device_is_remembered_by_a_cookie_that_scripts_cannot_read(settings):
    async def scenario():
        async with running(settings) as station:
            await signed_in(station, "anong", "duty")
            answer = await browser(station).post("/api/login", json=RIGHT)
            (line,) = [one for one in answer.headers.get_list("set-cookie")
                       if one.startswith(cookie_name("anong"))]  # fmt: skip
            assert "httponly" in line.lower() and "samesite=strict" in line.lower()
            assert "anong" not in line
            value = line.partition("=")[2].partition(";")[0]
            assert await station.accounts.devices.known(value, "anong")
            again = Station(settings)  # after a restart it still is
            assert await again.accounts.devices.known(value, "anong")
            await again.db.close()

    asyncio.run(scenario())
