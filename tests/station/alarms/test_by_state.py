"""A state ends an alarm only if it came after all that the bus said of the alarm, whatever the
clock of the bus says; and it opens none again."""

import asyncio
import contextlib
import json
import random

import pytest
from station_told import (
    NOW_MS,
    At,
    alarm_log,
    connected,
    event,
    on_one_database,
    rows,
    running,
    state,
    status,
    telling,
    until,
)  # fmt: skip

from station.alarms.by_state import over
from station.db.tables import alarms
from station.live.live_bus import LiveBus

CHILD = "child_left_behind"


def opened(station):
    return [a["kind"] for a in station.alarms.views() if not a["cleared_at"]]


class Told:
    """A station at a time that the test tells, which judges only when the test says so."""

    def __init__(self, settings, broker):
        self.time = At(settings)
        self.broker = broker

    @contextlib.asynccontextmanager
    async def running(self, monkeypatch):
        for part in ("alarms", "silence", "unrecorded"):
            monkeypatch.setattr(f"station.alarms.{part}._TICK_S", 3600)
        async with self.time.running() as self.station:
            await connected(self.station)
            with telling(self.broker) as self.bus:
                yield self

    async def state(self, at_ms=None, **more):
        now_ms = self.time.clock.now_ms()
        self.bus.say(state(now_ms if at_ms is None else at_ms, **more))
        live = self.station.live.bus("lc", "bus-01")
        await until(lambda: (live.came_ms or 0) >= now_ms)

    async def event(self, seq, kind=CHILD, **more):
        at_ms = more.pop("at_ms", self.time.clock.now_ms())
        before = self.station.alarms.views()
        self.bus.say(event(seq, kind, at_ms=at_ms, **more))
        await until(lambda: self.station.alarms.views() != before)

    async def passes(self, seconds):
        self.time.passes(seconds)
        await self.station.alarms.judge()

    def words(self):
        (number,) = self.station.alarms.at_hand
        return alarm_log(self.station, number)


@pytest.fixture
def told(settings, broker):
    return Told(settings, broker)


def test_a_state_from_before_an_alarm_does_not_end_it_though_its_time_is_later(told, monkeypatch):
    async def scenario():
        async with told.running(monkeypatch):
            await told.state(NOW_MS + 168_000, clock="rtc")
            await told.passes(1)
            await told.event(1)
            for _ in range(40):
                await told.passes(5)
                assert opened(told.station) == [CHILD]
            await told.state(active=[CHILD])
            await told.passes(6)
            assert opened(told.station) == [CHILD]
            await told.state()
            await told.passes(1)
            (alarm,) = told.station.alarms.views()
            assert alarm["ended_by"] == "state" and alarm["cleared_at"] <= alarm_now(told)

    asyncio.run(scenario())


def alarm_now(told):
    return json.loads(state(told.time.clock.now_ms())[1])["at"]


def test_what_is_named_after_its_end_is_an_alarm_of_today(told, monkeypatch):
    """The old one stays as it was answered; what comes and goes is one alarm, which waits for an
    answer since it began."""

    async def scenario():
        async with told.running(monkeypatch):
            station = told.station
            told.bus.say(status())
            await told.event(1)
            (old,) = station.alarms.at_hand
            await told.passes(6)
            await told.state()
            await told.passes(1)
            await station.alarms.acknowledge(old, "anong", "the child is home")
            assert not station.alarms.at_hand
            told.time.passes(21 * 86_400)
            await told.state(active=[CHILD], backlog=1)
            for _ in range(2):
                await told.passes(6)
                await station.unrecorded.judge()
            assert not station.alarms.at_hand, "its record is on the way"
            for n in range(12):
                await told.state(active=[] if n % 2 else [CHILD])
                for _ in range(2):
                    await station.unrecorded.judge()
                    await told.passes(5)
            (alarm,) = station.alarms.views()
            assert (alarm["kind"], alarm["cleared_at"]) == ("cannot_record", None)
            assert alarm["data"]["active"] == [CHILD] and alarm["escalated_at"] is None
            await told.passes(1 + station.settings.escalate_min * 60)
            assert station.alarms.views()[0]["escalated_at"]
            for _ in range(2):
                await told.state()
                await station.unrecorded.judge()
                await told.passes(61)
            assert station.alarms.views()[0]["cleared_at"]
            (first, _) = await rows(station, alarms, alarms.c.id)
            assert first.ended_by == "state" and first.note == "the child is home"
            words = [line["what"] for line in await alarm_log(station, old)]
            assert words == ["heard", "cleared", "acknowledged"]

    asyncio.run(scenario())


