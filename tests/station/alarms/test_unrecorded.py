"""A bus whose flash refuses its journal can send no alarm: the station alarms in its place."""

import asyncio

from station_told import (
    At,
    connected,
    on_one_database,
    rows,
    signed_in,
    state,
    status,
    telling,
    until,
)

from station.db.tables import alarms
from station.live import saved

LEFT = "child_left_behind"
REFUSED = status(journal="refused")


def told(station):
    own = [a for a in station.alarms.views() if a["kind"] == "cannot_record"]
    return [(a["data"]["active"], a["cleared_at"] is None) for a in reversed(own)]


async def kept(station):
    """As the database has them."""
    return [one for one in await rows(station, alarms) if one.kind == "cannot_record"]


def the_bus(station):
    return station.live.get("lc", "bus-01")


async def judged(station, ready):
    """Once the station has taken what the bus said."""
    await until(lambda: the_bus(station) and ready(the_bus(station)))
    await station.unrecorded.judge()


def says(journal):
    return lambda bus: (bus.status or {}).get("journal") == journal


async def answered(station):
    """Every alarm that stands is acknowledged."""
    for number in list(station.alarms.at_hand):
        await station.alarms.acknowledge(number, "duty", None)


def test_it_stands_while_the_flash_refuses_and_ends_after_a_minute_of_ok(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(status(), state(taken=[7], active=["belt_off"]))
                await judged(station, lambda bus: bus.state and bus.status)
                assert told(station) == []
                bus.say(REFUSED)
                await until(lambda: told(station) == [(["belt_off"], True)])
                for _ in range(5):
                    bus.say(status(journal="ok"))
                    await judged(station, says("ok"))
                    time.passes(50)
                    await station.unrecorded.judge()
                    bus.say(REFUSED)
                    await judged(station, says("refused"))
                    time.passes(50)
                assert told(station) == [(["belt_off"], True)], "not well for a minute"
                bus.say(status(journal="ok"))
                await judged(station, says("ok"))
                time.passes(-300)
                await station.unrecorded.judge()
                time.passes(50)
                await station.unrecorded.judge()
                assert told(station) == [(["belt_off"], True)], "a clock set back"
                time.passes(10)
                await until(lambda: told(station) == [(["belt_off"], False)])
                bus.say(REFUSED)
                await until(lambda: told(station)[1:] == [(["belt_off"], True)])
                bus.say(status(journal="ok"))
                await judged(station, says("ok"))
                assert told(station)[-1][1], "the minute before does not count"
                assert len(await kept(station)) == 2

    asyncio.run(scenario())


@on_one_database
def test_only_a_new_kind_that_can_be_an_alarm_raises_it_anew(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)

            async def goes_on(*active):
                time.passes(1)
                bus.say(state(taken=[7], active=active, at_ms=time.clock.now_ms()))
                await judged(station, lambda bus: bus.state["active"] == list(active))
                return told(station)

            with telling(broker) as bus:
                bus.say(REFUSED, state(taken=[7]))
                await until(lambda: told(station) == [([], True)])
                assert await goes_on("belt_off", "overspeed") == [([], True)]
                both = ["belt_off", LEFT]
                assert await goes_on(*both) == [([], False), (both, True)]
                assert await goes_on() == [([], False), (both, True)], "what ended is no news"
                assert await goes_on(LEFT, "idling") == [([], False), (both, True)]
                new = [LEFT, "of_newer_firmware"]
                assert (await goes_on(*new))[1:] == [(both, False), (new, True)]
                bus.say(status(journal="ok"))
                await judged(station, says("ok"))
                assert len(await goes_on("sos")) == 3, "it comes by itself again"

    asyncio.run(scenario())


def test_a_restart_and_a_last_will_leave_it_as_it_is(settings, broker, monkeypatch):
    time = At(settings)
    monkeypatch.setattr(saved, "_SAVE_S", 600)

    async def scenario():
        with telling(broker) as bus:
            async with time.running() as station:
                await connected(station)
                bus.say(state(taken=[7], active=[LEFT]), REFUSED)
                await until(lambda: told(station) == [([LEFT], True)])
                await answered(station)
                (before,) = await kept(station)
            for _ in range(2):  # its status was not saved, and comes from the broker
                async with time.running() as station:
                    assert the_bus(station).status is None
                    await station.unrecorded.judge()
                    time.passes(90)
                    await station.unrecorded.judge()
                    await connected(station)
                    await judged(station, says("refused"))
                    assert await kept(station) == [before]
            bus.say(status(online=False))
            async with time.running() as station:  # which hears the last will alone
                await connected(station)
                await judged(station, lambda bus: bus.status)
                time.passes(90)
                await station.unrecorded.judge()
                assert await kept(station) == [before]
                bus.say(status(journal="ok"))
                await judged(station, says("ok"))
                time.passes(60)
                await until(lambda: told(station) == [])
                (after,) = await kept(station)
                assert after.cleared_ms and after.id == before.id

    asyncio.run(scenario())


@on_one_database
def test_no_time_counts_without_a_broker(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(REFUSED, state(taken=[7]))
                await until(lambda: told(station) == [([], True)])
                bus.say(status(journal="ok"))
                await judged(station, says("ok"))
                station.services.note(station.services.broker, False)
                time.passes(90)
                await station.unrecorded.judge()
                station.services.note(station.services.broker, True)
                await station.unrecorded.judge()
                assert told(station) == [([], True)]
                time.passes(60)
                await until(lambda: told(station) == [([], False)])

    asyncio.run(scenario())


def test_a_bus_that_is_taken_off_the_list_keeps_none(settings, broker, monkeypatch):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            client = await signed_in(station, "boss", "admin")
            with telling(broker) as bus:
                bus.say(REFUSED, state(taken=[7]))
                await until(lambda: told(station) == [([], True)])
                bus.say(status(online=False))
                await until(lambda: the_bus(station).online is False)
                await answered(station)
                end_all, judging = station.alarms.end_all, []

                async def slowly(number, who):
                    await end_all(number, who)
                    judging.append(asyncio.create_task(station.unrecorded.judge()))
                    await asyncio.sleep(0.3)

                monkeypatch.setattr(station.alarms, "end_all", slowly)
                gone = await client.post("/api/buses/lc/bus-01/gone")
                assert gone.status_code == 204, gone.text
                await asyncio.gather(*judging)
                (only,) = await kept(station)
                assert only.cleared_ms and told(station) == []
                bus.say(state(taken=[7], at_ms=time.clock.now_ms() + 1000))
                await until(lambda: told(station) == [([], True)])
                the_bus(station).gone_ms = time.clock.now_ms()  # as if it had been raised too late
                await until(lambda: told(station) == [([], False)])

    asyncio.run(scenario())
