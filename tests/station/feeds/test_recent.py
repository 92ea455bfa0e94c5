"""Which alarms other systems are told of."""

import asyncio

from feeding import fed
from station_told import NOW_MS, event

from station.clock import iso
from station.feeds import recent


def test_that_an_alarm_is_over_is_told_however_many_its_bus_raises(tmp_path, monkeypatch):
    """Of its own kind within an hour, and of another kind at any time."""
    monkeypatch.setattr(recent, "_MOST_OF_A_KIND", 3)

    async def story():
        async with fed(tmp_path, iso(NOW_MS), ngsi_ld="http://127.0.0.1:9") as scene:

            async def kinds():
                rows = await scene.station.forwards._rows(scene.clock.now_ms(), [])
                return [row.kind for row in rows if row.cleared_ms is not None]

            await scene.hears(*event(1, "child_left_behind"))
            for seq in range(2, 8):
                await scene.hears(*event(seq))
            for seq in range(2, 8):
                await scene.hears(*event(seq + 10, state="cleared", occ=seq))
            await scene.hears(*event(30, "child_left_behind", state="cleared", occ=1))
            assert sorted(await kinds()) == ["child_left_behind"] + 6 * ["sos"]
            scene.clock.ms += 3_600_000
            assert sorted(await kinds()) == ["child_left_behind"] + 3 * ["sos"]

    asyncio.run(story())
