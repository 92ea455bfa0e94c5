"""Only the bus speaks for itself: what it did not seal is kept aside and raised, and not taken."""

import asyncio
import json

import pytest
from sqlalchemy import insert, update
from station_told import (
    NOW_MS,
    ROOT,
    At,
    connected,
    count,
    event,
    on_one_database,
    rows,
    state,
    status,
    telling,
    track,
    until,
)

from station.alarms import untrusted
from station.db import tables
from station.ingest import contract, quarantine, seal
from station.live.view import view

KEY, OLD_KEY = bytes(range(32)), bytes(range(32, 64))
LEFT = "child_left_behind"


@pytest.fixture
def settings(settings):
    """As in a city: buses that are not enrolled are not heard."""
    return settings.model_copy(update={"accept_unsealed": False})


def sealed(message, key=KEY, root=ROOT):
    name, payload = message
    return name, seal.seal(key, root + name, payload)


async def enrol(station, serial="00000000000000a1", key=KEY, revoked_ms=None, bus="bus-01",
                revoked_by="boss"):  # fmt: skip
    async with station.db.write() as connection:
        values = {
            "fleet": "lc", "bus": bus, "serial": serial, "how": "certificate",
            "mac_key": key.hex(), "made_ms": NOW_MS, "made_by": "boss", "revoked_ms": revoked_ms,
            "revoked_by": revoked_by if revoked_ms else None,
        }  # fmt: skip
        await connection.execute(insert(tables.identities).values(values))
    await station.register.read()


def told(station):
    """Open alarms that a message could not be trusted: severity, reason, kinds of events."""
    return [
        (a["severity"], a["data"]["reason"], a["data"].get("active", []))
        for a in station.alarms.views()
        if a["kind"] == "untrusted" and a["cleared_at"] is None
    ]


def the_bus(station):
    return station.live.get("lc", "bus-01")


def test_the_seal_is_that_of_the_contract():
    """Worked out here with nothing but HMAC as the standard library has it."""
    import base64
    import hashlib
    import hmac

    payload = seal.seal(KEY, "schoolbus/lc/bus-01/state", b'{"v":1}')
    digest = hmac.new(KEY, b'schoolbus/lc/bus-01/state\n{"v":1', hashlib.sha256).digest()
    mac = base64.b64encode(digest[:8]).rstrip(b"=")
    assert payload == b'{"v":1,"mac":"' + mac + b'"}'
    assert len(payload) - len(b'{"v":1') == seal.TAIL == 21
    assert json.loads(payload)["mac"] == mac.decode()
    assert seal.is_sealed_by(KEY, "schoolbus/lc/bus-01/state", payload)


def test_every_other_byte_topic_and_key_breaks_the_seal():
    topic = "schoolbus/lc/bus-01/event"
    good = sealed(event(7))[1]
    assert seal.is_sealed_by(KEY, topic, good)
    for at in range(len(good)):
        wrong = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        assert not seal.is_sealed_by(KEY, topic, wrong), at
    assert not seal.is_sealed_by(KEY, topic.replace("01", "02"), good)
    assert not seal.is_sealed_by(OLD_KEY, topic, good)
    assert not seal.is_sealed_by(KEY, topic, b"")


def test_only_the_sealed_record_is_taken_and_the_forged_one_is_raised(settings, broker):
    """The forged one came first, and cannot take the number of the true one."""
    time = At(settings)
    forged = event(7, LEFT, state="cleared", occ=5)
    bent = ("event", sealed(event(9, LEFT))[1].replace(b'"seq": 9', b'"seq": 8'))

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state()), sealed(status()), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).status)
                assert view(the_bus(station), NOW_MS)["enrolled"] is True
                bus.say(forged, bent, strict=False)
                await until(lambda: told(station) == [("alarm", "wrong_seal", [LEFT])])
                bus.say(sealed(event(7)), sealed(track(10, 3)), strict=False)
                await until(lambda: any(a["kind"] == "sos" for a in station.alarms.views()))
            await until(lambda: _count_is(station, "positions", 3))
            (kept,) = await rows(station, tables.events)
            assert (kept.seq, kept.kind) == (7, "sos")
            reasons = {row.reason for row in await rows(station, tables.quarantine)}
            assert reasons == {"not trusted: no seal", "not trusted: wrong seal"}
            (row,) = await rows(station, tables.identities)
            assert station.register.was_seen(station.register.of("lc", "bus-01")[0]), row

    asyncio.run(scenario())


