"""bus-2 speaks as bus-1. Before there were seals each of these worked."""

import asyncio

from schemas import filled
from station_told import NOW_MS, until

from station.clock import iso

LEFT = "child_left_behind"


def event(seq, kind, data=(), **more):
    return {
        "v": 1, "epoch": "9f3a21c4", "seq": seq, "at": iso(NOW_MS), "clock": "gnss", "kind": kind,
        "severity": "info", "state": "raised", "occ": seq, "lat": 13.08, "lon": 100.88,
        "speed_kmh": 0.0, "data": filled(kind, dict(data)), "why": {}, **more,
    }  # fmt: skip


async def with_an_open_alarm(city, bus, thief):
    """-> the true event, as the thief heard it."""
    bus.alarm()
    await bus.sends_all()
    await until(lambda: city.open(LEFT), "the true alarm")
    return await thief.hears("event")


async def stands(city, fleet):
    """The true alarm stands and the staff hear of the forger; before, it was gone."""
    if fleet.is_enrolled:
        await until(lambda: city.open("untrusted"), "the staff are told")
        assert city.open(LEFT)
    else:
        await until(lambda: not city.open(LEFT), "the attack")


def test_it_clears_the_alarm_of_the_other(fleet):
    async def scenario():
        async with fleet.city() as city:
            with fleet.bus() as bus, fleet.thief() as thief:
                true = await with_an_open_alarm(city, bus, thief)
                thief.says("event", {**true, "seq": true["seq"] + 1, "state": "cleared"})
                await stands(city, fleet)

    asyncio.run(scenario())


def test_it_begins_a_new_journal_which_ends_every_alarm(fleet):
    async def scenario():
        async with fleet.city() as city:
            with fleet.bus() as bus, fleet.thief() as thief:
                await with_an_open_alarm(city, bus, thief)
                started = {"start": "normal", "reset": "power_on"}
                thief.says("event", event(1, "started", epoch="deadbeef", data=started))
                await stands(city, fleet)

    asyncio.run(scenario())


def test_it_takes_the_next_number_and_the_true_alarm_is_a_duplicate(fleet):
    async def scenario():
        async with fleet.city() as city:
            with fleet.bus() as bus, fleet.thief() as thief:
                bus.info()
                await bus.sends_all()
                true = await thief.hears("event")
                forged = event(true["seq"] + 1, "parked", epoch=true["epoch"])
                thief.says("event", forged)
                await city.takes(2)
                assert bus.alarm() == forged["seq"]
                bus.info()
                await bus.sends_all()
                await city.takes(4 if fleet.is_enrolled else 3)
                if fleet.is_enrolled:
                    await until(lambda: city.open(LEFT), "the true alarm")
                assert bool(city.open(LEFT)) is fleet.is_enrolled

    asyncio.run(scenario())


def test_it_promises_a_state_for_later_and_nobody_misses_the_other(fleet):
    """Once it could promise one in a year; now the contract allows 4,000 s to anybody."""

    async def scenario():
        async with fleet.city() as city:
            with fleet.bus() as bus, fleet.thief() as thief:
                await bus.shows()
                true = await thief.hears("state")
                await until(city.victim, "the true state")
                thief.says("state", {**true, "next_s": 4000})
                victim = city.victim()
                if fleet.is_enrolled:
                    await until(lambda: city.open("untrusted"), "the staff are told")
                else:
                    await until(lambda: victim.state["next_s"] > 100, "the attack")
                city.clock.set(NOW_MS + 3_600_000)
                await city.silence.judge()
                assert bool(city.open("going_dark")) is fleet.is_enrolled

    asyncio.run(scenario())
