"""Records from a real broker into both databases: each once, whatever happens."""

import asyncio
import json
import random
import signal

import pytest
from sqlalchemy import text
from station_told import (
    EPOCH,
    NOW_MS,
    connected,
    count,
    event,
    old_track,
    on_one_database,
    rows,
    running,
    state,
    status,
    telling,
    track,
    until,
)  # fmt: skip

from sim.live.stations import Stations
from station.db import tables
from station.live.view import view


def test_twice_late_and_in_any_order_every_record_is_there_once(settings, broker):
    seed = random.SystemRandom().getrandbits(32)
    print("seed", seed)
    dice = random.Random(seed)
    messages = [track(seq, 7) for seq in range(1, 141, 7)]
    messages += [event(seq, "belt_off", "warning") for seq in range(201, 231)]
    messages += dice.sample(messages, 20)
    dice.shuffle(messages)

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(*messages)
            await until(lambda: len(station.alarms.at_hand) == 30)
            await until(lambda: _drained(station))
            positions = await rows(station, tables.positions, tables.positions.c.seq)
            assert [row.seq for row in positions] == list(range(1, 141))
            assert await count(station, "events") == 30
            assert await count(station, "alarms") == 30

    asyncio.run(scenario())


async def _drained(station):
    """The broker has nothing more for the station."""
    before = await count(station, "positions") + await count(station, "events")
    await asyncio.sleep(0.3)
    return before == await count(station, "positions") + await count(station, "events")


def test_what_breaks_the_contract_stops_nothing(settings, broker):
    name, good = event(7)
    far = old_track(50, [[0, 0, 0, 415, 183], [1, 10**9, 0, None, None]])
    huge = json.loads(event(8, at_ms=None)[1])
    huge["up_ms"] = 10**30
    zero = event(9, data={"text": "a\0b"})  # both alarms are raised with what can be read of them

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(
                    (name, b"\xff{"), (name, b'{"v":1}'), (name, b"[" * 100_000),
                    far, (name, json.dumps(huge).encode()),
                    (name, json.dumps(huge).encode()), ("state", b"{}"), (name, b"a\0b"),
                    (name, good), zero, strict=False,
                )  # fmt: skip
            await until(lambda: len(station.alarms.at_hand) == 4)
            kinds = sorted(row.kind for row in station.alarms.at_hand.values())
            assert kinds == ["sos"] * 3 + ["untrusted"], "any of the bad events may be an alarm"

            async def all_there():
                return await count(station, "quarantine") == 8

            await until(all_there)
            bad = await rows(station, tables.quarantine)
            reasons = " ".join(row.reason for row in bad)
            for word in ("not JSON", "d[1]", "[up_ms]", "[text]", "is a required property"):
                assert word in reasons
            assert {row.times for row in bad} <= {1, 2}

    asyncio.run(scenario())


@on_one_database
def test_older_and_newer_firmware_is_understood(settings, broker):
    """A name that is missing since it came later, and one that nobody knows yet, drop nothing."""
    old, new, told = (json.loads(body) for _, body in (state(), state(), event(1)))
    del old["route"]
    old_status = {k: v for k, v in json.loads(status()[1]).items()
                  if k not in ("start", "disabled", "policy")}  # fmt: skip
    new["tyres_kpa"], new["seats"]["reclined"], told["witness"] = 800, [3], "camera"

    def said(name, body):
        return name, json.dumps(body).encode()

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(said("state", old), said("status", old_status))
                known = await until(lambda: station.live.get("lc", "bus-01"))
                await until(lambda: known.status)
                assert view(known, NOW_MS)["route"] is None
                bus.say(said("state", new), said("event", told), strict=False)
                await until(lambda: view(known, NOW_MS)["route"] == "port_am")
                await until(lambda: station.alarms.at_hand)
            assert await count(station, "quarantine") == 0

    asyncio.run(scenario())


@on_one_database
def test_what_a_state_leaves_out_is_ordinary_behind_the_intake(settings, broker):
    """The whole state of older firmware, and the same one as short as it can be."""
    name, whole = state(taken=[3])
    short = json.loads(whole) | {"trip": 4, "seats": {"total": 40, "taken": [3]}}
    for member in ("clock", "mode", "ignition", "doors", "backlog", "active"):
        del short[member]

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say((name, whole))
                known = await until(lambda: station.live.get("lc", "bus-01"))
                first, shown = known.state, view(known, NOW_MS)
                heard = {key: shown[key] for key in ("trip", "heard_at")}
                told = {**json.loads(whole), "attended": None}
                told["seats"] |= {"loose": [], "out_of_service": []}
                assert first == told
                bus.say((name, json.dumps(short).encode()))
                await until(lambda: known.state["trip"] == 4)
            assert known.state | {"trip": 3} == first
            assert view(known, NOW_MS) | heard == shown
            assert await count(station, "quarantine") == 0

    asyncio.run(scenario())