async def _count_is(station, table, n):
    return await count(station, table) == n


@on_one_database
def test_what_is_not_sealed_shows_nothing_and_ends_nothing(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(status()), sealed(state(taken=[7])), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
                bus.say(state(NOW_MS + 1000, phase="parked"), status(online=False))
                await until(lambda: told(station) == [("warning", "no_seal", [])])
                known = the_bus(station)
                assert known.state["seats"]["taken"] == [7] and known.online is True
                bus.say(("reply", b'{"v":1,"id":"x","ok":true,"message":"done"}'), event(9, LEFT))
                await until(lambda: told(station) == [("alarm", "no_seal", [LEFT])])
                assert await count(station, "events") == 0

    asyncio.run(scenario())


@on_one_database
def test_the_seal_of_a_revoked_identity_is_named(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station, "00000000000000b0", OLD_KEY, revoked_ms=NOW_MS - 1)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state()), strict=False)
                await until(lambda: the_bus(station))
                bus.say(sealed(event(1, "sos"), OLD_KEY), strict=False)
                await until(lambda: told(station) == [("alarm", "revoked", ["sos"])])
            (alarm,) = station.alarms.views()
            assert alarm["data"]["serial"] == "00000000000000b0"
            (row,) = await rows(station, tables.quarantine)
            assert row.reason == "not trusted: seal of a revoked identity 00000000000000b0"

    asyncio.run(scenario())


@on_one_database
@pytest.mark.parametrize("ends", ["rotation", "long ago", "revoke", "replace"])
def test_records_from_before_a_rotation_drain_and_a_person_ends_them_at_once(
    settings, broker, ends
):
    """Those of two rotations ago; between them and now stands what a person ended, or nothing."""
    time = At(settings)
    day_ms = 86_400_000

    async def scenario():
        async with time.running() as station:
            await connected(station)
            ended_ms = NOW_MS - day_ms * (8 if ends == "long ago" else 6)
            await enrol(station, "00000000000000a0", OLD_KEY, ended_ms, revoked_by="rotation")
            by = "boss" if ends == "replace" else "rotation"
            await enrol(station, "00000000000000a1", bytes(32), NOW_MS - day_ms, revoked_by=by)
            person_ms = NOW_MS if ends == "revoke" else None
            await enrol(station, "00000000000000a2", revoked_ms=person_ms)
            with telling(broker) as bus:
                bus.say(sealed(state(), OLD_KEY), sealed(event(1, LEFT), OLD_KEY), strict=False)
                await until(lambda: told(station))
                if ends == "rotation":
                    await until(lambda: _count_is(station, "events", 1))
                    assert told(station) == [("alarm", "revoked", [])], "of the state alone"
                else:
                    await until(lambda: told(station) == [("alarm", "revoked", [LEFT])])
                    assert await count(station, "events") == 0
            assert the_bus(station).state is None

    asyncio.run(scenario())


@on_one_database
def test_what_the_broker_kept_from_before_raises_nothing(settings, broker):
    """A retained status of the board that was replaced; a retained one was once the truth."""
    time = At(settings)
    with telling(broker) as bus:
        bus.say(sealed(status(), OLD_KEY), state(), strict=False)

    async def scenario():
        async with time.running() as station:
            await enrol(station, "00000000000000b0", OLD_KEY, revoked_ms=NOW_MS - 1)
            await enrol(station)
            await connected(station)

            await until(lambda: _count_is(station, "quarantine", 2))
            assert told(station) == [] and the_bus(station) is None

    asyncio.run(scenario())


