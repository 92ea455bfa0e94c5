"""sim/network/secured.py: a fleet as a city runs it, with a real station."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest
from vm import micropython

from sim.live.run import LiveBus
from sim.live.station_process import PERSON, StationProcess
from sim.network.secured import SecuredFleet
from sim.world.world import World

BUS = "laemchabang/bus-01"


class Town:
    """One bus, and its time, which the station's follows."""

    def __init__(self, fleet, station):
        self.world = World()
        self._station = station
        identity = fleet.identities["bus-01"]
        self._bus = LiveBus("bus-01", self.world, fleet.address, identity=identity)

    def passes_until(self, condition, step_s=0.005):
        """step_s: of real time, at least, for a tenth of a second of the town's."""
        end = time.monotonic() + 60
        while not (found := condition()):
            assert time.monotonic() < end, "it did not happen"
            for _ in range(10):
                self._step(step_s)
        return found

    def _step(self, step_s):
        self._bus.step(self._bus.now_ms + 100)
        for _ in range(10):  # as on the wall clock, the uplink has turns between two ticks
            self._bus.turn(self._bus.now_ms)
        self._station.tell(self.world.start_utc_ms + self._bus.now_ms)
        time.sleep(step_s)


def signed_in(station):
    staff = httpx.Client(base_url=station.address, timeout=60)
    login = {"name": PERSON, "password": station.password}
    answer = staff.post("api/login", json=login).raise_for_status().json()
    staff.headers["X-CSRF-Token"] = answer["csrf"]
    return staff


def test_the_station_believes_its_buses_and_they_obey_it():
    start_ms = World().start_utc_ms
    with (
        SecuredFleet("laemchabang", ["bus-01", "bus-02"], start_ms) as fleet,
        StationProcess(fleet.station_address, start_ms, more=fleet.for_station) as station,
        closing(signed_in(station)) as staff,
        ThreadPoolExecutor(1) as beside,
    ):
        assert fleet.identities["bus-01"].mac_key != fleet.identities["bus-02"].mac_key
        town = Town(fleet, station)

        def knows_where_it_is():
            buses = staff.get("api/live").json()["buses"]
            return any(one["online"] and one["lat"] is not None for one in buses)

        town.passes_until(knows_where_it_is)
        request = {"seats": [3], "days": 1}
        asked = beside.submit(staff.post, f"api/buses/{BUS}/out_of_service", json=request)
        # A command is good for a minute of the town's time.
        answer = town.passes_until(lambda: asked.done() and asked.result(), step_s=0.03)
        assert answer.status_code == 200, answer.text

        def seen():
            given = {one["bus"]: one for one in staff.get("api/identities").json()}
            last = [one["last_seen_at"] for one in given["bus-01"]["identities"]]
            return None not in last and given

        given = town.passes_until(seen)
        assert [one["last_seen_at"] for one in given["bus-02"]["identities"]] == [None]
        assert staff.get("api/quarantine").json() == []


def test_the_boards_own_tls_takes_what_enrolling_makes():
    """Certificate, key and authority, in the real MicroPython."""
    with SecuredFleet("laemchabang", ["bus-01"], World().start_utc_ms) as fleet:
        path, port = str(fleet.given / "bus-01.identity.json"), str(fleet.address[1])
        done = micropython("tests/support/vm_identity.py", path, port, "127.0.0.1", "localhost")
    accepted, refused = done.stdout.splitlines()
    assert accepted == r"127.0.0.1 b' \x02\x00\x00'", done.stderr
    assert "does not match" in refused, "it is not the broker's name"


def test_what_cannot_be_made_is_a_sentence():
    with pytest.raises(OSError, match="A bus is named by 1 to 32 letters"):
        SecuredFleet("laemchabang", ["bus 1"], 1)
    with pytest.raises(FileNotFoundError, match="no broker here"):
        SecuredFleet("laemchabang", ["bus-01"], 1, "another")