def test_a_station_that_is_killed_in_the_middle_loses_and_doubles_nothing(settings, broker):
    """kill -9 several times while 1500 positions and 60 alarms come in."""
    where = settings.db, [(broker.host, broker.port)]

    def killed(bus, messages):
        with Stations(*where, lease_s=2, more={"STATION_BATCH": "5"}) as stations:
            station = stations.start("leader")  # on PostgreSQL once the lease of the last one ends
            bus.say(*messages)
            station.send(signal.SIGKILL)

    async def scenario():
        async with running(settings) as first:
            await connected(first)  # from now on the broker keeps
        messages = [track(1 + 10 * number, 10) for number in range(150)]
        messages += [event(10_001 + number) for number in range(60)]
        with telling(broker) as bus:
            for part in range(2):
                await asyncio.to_thread(killed, bus, messages[part::2])
        async with running(settings) as last:

            async def all_there():
                return await count(last, "positions") == 1500 and await count(last, "events") == 60

            await until(all_there, seconds=60)
            assert await count(last, "alarms") == 60
            await until(lambda: _drained(last))
            assert await count(last, "positions") == 1500
            assert last.gaps.of("lc", "bus-01") == []

    asyncio.run(scenario())


@on_one_database
def test_a_broker_that_is_away_is_said_and_costs_nothing(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(track(1, 5), state())
            await until(lambda: station.live.get("lc", "bus-01"))
            broker.kill()
            await until(lambda: not station.services.broker.ok)
            broker.restart()
            with telling(broker) as bus:
                bus.say(track(6, 5))
            await connected(station)

            async def all_there():
                return await count(station, "positions") == 10

            await until(all_there, seconds=30)

    asyncio.run(scenario())


def test_a_database_that_is_away_is_said_and_costs_nothing(cluster, broker):
    from station.settings import Settings

    settings = Settings(broker=(broker.host, broker.port), db=cluster.emptied(),
                        accept_unsealed=True)  # fmt: skip

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            cluster.halt()
            try:
                with telling(broker) as bus:
                    bus.say(*[event(seq) for seq in range(1, 40)])
                    await until(lambda: not station.services.database.ok)
                    bus.say(state(taken=[7], active=["child_left_behind"]))
                    await until(lambda: station.live.get("lc", "bus-01"))  # the present goes on
                    bus.say(("state", b'{"v":1}'), strict=False)
                    await until(lambda: station.quarantine.waiting)
            finally:
                cluster.start()

            async def all_there():
                return await count(station, "events") == 39

            await until(lambda: station.services.database.ok, seconds=30)
            await until(all_there, seconds=30)
            assert await count(station, "alarms") == 39
            await until(
                lambda: not station.quarantine.waiting, "the quarantine of what came meanwhile"
            )
            assert await count(station, "quarantine") == 1

    asyncio.run(scenario())


def test_the_present_never_waits_for_records(settings, broker):
    """The database takes nothing for a while; what the bus says now is shown all the same."""

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            async with station.db.write() as connection:
                await connection.execute(text(_LOCK[station.db.is_sqlite]))
                with telling(broker) as bus:
                    bus.say(*[event(seq) for seq in range(1, 200)], state(taken=[3]))
                await until(lambda: station.live.get("lc", "bus-01"), seconds=5)
                assert station.live.bus("lc", "bus-01").state["seats"]["taken"] == [3]
                assert not station.alarms.at_hand
            await until(lambda: len(station.alarms.at_hand) == 199)

    asyncio.run(scenario())


_LOCK = {True: "SELECT 1", False: "LOCK TABLE events IN ACCESS EXCLUSIVE MODE"}


@on_one_database
@pytest.mark.parametrize("years", [-20, 5])
def test_a_clock_that_is_years_wrong_is_kept_and_flagged(settings, broker, years):
    wrong_ms = NOW_MS + years * 365 * 86_400_000

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(taken=[3]), event(1, at_ms=wrong_ms), track(2, 1, t=wrong_ms // 1000))
                bus.say(state(at_ms=wrong_ms, taken=[4]))
                await until(lambda: station.live.bus("lc", "bus-01").odd_clock)
                bus.say(state(at_ms=NOW_MS + 1000, taken=[5]))
            await until(lambda: station.live.bus("lc", "bus-01").state["seats"]["taken"] == [5])
            assert not station.live.bus("lc", "bus-01").odd_clock
            await until(lambda: station.alarms.at_hand)
            (alarm,) = station.alarms.views()
            assert alarm["clock"] == "odd"

            async def there():
                return await rows(station, tables.positions)

            (position,) = await until(there)
            assert NOW_MS // 1000 <= position.odd_s < NOW_MS // 1000 + 600

    asyncio.run(scenario())


@on_one_database
def test_an_old_state_that_the_broker_kept_never_moves_the_present(settings, broker):
    """One that comes as it is sent does: its clock may have been set right."""

    def taken(station):
        bus = station.live.get("lc", "bus-01")
        return bus and bus.state and bus.state["seats"]["taken"]

    async def scenario():
        with telling(broker) as bus:
            async with running(settings) as station:
                await connected(station)
                bus.say(state(at_ms=NOW_MS + 1000, taken=[2]), state(taken=[3]))
                await until(lambda: taken(station) == [3])
                await station.saved.save()
            bus.say(state(at_ms=NOW_MS - 60_000, taken=[9]), status())
            async with running(settings) as station:
                await connected(station)
                await until(lambda: station.live.bus("lc", "bus-01").status)
                await asyncio.sleep(0.3)
                assert taken(station) == [3]

    asyncio.run(scenario())


def test_numbers_that_are_missing_are_gaps_until_they_come_or_are_explained(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)

            async def gaps_after(expected, *messages):
                bus.say(*messages)
                await until(lambda: station.gaps.of("lc", "bus-01") == expected, expected)

            with telling(broker) as bus:
                await gaps_after([], track(1, 5), event(10))  # 6..9 may be positions to come
                await gaps_after([], track(11, 2))  # or warnings
                await gaps_after([(EPOCH, 6, 9)], event(13, "belt_off", "warning"))
                await gaps_after([(EPOCH, 8, 9)], track(6, 2))
                lost = {"lane": "track", "first": 8, "last": 9, "count": 2}
                await gaps_after([], event(14, "records_lost", "warning", data=lost))
                start = {"boot": 4, "reset": "power_on", "fw": "0.3.0"}
                await gaps_after([], event(900, "started", "info", data=start), event(901))
                await gaps_after([], event(905), track(906, 1))
                await gaps_after([(EPOCH, 902, 904)], event(907, "belt_off", "warning"))
        async with running(settings) as again:
            assert again.gaps.of("lc", "bus-01") == [(EPOCH, 902, 904)]

    asyncio.run(scenario())


@on_one_database
def test_what_a_bus_says_of_its_journal_is_taken(settings, broker):
    lost = {"lane": "warning", "first": 2, "last": 9, "count": None, "exact": False}

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(
                    event(1, "belt_off", "warning"),
                    event(12, "belt_off", "warning", "updated", occ=1, times=40),
                    event(14, "records_lost", "warning", data=lost),
                    status(epoch=None, journal="refused"),
                    state(backlog=None),
                )
                await until(lambda: station.live.bus("lc", "bus-01").status)
                await until(lambda: station.live.bus("lc", "bus-01").state)

                async def all_there():
                    return await count(station, "events") == 3

                await until(all_there)
            kept = await rows(station, tables.events, tables.events.c.seq)
            assert [(row.seq, row.times) for row in kept] == [(1, None), (12, 40), (14, None)]
            assert await count(station, "quarantine") == 0
            shown = view(station.live.bus("lc", "bus-01"), NOW_MS)
            assert shown["journal"] == "refused"
            assert shown["backlog"] == {"alarm": None, "warning": None, "track": None}
            assert station.gaps.of("lc", "bus-01") == [], "more may be to come"

    asyncio.run(scenario())


@on_one_database
def test_no_secret_reaches_a_log(settings, broker, caplog):
    caplog.set_level("DEBUG")
    secret = {"broker_user": "station", "broker_password": "pa55word-of-the-broker"}
    settings = settings.model_copy(update=secret)

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            await station.accounts.put("anong", "admin", "pa55word-of-anong")
            cookie, person = await station.accounts.sign_in("anong", "pa55word-of-anong", "::1")
            assert await station.accounts.sign_in("anong", "pa55word-wrong", "::1") is None
            for word in ("pa55word", cookie, person.csrf):
                assert word not in caplog.text

    asyncio.run(scenario())
