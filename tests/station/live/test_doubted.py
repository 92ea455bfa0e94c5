"""What another may have sent again, or what may be true although it looks old, empties no bus."""

import json

import pytest
from station_told import NOW_MS, iso, state, status

from station.live.live import Live

SERIAL = "00000000000000a1"
PARKED = {"phase": "parked", "next_s": 3600}


class Clock:
    def now_ms(self):
        return NOW_MS


class Hub:
    def send(self, *about):
        pass


class Station:
    """Hears bus-01, whose messages are all sealed."""

    def __init__(self):
        self.now_ms = NOW_MS
        self.live = Live(Clock(), Hub())
        self.bus = self.live.bus("lc", "bus-01")

    def status(self, boot, ago_ms=None):
        """ago_ms: None: without a time."""
        at = None if ago_ms is None else iso(self.now_ms - ago_ms)
        body = json.loads(status(boot=boot, at=at)[1])
        return self.live.status("lc", "bus-01", body, False, self.now_ms, SERIAL)

    def state(self, ago_ms=None, start=None, **more):
        """start: (boot, up_ms), without a time."""
        at_ms = None if ago_ms is None else self.now_ms - ago_ms
        if start is not None:
            more |= {"boot": start[0], "up_ms": start[1]}
        body = json.loads(state(at_ms, **more)[1])
        return self.live.state("lc", "bus-01", body, False, self.now_ms, SERIAL)


@pytest.fixture
def station():
    return Station()


def test_states_without_a_time_have_the_order_of_start_and_time_since(station):
    bus = station.bus
    station.status(7)
    assert station.state(start=(7, 60_000), taken=[3])
    promise_ms = bus.promise_ms
    station.now_ms += 5000
    for start in ((6, 90_000), (7, 59_999), (7, 60_000)):
        assert not station.state(start=start, **PARKED)
        assert bus.state["seats"]["taken"] == [3] and bus.promise_ms == promise_ms
    assert station.state(start=(7, 60_001), **PARKED) and bus.is_surely_empty
    assert station.state(start=(8, 100), taken=[4])
    assert not station.state(start=(7, 90_000), **PARKED)


def test_after_a_status_of_a_new_start_only_a_state_of_that_start_counts(station):
    station.status(7, ago_ms=9000)
    assert station.state(ago_ms=5000, taken=[3])
    assert not station.state(start=(7, 90_000), **PARKED), "this start knew the time already"
    station.status(8)
    assert not station.state(start=(7, 90_000), **PARKED)
    assert station.state(start=(8, 2400), taken=[3])
    assert not station.state(start=(8, 2400), taken=[3])


def test_a_state_of_a_start_that_no_status_told_of_yet_is_taken(station):
    station.status(7, ago_ms=9000)
    assert station.state(ago_ms=5000, **PARKED)
    assert station.state(start=(8, 2400), taken=[3])
    assert station.bus.state["seats"]["taken"] == [3]


def test_a_state_from_before_the_start_does_not_replace_one_without_a_time(station):
    station.status(7)
    assert station.state(start=(7, 60_000), taken=[3])
    assert not station.state(ago_ms=60_001, **PARKED)
    assert station.bus.state["seats"]["taken"] == [3]
    station.now_ms += 10_000
    assert station.state(ago_ms=0, **PARKED) and station.bus.is_surely_empty


def test_a_state_of_older_firmware_without_a_time_promises_nothing(station):
    bus = station.bus
    station.status(7)
    for _ in range(3):
        assert not station.state(**PARKED)
        assert bus.state["phase"] == "parked" and not bus.is_surely_empty
        assert bus.promise_ms == NOW_MS
        station.now_ms += 3_500_000
    assert station.state(start=(7, 100), **PARKED) and bus.is_surely_empty
    assert bus.promise_ms == station.now_ms + 3_600_000
    assert not station.state(**PARKED) and bus.state["up_ms"] == 100


def test_a_board_whose_memory_was_erased_makes_its_bus_not_surely_empty(station):
    bus = station.bus
    station.status(40, ago_ms=9000)
    assert station.state(ago_ms=5000, **PARKED | {"next_s": 60}) and bus.is_surely_empty
    promise_ms = bus.promise_ms
    station.now_ms += 1000
    assert not station.status(1)
    assert not bus.is_surely_empty, "that status may be true"
    for up_ms in range(0, 3_600_000, 60_000):
        station.now_ms += 60_000
        assert not station.state(start=(1, up_ms), taken=[3, 4])
        assert not bus.is_surely_empty and bus.promise_ms == promise_ms
    assert station.state(ago_ms=0, **PARKED) and bus.is_surely_empty, "its clock knows the time"


def test_a_refused_state_alone_makes_the_bus_not_surely_empty(station):
    station.status(40, ago_ms=9000)
    assert station.state(ago_ms=5000, **PARKED) and station.bus.is_surely_empty
    assert not station.state(start=(1, 100), taken=[3])
    assert not station.bus.is_surely_empty


def test_the_newest_state_that_comes_twice_is_no_reason_for_doubt(station):
    station.status(7)
    assert station.state(start=(7, 100), **PARKED)
    assert not station.state(start=(7, 100), **PARKED)
    assert station.bus.is_surely_empty


def test_what_is_not_taken_is_remembered_until_a_state_counts(station):
    """So that `going_dark` does not say that the bus says nothing."""
    assert station.state(ago_ms=0)
    for said in ({"ago_ms": 60_000, "taken": [3]}, {"ago_ms": -3_000_000}):
        station.now_ms += 5000
        assert not station.state(**said)
        assert station.bus.refused_ms == station.now_ms
        station.now_ms += 5000
        assert station.state(ago_ms=0)
        assert station.bus.refused_ms is None
