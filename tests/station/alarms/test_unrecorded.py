"""A bus whose flash refuses its journal can send no alarm: the station alarms in its place."""

import asyncio

from station_told import At, connected, on_one_database, state, status, telling, until


def told(station):
    own = [a for a in station.alarms.views() if a["kind"] == "cannot_record"]
    return [(a["data"]["active"], a["cleared_at"] is None) for a in reversed(own)]


@on_one_database
def test_it_stands_while_the_flash_refuses_and_is_raised_anew_for_another_kind(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(status(), state(taken=[7]))
                await until(lambda: station.live.get("lc", "bus-01"))
                await station.unrecorded.judge()
                assert told(station) == []
                bus.say(status(journal="refused"))
                await until(lambda: told(station) == [([], True)])
                left = "child_left_behind"
                bus.say(
                    state(taken=[7], active=["belt_off", left], at_ms=time.clock.now_ms() + 1000)
                )
                now = ["belt_off", left]
                await until(lambda: told(station) == [([], False), (now, True)])
                bus.say(state(taken=[7], active=[left], at_ms=time.clock.now_ms() + 2000))
                await until(lambda: station.live.bus("lc", "bus-01").state["active"] == [left])
                await station.unrecorded.judge()
                assert told(station)[-1] == (now, True), "what ended is no news"
                bus.say(status(journal="ok"))
                await until(lambda: told(station)[-1] == (now, False))

    asyncio.run(scenario())
