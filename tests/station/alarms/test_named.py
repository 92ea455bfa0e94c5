"""Kinds that only the state of a bus names."""

import asyncio
import json

from station_told import NOW_MS, state

from station.alarms.by_state import HELD_MS
from station.alarms.named import NamedAlone
from station.live.live_bus import LiveBus


def test_a_bus_that_names_kinds_without_end_is_asked_for_once(monkeypatch):
    bus, named, asked = LiveBus("lc", "bus-01"), NamedAlone(None), []

    async def ask(some):
        asked.append(len(some))
        return set(some[:1])

    monkeypatch.setattr(named, "_ask", ask)
    kinds = [f"kind_{n}" for n in range(1000)]
    bus.state, bus.came_ms = json.loads(state(active=kinds)[1]), NOW_MS

    async def scenario():
        assert await named.find([bus], [], NOW_MS) == {}
        for n in (1, 2):
            found = await named.find([bus], [], NOW_MS + n * HELD_MS)
            assert found == {("lc", "bus-01"): {"kind_0"}}

    asyncio.run(scenario())
    (number,) = asked
    assert 0 < number <= 100
