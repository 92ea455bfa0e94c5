"""Records of a bus whose clock is wrong are shown as such, on the day they came: none is hidden."""

import asyncio

import pytest
from sealed_told import the_bus
from station_told import (
    NOW_MS,
    At,
    connected,
    count_is,
    event,
    on_one_database,
    signed_in,
    state,
    telling,
    track,
    until,
)

from station.clock import iso, parse_iso

TIMES = (
    "1899-12-30T00:00:00.000Z",
    "1970-01-01T00:00:00.000Z",
    "2099-06-01T12:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
)
TODAY = "2026-11-22"
BUS = "/api/buses/lc/bus-01"


def test_records_with_a_wrong_time_stand_on_the_day_they_came(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                for seq, at in enumerate(TIMES, 1):
                    bus.say(event(seq, kind="sos", at_ms=parse_iso(at)), strict=False)
                bus.say(event(9), track(10, 3), track(20, 2, t=4_000_000_000), strict=False)
                await until(lambda: count_is(station, "positions", 5))
                await until(lambda: count_is(station, "events", 5))
            client = await signed_in(station, "boss", "admin")
            assert (await client.get(f"{BUS}/days")).json() == [TODAY]
            for day in (TODAY, "2569-11-22"):
                got = (await client.get(f"{BUS}/day/{day}")).json()
                odd = [one["at"] for one in got["events"] if one["clock"] == "odd"]
                assert sorted(odd) == sorted(TIMES) and len(got["events"]) == 5
                assert len(got["track"]) == 5 and got["odd_track"] == 2
                now_s = time.clock.now_ms() // 1000
                assert all(abs(row[0] - now_s) < 60 for row in got["track"])
            alarms = (await client.get("/api/alarms", params={"from": TODAY, "to": TODAY})).json()
            assert sorted(one["raised_at"] for one in alarms if one["clock"] == "odd") == sorted(
                TIMES
            )
            assert not any(one["late"] for one in alarms)
            for at in ("1899-12-30", "2099-06-01", "9999-12-31"):
                found = await client.get("/api/alarms", params={"from": at, "to": at})
                assert found.status_code == 200 and found.json() == []
                day = await client.get(f"{BUS}/day/{at}")
                assert day.status_code == 200 and day.json()["events"] == []
            answer = await client.get(f"{BUS}/evidence/{TODAY}")
            assert answer.status_code == 200

    asyncio.run(scenario())


@on_one_database
@pytest.mark.parametrize("at", TIMES)
def test_a_state_with_a_wrong_time_is_shown_as_such(settings, broker, at):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(state(parse_iso(at)), strict=False)
                await until(lambda: the_bus(station) and the_bus(station).state)
            client = await signed_in(station, "boss", "admin")
            (shown,) = (await client.get("/api/live")).json()["buses"]
            assert (shown["clock"], shown["at"], shown["show"]) == ("odd", at, "driving")
            assert abs(parse_iso(shown["heard_at"]) - NOW_MS) < 60_000

    asyncio.run(scenario())


@on_one_database
def test_an_alarm_ends_when_its_end_was_heard_if_the_clock_was_wrong(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1, at_ms=NOW_MS))
                bus.say(event(2, state="cleared", occ=1, at_ms=parse_iso(TIMES[3])), strict=False)
                await until(lambda: any(a["cleared_at"] for a in station.alarms.views()))
            (alarm,) = station.alarms.views()
            assert alarm["raised_at"] == iso(NOW_MS)
            assert abs(parse_iso(alarm["cleared_at"]) - NOW_MS) < 60_000

    asyncio.run(scenario())
