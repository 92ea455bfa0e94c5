"""A bus that falls silent with a child on board, or with a seat that nobody knows, alarms."""

import asyncio

import pytest
from station_told import (
    At,
    alarm_log,
    connected,
    event,
    on_one_database,
    state,
    status,
    telling,
    until,
)  # fmt: skip

from station.clock import iso, parse_iso
from station.live.view import view
from station.notices.message import message
from station.settings import Settings


def dark(station):
    return [a for a in station.alarms.views() if a["kind"] == "going_dark"]


def standing(station):
    return [a for a in dark(station) if a["cleared_at"] is None]


async def heard(station, seats):
    await until(
        lambda: (bus := station.live.get("lc", "bus-01")) and bus.state
        and bus.state["seats"]["taken"] == seats
    )  # fmt: skip


@on_one_database
@pytest.mark.parametrize(
    ("said", "alarms"),
    [
        (state(taken=[7]), True),
        (state(unknown=[2], phase="parked"), True),
        (state(phase="checking"), True),
        (state(phase="parked"), False),
        (state(taken=[7], at_ms=None), True),
    ],
    ids=["taken", "unknown", "not checked", "parked, checked, empty", "no clock"],
)
def test_silence_well_past_the_promise(settings, broker, said, alarms):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(said)
            await until(lambda: station.live.get("lc", "bus-01"))
            time.passes(10 + settings.dark_after_s - 20)
            await station.silence.judge()
            assert station.live.bus("lc", "bus-01").dark_ms is None
            time.passes(30)
            await until(lambda: station.live.bus("lc", "bus-01").dark_ms)
            await station.silence.judge()
            assert bool(standing(station)) is alarms

    asyncio.run(scenario())