@on_one_database
def test_any_word_of_a_bus_that_was_never_heard_with_its_identity_is_an_alarm(settings, broker):
    """Its board has not got the identity: nothing true gets through."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(event(1, "belt_off", "warning"))
                await until(lambda: told(station) == [("alarm", "no_seal", [])])

    asyncio.run(scenario())


@on_one_database
def test_who_was_never_enrolled_is_heard_only_where_the_settings_say_so(settings, broker):
    time = At(settings)
    lenient = At(settings.model_copy(update={"accept_unsealed": True}))

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(), event(1, LEFT))
                await until(lambda: told(station) == [("alarm", "not_enrolled", [LEFT])])
                assert the_bus(station).state is None
        async with lenient.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(NOW_MS + 1000))
                await until(lambda: the_bus(station).state)
                assert view(the_bus(station), NOW_MS)["enrolled"] is False

    asyncio.run(scenario())


@on_one_database
def test_while_a_fleet_moves_a_bus_is_heard_between_enrol_and_deploy(settings, broker):
    """Its board does not have the identity yet. Once the bus was heard with it, it has to seal, and
    so has a bus whose board was replaced after that. Its records have a week to arrive."""
    time = At(settings.model_copy(update={"accept_unsealed": True}))

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(status(), state(), event(1, "belt_off", "warning"))
                await until(lambda: the_bus(station) and the_bus(station).state)
                await until(lambda: _count_is(station, "events", 1))
                assert told(station) == [] and not view(the_bus(station), NOW_MS)["enrolled"]
                bus.say(event(2, LEFT), sealed(event(3, LEFT), OLD_KEY), strict=False)
                await until(lambda: told(station) == [("alarm", "wrong_seal", [LEFT])])
                await until(lambda: _count_is(station, "events", 2))

                bus.say(sealed(state(NOW_MS + 1000)), strict=False)
                await until(lambda: view(the_bus(station), NOW_MS)["enrolled"])
                bus.say(status(online=False), state(NOW_MS + 2000))  # the old broker's last word
                await until(lambda: _count_is(station, "quarantine", 3))
                assert told(station)[0][1] == "wrong_seal" and the_bus(station).online
                bus.say(event(4, "sos"), track(10, 3))  # the old broker acknowledged them before
                await until(lambda: _count_is(station, "events", 3))
                await until(lambda: _count_is(station, "positions", 3))
                assert told(station) == [("alarm", "wrong_seal", [LEFT])]
                time.passes(7 * 86_400 - 60)
                await until(lambda: told(station) == [], "the end of that alarm")
                bus.say(event(40, "sos"))
                await until(lambda: _count_is(station, "events", 4))
                time.passes(120)
                bus.say(event(41, "sos"))
                await until(lambda: told(station) == [("alarm", "no_seal", ["sos"])])

                async with station.db.write() as connection:
                    await connection.execute(update(tables.identities).values(revoked_ms=NOW_MS))
                await enrol(station, "00000000000000b0", OLD_KEY)
                bus.say(event(5, "crash"))
                await until(lambda: told(station)[0][2] == ["sos", "crash"])
                assert await count(station, "events") == 4

    asyncio.run(scenario())


@on_one_database
def test_one_open_alarm_a_bus_that_asks_anew_and_ends_when_it_is_quiet(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)

            def the_alarm():
                (row,) = [row for row in station.alarms.at_hand.values() if row.kind == "untrusted"]
                return row

            with telling(broker) as bus:
                bus.say(sealed(state()), strict=False)
                await until(lambda: the_bus(station))
                bus.say(state(), *[event(n, "sos") for n in range(1, 6)])
                await until(lambda: told(station) == [("alarm", "no_seal", ["sos"])])
                await until(lambda: the_alarm().data["count"] == 6)
                await station.alarms.acknowledge(the_alarm().id, "duty", "it is us")
                bus.say(event(6, "sos"))
                await until(lambda: the_alarm().data["count"] == 7)
                assert the_alarm().acked_by == "duty", "the officer has just called"
                bus.say(event(7, LEFT))
                await until(lambda: the_alarm().acked_ms is None)
                assert the_alarm().data["active"] == ["sos", LEFT]
                await station.alarms.acknowledge(the_alarm().id, "duty", None)
                time.passes(125)
                bus.say(event(8, LEFT))
                await until(lambda: the_alarm().acked_ms is None)
                time.passes(untrusted.QUIET_MS // 1000 + 1)
                await until(lambda: told(station) == [])
                assert the_alarm().acked_ms is None, "the list keeps it until it is answered"
                kinds = [row.kind for row in await rows(station, tables.alarms)]
                assert kinds.count("untrusted") == 1

    asyncio.run(scenario())


@on_one_database
def test_a_flood_costs_little_and_delays_no_true_record(settings, broker, monkeypatch):
    """Of 600 forged alarms few make a row, every one is counted, and the true one is there."""
    monkeypatch.setattr(quarantine, "_ROWS_A_MINUTE", 20)
    time = At(settings)
    forged = [event(n, "sos") for n in range(1, 601)]

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state()), *forged[:300], strict=False)
                bus.say(sealed(event(9, LEFT)), *forged[300:], strict=False)
                await until(lambda: any(a["kind"] == LEFT for a in station.alarms.views()))
                await until(lambda: any(
                    a["data"].get("count") == 600 for a in station.alarms.views()
                ))  # fmt: skip
            assert await count(station, "quarantine") <= 80  # two minutes may be touched
            assert await count(station, "events") == 1

    asyncio.run(scenario())


def test_a_flood_of_other_messages_drops_no_alarm():
    """Of 60 rows a minute nothing is left when the child's event comes; alarms have 20 more."""
    aside = quarantine.Quarantine(None, None)

    def of(name, payload):
        return contract.Bad(ROOT + name, payload, "a reason")

    flood = [of("track", b"%d" % n) for n in range(100)]
    flood += [of(*event(n, "belt_off", "warning")) for n in range(100)]
    child = of(*event(999, LEFT))
    assert len(aside.allowed(flood, NOW_MS)) == 60
    assert aside.allowed([flood[0], child], NOW_MS) == [child]
    alarms = [of(*event(n, "sos")) for n in range(100)]
    assert len(aside.allowed(alarms, NOW_MS)) == 19, "the child's was one of the 20"
    assert aside.allowed([child], NOW_MS) == []
    assert aside.allowed([child], NOW_MS + 60_000) == [child]


