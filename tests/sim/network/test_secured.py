"""sim/network/secured.py: a fleet as a city runs it, with a real station."""

import time

import httpx
import pytest

from sim.live.run import LiveBus
from sim.live.station_process import PERSON, StationProcess
from sim.network.secured import SecuredFleet
from sim.world.world import World


def test_the_station_hears_the_buses_and_knows_their_identities():
    names = ["bus-01", "bus-02"]
    world = World()
    with (
        SecuredFleet("laemchabang", names) as fleet,
        StationProcess(
            fleet.station_address, world.start_utc_ms, more=fleet.for_station
        ) as station,
    ):
        assert fleet.identities["bus-01"].mac_key != fleet.identities["bus-02"].mac_key
        bus = LiveBus("bus-01", world, fleet.address, identity=fleet.identities["bus-01"])
        with httpx.Client(base_url=station.address, timeout=30) as staff:
            login = {"name": PERSON, "password": station.password}
            staff.post("api/login", json=login).raise_for_status()
            end = time.monotonic() + 30
            while True:
                bus.step(bus.now_ms + 100)
                station.tell(world.start_utc_ms + bus.now_ms)
                seen = staff.get("api/live").json()["buses"]
                if any(one["online"] and one["phase"] for one in seen):
                    break
                assert time.monotonic() < end, "the station does not hear the bus"
            given = staff.get("api/identities").raise_for_status().json()
    assert [(one["bus"], len(one["identities"]), one["plain"]) for one in given] == [
        ("bus-01", 1, False), ("bus-02", 1, False),
    ]  # fmt: skip


def test_what_cannot_be_made_is_a_sentence():
    with pytest.raises(OSError, match="A bus is named by 1 to 32 letters"):
        SecuredFleet("laemchabang", ["bus 1"])
    with pytest.raises(FileNotFoundError, match="no broker here"):
        SecuredFleet("laemchabang", ["bus-01"], "another")