def test_it_says_how_it_was_survives_a_restart_and_ends_when_the_bus_is_heard(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(status(), state(taken=[7, 9], unknown=[1], accuracy_m=350, estimated=True))
            await heard(station, [7, 9])
            await station.saved.save()
            time.passes(200)
            (alarm,) = await until(lambda: standing(station))
            assert alarm["source"] == "station" and alarm["severity"] == "alarm"
            assert (alarm["data"]["seats"], alarm["data"]["unknown"]) == ([7, 9], [1])
            assert (alarm["lat"], alarm["data"]["phase"]) == (13.0827, "driving")
            assert (alarm["accuracy_m"], alarm["estimated"]) == (350, True)
        async with time.running() as again:
            await connected(again)
            await asyncio.sleep(0.5)
            assert [a["id"] for a in standing(again)] == [alarm["id"]]
            with telling(broker) as bus:
                bus.say(state(at_ms=time.clock.now_ms(), taken=[7, 9]))
            await until(lambda: not standing(again))
            assert again.live.bus("lc", "bus-01").dark_ms is None
            log = [line["what"] for line in await alarm_log(again, alarm["id"])]
            assert log == ["raised", "cleared"]
            time.passes(200)
            (second,) = await until(lambda: standing(again))
            assert second["id"] != alarm["id"]

    asyncio.run(scenario())


@on_one_database
def test_the_last_will_alarms_sooner_and_not_for_a_bus_that_comes_straight_back(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(taken=[7], next_s=600), status(online=False))
                await until(lambda: station.live.bus("lc", "bus-01").online is False)
                bus.say(status())
                await until(lambda: station.live.bus("lc", "bus-01").online)
                time.passes(30)
                await station.silence.judge()
                assert not standing(station)
                bus.say(status(online=False))
                await until(lambda: station.live.bus("lc", "bus-01").online is False)
                time.passes(30)
                (alarm,) = await until(lambda: standing(station))
                known = station.live.bus("lc", "bus-01")
                assert alarm["why"].pop("silent_s") >= 60
                assert alarm["why"] == {
                    "by": "last_will", "since": iso(known.offline_ms), "waited_s": 20,
                    "last_will": True, "next_s": 600, "will_after_s": 20, "dark_after_s": 120,
                }  # fmt: skip
                assert known.dark_ms == known.offline_ms

    asyncio.run(scenario())


@on_one_database
def test_the_alarm_explains_itself_by_the_limit_that_decided(settings, broker):
    """A connected bus that says nothing, one whose will came too late to decide, and one that has
    never sent its state."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            known = station.live.bus("lc", "bus-01")
            with telling(broker) as bus:
                bus.say(status(), state(taken=[7]))
                await heard(station, [7])
                due_ms = known.promise_ms
                time.passes(10 + settings.dark_after_s - 5)
                bus.say(status(online=False))
                await until(lambda: known.online is False)
                time.passes(10)
                (alarm,) = await until(lambda: standing(station))
            why = alarm["why"]
            assert (why["by"], why["waited_s"], why["last_will"]) == ("promise", 120, True)
            assert why["since"] == iso(due_ms) and known.dark_ms == due_ms
            with telling(broker, "schoolbus/lc/bus-02/") as bus:
                bus.say(event(1))
                await until(lambda: (two := station.live.get("lc", "bus-02")) and two.spoke_ms)
            time.passes(settings.dark_after_s + 1)
            (_, alarm) = await until(lambda: len(found := standing(station)) == 2 and sorted(
                found, key=lambda one: one["bus"]))  # fmt: skip
            assert (alarm["why"]["by"], alarm["why"]["next_s"]) == ("no_state", None)

    asyncio.run(scenario())


@on_one_database
def test_without_a_broker_the_station_is_silent_itself(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(taken=[7]))
            await heard(station, [7])
            broker.kill()
            await until(lambda: not station.services.broker.ok)
            time.passes(3600)
            await station.silence.judge()
            assert not standing(station)
            broker.restart()
            await connected(station)
            await station.silence.judge()
            assert not standing(station)  # the bus may need to find back
            time.passes(settings.dark_after_s + 1)
            await until(lambda: standing(station))

    asyncio.run(scenario())


@on_one_database
def test_records_without_a_state_are_a_bus_of_which_nothing_is_known(settings, broker):
    """It counts as one with a child on board, after a restart of the station too."""
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1, "started", "info"))
            await until(lambda: station.live.get("lc", "bus-01"))
            time.passes(settings.dark_after_s - 20)
            await station.silence.judge()
            assert not standing(station)
        async with time.running() as again:
            await connected(again)
            time.passes(settings.dark_after_s + 1)
            (alarm,) = await until(lambda: standing(again))
            assert (alarm["data"]["seats"], alarm["data"]["unknown"]) == (None, None)
            assert alarm["data"]["last_heard_at"] is not None
            with telling(broker) as bus:
                bus.say(event(2, "trip_started", "info"))  # still not how it is
                await asyncio.sleep(0.3)
                await again.silence.judge()
                assert standing(again)
                bus.say(state(at_ms=time.clock.now_ms()))
                await until(lambda: not standing(again))

    asyncio.run(scenario())


@on_one_database
def test_a_bus_that_connects_and_never_tells_how_it_is_alarms(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(status())
            await until(lambda: station.live.get("lc", "bus-01"))
            time.passes(settings.dark_after_s + 1)
            assert await until(lambda: standing(station))

    asyncio.run(scenario())


@pytest.mark.parametrize("comes_back", [False, True], ids=["stays dark", "heard again meanwhile"])
def test_what_goes_dark_while_the_database_is_away_is_seen_at_once_and_listed_after(
    cluster, broker, comes_back
):
    settings = Settings(broker=(broker.host, broker.port), db=cluster.emptied(),
                        accept_unsealed=True)  # fmt: skip
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(taken=[7]))
                await heard(station, [7])
                cluster.halt()
                try:
                    time.passes(200)
                    known = station.live.bus("lc", "bus-01")
                    await until(lambda: known.unlisted and not station.services.database.ok)
                    raised_ms = time.clock.now_ms()
                    assert view(known, raised_ms)["show"] == "alarm"
                    assert not station.alarms.at_hand
                    if comes_back:
                        bus.say(state(at_ms=raised_ms, taken=[7, 8]))
                        await heard(station, [7, 8])
                        assert view(known, raised_ms)["show"] == "driving"
                    time.passes(600)
                    if comes_back:
                        bus.say(state(at_ms=time.clock.now_ms(), taken=[7, 8, 9]))
                        await heard(station, [7, 8, 9])
                finally:
                    cluster.start()
                await until(lambda: dark(station), seconds=30)
                if comes_back:
                    await until(lambda: dark(station)[0]["cleared_at"])
                (alarm,) = dark(station)
                assert abs(parse_iso(alarm["raised_at"]) - raised_ms) < 30_000
                assert alarm["late"] and alarm["data"]["seats"] == [7]
                assert bool(standing(station)) is not comes_back
                assert not known.unlisted

    asyncio.run(scenario())


@on_one_database
@pytest.mark.parametrize("refused", [True, False])
def test_a_bus_whose_messages_are_refused_is_not_said_to_be_silent(settings, broker, refused):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(status(), state(taken=[7]))
                await heard(station, [7])
                live = station.live.bus("lc", "bus-01")
                bus.say(state(taken=[8], next_s=31_536_000), strict=False)
                await until(lambda: live.refused_ms)
                time.passes(1)
                bus.say(state(at_ms=time.clock.now_ms(), taken=[9]))
                await heard(station, [9])
                assert live.refused_ms is None
                time.passes(100)
                if refused:
                    bus.say(state(taken=[8], next_s=31_536_000), strict=False)
                    await until(lambda: live.refused_ms)
                time.passes(60)
            (alarm,) = await until(lambda: standing(station))
        assert alarm["why"]["by"] == ("refused" if refused else "promise")
        told = message(alarm_row(alarm), "raised", "en")[1]
        assert ("messages of the bus come" in told) is refused
        assert "says nothing" not in told

    asyncio.run(scenario())


def alarm_row(alarm):
    times = dict.fromkeys(("raised_ms", "heard_ms", "cleared_ms"))
    return alarm | times | {"label": None}