def came(station):
    return sum(one.count for one in station.quarantine._came.values())


@on_one_database
def test_rubbish_with_the_right_seal_costs_little_too(settings, broker, monkeypatch, caplog):
    """Of 300 messages few make a row, and the rubbish of one bus takes nothing from another."""
    monkeypatch.setattr(quarantine, "_ROWS_A_MINUTE", 20)
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            rubbish = [
                sealed(message)
                for n in range(100)
                for message in (
                    ("event", b'{"v":1,"n":%d,"severity":"info"}' % n),
                    ("reply", b'{"v":1,"n":%d}' % n),
                    track(n + 2, 1, t=253_402_300_800),
                )
            ]
            with telling(broker) as bus, telling(broker, "schoolbus/x/y/") as other:
                bus.say(*rubbish, sealed(event(1, LEFT)), strict=False)
                await until(lambda: any(a["kind"] == LEFT for a in station.alarms.views()))
                await until(lambda: came(station) == 300)
                other.say(event(1))
                await until(lambda: came(station) == 301)
            await until(lambda: _count_is(station, "quarantine", 21))
            time.passes(60)
            with telling(broker) as bus:
                bus.say(sealed(("event", b"{}")), strict=False)
            await until(lambda: _count_is(station, "quarantine", 22))
            assert "Of 300 messages of schoolbus/lc/bus-01 that were to be kept" in caplog.text

    asyncio.run(scenario())


