"""Two boards that are one bus, and two stations that are one client of the broker."""

import asyncio

import pytest
from station_told import rows

from sim.program.compiled import ROOT
from station.db import tables
from tools import fleet as folder
from tools.board import Trouble


def test_the_example_is_deployed_as_no_bus(tmp_path, monkeypatch):
    """Copied twice and never edited it was bus-01 twice, and hid the children of each other."""
    monkeypatch.setattr(folder, "FLEET", tmp_path)
    for bus in ("bus-07", "bus-08"):
        (tmp_path / f"{bus}.json").write_bytes((ROOT / "bus.example.json").read_bytes())
        with pytest.raises(Trouble, match="change me"):
            folder.settings(bus)


@pytest.mark.parametrize("fleet", ["now"], indirect=True)
def test_a_second_station_takes_nothing_from_the_first(fleet):
    """On a laptop, beside the city's: 5 of 12 alarms went there only."""

    async def scenario():
        async with fleet.city() as city, fleet.city("laptop") as laptop:
            with fleet.bus() as bus:
                for _ in range(12):
                    bus.alarm()
                    await bus.sends_all()
                for station in (city, laptop):
                    await station.takes(12)
                    kept = await rows(station, tables.events)
                    assert [row.seq for row in kept] == bus.appended[0]

    asyncio.run(scenario())