@pytest.mark.parametrize("is_answered", [True, False])
def test_what_comes_of_an_alarm_after_its_end_opens_it_again(told, monkeypatch, is_answered):
    """If nobody had answered, the time until somebody is called goes on."""

    async def scenario():
        async with told.running(monkeypatch):
            await told.event(1)
            (number,) = told.station.alarms.at_hand
            (before,) = told.station.alarms.views()
            await told.passes(6)
            await told.state()
            await told.passes(1)
            assert opened(told.station) == []
            if is_answered:
                await told.station.alarms.acknowledge(number, "anong", "all are home")
            await told.event(2, state="updated", occ=1, at_ms=None, data={"stage": 3})
            await told.passes(6)  # the state is from before this update
            (alarm,) = told.station.alarms.views()
            assert alarm["cleared_at"] is None and alarm["acked_at"] is None
            assert alarm["note"] is None, "it belongs to the answer before"
            assert (alarm["heard_at"] != before["heard_at"]) == is_answered
            words = [line["what"] for line in await told.words()]
            assert words == ["heard", "cleared", *["acknowledged"] * is_answered, "again"]

    asyncio.run(scenario())


@on_one_database
def test_an_occurrence_that_goes_on_after_its_end_and_the_answer_asks_anew(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1, CHILD), event(2, CHILD, state="cleared", occ=1))
                (alarm,) = await until(station.alarms.views)
                await until(lambda: station.alarms.views()[0]["cleared_at"])
                await station.alarms.acknowledge(alarm["id"], "anong", None)
                bus.say(event(3, CHILD, state="updated", occ=1))
                (alarm,) = await until(station.alarms.views)
            assert alarm["acked_at"] is None and alarm["cleared_at"] is None
            log = [line["what"] for line in await alarm_log(station, alarm["id"])]
            assert log[-2:] == ["acknowledged", "again"]

    asyncio.run(scenario())


@on_one_database
def test_an_alarm_whose_end_comes_first_is_logged_as_raised_and_as_over(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(2, CHILD, state="cleared", occ=1))
                (alarm,) = await until(station.alarms.views)
                bus.say(event(1, CHILD, at_ms=NOW_MS - 1000))
                await until(lambda: station.alarms.views()[0]["raised_at"] != alarm["raised_at"])
            log = [line["what"] for line in await alarm_log(station, alarm["id"])]
            assert log == ["heard", "cleared"]

    asyncio.run(scenario())


@on_one_database
def test_what_the_broker_kept_ends_no_alarm(settings, broker):
    """Nobody knows when it came: its clock may have been ahead."""
    time = At(settings)

    async def scenario():
        with telling(broker) as bus:
            bus.say(state(NOW_MS + 4000))
            async with time.running() as station:
                await connected(station)
                await until(lambda: station.live.bus("lc", "bus-01").state)
                bus.say(event(1, CHILD))
                await until(lambda: opened(station))
                time.passes(30)
                await station.alarms.judge()
                assert opened(station) == [CHILD]

    asyncio.run(scenario())


class Row:
    id, fleet, bus, journal_id, cleared_ms = 1, "lc", "bus-01", 1, None
    kind, clock = CHILD, "gnss"

    def __init__(self, raised_ms, heard_ms):
        self.raised_ms, self.heard_ms = raised_ms, heard_ms


def test_no_alarm_is_ever_ended_by_a_state_that_was_heard_before_it():
    """Random clocks, jumps and orders."""
    seed = random.randrange(2**32)
    print("seed", seed)
    drawn = random.Random(seed)
    ended = 0
    for _ in range(300):
        bus, alarm, now_ms, off_ms, named = LiveBus("lc", "bus-01"), None, NOW_MS, 0, True
        for _ in range(60):
            now_ms += drawn.choice((1, 900, 5000, 60_000))
            if drawn.random() < 0.2:
                off_ms = drawn.choice((0, 0, -50_000, 168_000, 299_000, 30_000))
            if alarm is None and drawn.random() < 0.1:
                alarm, named = Row(now_ms + off_ms, now_ms), False
            elif drawn.random() < 0.6:
                active = [CHILD] if alarm and drawn.random() < 0.5 else []
                body = json.loads(state(now_ms + off_ms, active=active)[1])
                bus.state, bus.came_ms = body, now_ms if drawn.random() < 0.8 else None
                named = alarm is not None and not active
            if alarm is None:
                continue
            found = over(alarm, bus, now_ms)
            if found:
                assert named and bus.came_ms > alarm.heard_ms
                assert alarm.raised_ms <= found.cleared_ms
                assert found.cleared_ms <= max(now_ms, alarm.raised_ms)
                ended += 1
                break
    assert ended > 100