@on_one_database
@pytest.mark.parametrize("wrong", [{"lat": 91.5}, {"clock": "radio"}, {"seq": 2**40}])
def test_an_alarm_that_cannot_be_read_reaches_the_staff(settings, broker, wrong):
    """With the right seal, too. What is less than an alarm goes to the quarantine alone."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                lesser = event(2, "belt_off", "warning", **{"lat": 91.5})
                bus.say(sealed(state()), sealed(lesser), strict=False)
                await until(lambda: _count_is(station, "quarantine", 1))
                await until(lambda: the_bus(station).state)
                assert told(station) == []
                name, payload = event(3, LEFT)
                bad = json.dumps(json.loads(payload) | wrong).encode()
                bus.say(sealed((name, bad)), strict=False)
                await until(lambda: told(station) == [("alarm", "unreadable", [LEFT])])
                bus.say(sealed(("event", b'{"v":1,"kind":"so')), strict=False)
                await until(lambda: _count_is(station, "quarantine", 3))
            (alarm,) = station.alarms.views()
            assert "serial" not in alarm["data"], "its identity is not revoked"
            reasons = {row.reason for row in await rows(station, tables.quarantine)}
            assert not any("not trusted" in one for one in reasons)
            assert await count(station, "events") == 0

    asyncio.run(scenario())


@on_one_database
def test_an_alarm_that_the_database_refuses_reaches_the_staff(settings, broker, monkeypatch):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            put = station.store.put

            async def refuses(connection, messages, bad, now_ms):
                if any(message.body["kind"] == LEFT for message, _ in messages):
                    raise RuntimeError("as no schema foresees")
                return await put(connection, messages, bad, now_ms)

            monkeypatch.setattr(station.store, "put", refuses)
            with telling(broker) as bus:
                bus.say(sealed(state()), sealed(event(1)), sealed(event(2, LEFT)), strict=False)
                await until(lambda: told(station) == [("alarm", "unreadable", [LEFT])])
            assert await count(station, "events") == await count(station, "quarantine") == 1

    asyncio.run(scenario())


@on_one_database
def test_invented_names_fill_neither_list_nor_memory(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            for number in range(30):
                with telling(broker, f"schoolbus/x/ghost-{number}/") as ghost:
                    ghost.say(event(1))
            await until(lambda: _count_is(station, "quarantine", 30))
            await until(lambda: len(told(station)) == 20)
            assert len(list(station.live)) == 20

    asyncio.run(scenario())


@on_one_database
def test_what_was_sealed_before_does_not_replace_what_is_newer(settings, broker):
    """Sent again by somebody who listened: states, a status, and the will of an earlier start."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:

                async def says(*messages):
                    """Until all of them have been taken or refused."""
                    mark = state(time.clock.now_ms(), taken=[7], trip=len(marks) + 100)
                    marks.append(mark)
                    bus.say(*map(sealed, messages), sealed(mark), strict=False)
                    trip = json.loads(mark[1])["trip"]
                    await until(lambda: the_bus(station) and the_bus(station).state["trip"] == trip)
                    return the_bus(station)

                marks = []
                old = status(boot=16, at="2026-11-22T00:00:00.000Z", fw="0.1.0")
                known = await says(status(boot=17))
                await says(old)
                assert known.status["fw"] == "0.3.0" and known.online
                bus.say(sealed(("status", b'{"v":1,"online":false,"boot":16}')), strict=False)
                await asyncio.sleep(0.3)
                assert known.online is True, "that will is of an earlier start"
                heard_ms = known.heard_ms
                time.passes(5)
                hours_ago = state(NOW_MS - 7_200_000, phase="parked", next_s=3600)
                bus.say(sealed(hours_ago), sealed(state(NOW_MS - 1)), strict=False)
                await asyncio.sleep(0.3)
                assert known.state["trip"] >= 100 and known.heard_ms == heard_ms
                bus.say(sealed(("status", b'{"v":1,"online":false,"boot":17}')), strict=False)
                await until(lambda: known.online is False)
                bus.say(sealed(status(boot=17)), strict=False)  # word for word the one before
                await asyncio.sleep(0.3)
                assert known.online is False
                await says(status(boot=18, at=None))
                assert known.status["boot"] == 18
                assert told(station) == []

    asyncio.run(scenario())


@on_one_database
def test_a_board_whose_clock_starts_late_is_heard_after_its_restart(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(status(boot=17)), sealed(state()), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
                behind = state(NOW_MS - 7_200_000, trip=9)
                bus.say(sealed(status(boot=18, at="2026-11-21T22:12:03.400Z")), strict=False)
                await until(lambda: the_bus(station).status["boot"] == 18)
                bus.say(sealed(behind), strict=False)
                await until(lambda: the_bus(station).state["trip"] == 9)

    asyncio.run(scenario())


@on_one_database
def test_a_promise_of_a_year_is_no_state(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(state(next_s=31_536_000)), sealed(state(next_s=3600)), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
                assert the_bus(station).state["next_s"] == 3600
            await until(lambda: _count_is(station, "quarantine", 1))

    asyncio.run(scenario())


@on_one_database
def test_an_identity_that_is_revoked_meanwhile_ends_within_seconds(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            await enrol(station)
            with telling(broker) as bus:
                bus.say(sealed(event(1, "sos")), strict=False)
                await until(lambda: _count_is(station, "events", 1))
                async with station.db.write() as connection:
                    await connection.execute(update(tables.identities).values(revoked_ms=NOW_MS))
                await until(lambda: not station.register.valid("lc", "bus-01"))
                bus.say(sealed(event(2, "sos")), strict=False)
                await until(lambda: told(station) == [("alarm", "revoked", ["sos"])])
                assert await count(station, "events") == 1

    asyncio.run(scenario())
