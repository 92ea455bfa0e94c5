"""A clock that is set right makes no speaking bus silent, and lets nothing old count."""

import json

import pytest
from station_told import NOW_MS, iso, state, status

from station.live import order
from station.live.live import Live

SERIAL = "00000000000000a1"
AHEAD_MS = 168_000
PARKED = {"phase": "parked", "next_s": 3600}


class Clock:
    def now_ms(self):
        return NOW_MS


class Hub:
    def send(self, *about):
        pass


class Station:
    """Hears bus-01. serial: None: it has no seal."""

    def __init__(self, serial):
        self.now_ms = NOW_MS
        self.serial = serial
        self.live = Live(Clock(), Hub())
        self.bus = self.live.bus("lc", "bus-01")

    def status(self, **more):
        body = json.loads(status(at=iso(self.now_ms), **more)[1])
        return self.live.status("lc", "bus-01", body, False, self.now_ms, self.serial)

    def state(self, at_ms, retained=False, **more):
        body = json.loads(state(at_ms, **more)[1])
        return self.live.state("lc", "bus-01", body, retained, self.now_ms, self.serial)

    def states(self, times, ahead_ms=0):
        """One every 5 s, each of which has to count."""
        for trip in range(times):
            self.now_ms += 5000
            assert self.state(self.now_ms + ahead_ms, trip=trip)
            assert self.bus.state["trip"] == trip and self.bus.heard_ms == self.now_ms


@pytest.fixture(params=[SERIAL, None], ids=["sealed", "unsealed"])
def station(request):
    return Station(request.param)


@pytest.fixture
def sealed():
    return Station(SERIAL)


@pytest.mark.parametrize("ahead_ms", [1, AHEAD_MS, 299_000, 600_000])
def test_the_first_state_after_a_clock_was_set_right_counts(station, ahead_ms):
    station.states(3)
    station.now_ms += 5000
    station.state(station.now_ms + ahead_ms, clock="rtc")
    station.states(100)


def test_without_a_seal_a_clock_may_be_set_to_any_time(station):
    if station.serial is not None:
        pytest.skip("with a seal an earlier time may be an old message")
    for ahead_ms in (0, 200_000, -1_000_000, 3_000_000_000, -40 * 365 * 86_400_000, 0):
        station.states(3, ahead_ms)


def test_what_the_broker_kept_does_not_replace_what_came_after_it(station):
    station.states(2)
    for ago_ms in (5001, 60_000, 3_000_000):
        assert not station.state(station.now_ms - ago_ms, retained=True, trip=77)
        assert station.bus.state["trip"] == 1


def test_a_state_that_was_sent_ahead_of_its_time_is_taken_once(sealed):
    said = []
    for _ in range(20):
        sealed.now_ms += 5000
        said.append(sealed.now_ms + AHEAD_MS)
        assert sealed.state(said[-1], **PARKED)
    sealed.states(2)
    promise_ms = sealed.bus.promise_ms
    for at_ms in (*said, *said):
        sealed.now_ms = max(sealed.now_ms, at_ms)
        assert not sealed.state(at_ms, **PARKED)
        assert sealed.bus.state["trip"] == 1 and sealed.bus.promise_ms == promise_ms


def test_the_newest_sealed_state_sent_again_keeps_no_bus_alive(sealed):
    sealed.status()
    sealed.states(1)
    at_ms, promise_ms = sealed.now_ms, sealed.bus.promise_ms
    for _ in range(10):
        sealed.now_ms += 60_000
        assert not sealed.state(at_ms, trip=0) and not sealed.bus.is_doubted
        assert sealed.bus.promise_ms == promise_ms


def test_a_sealed_status_sent_again_word_for_word_keeps_no_bus_alive(sealed):
    assert sealed.status()
    spoke_ms = sealed.bus.spoke_ms
    body = json.loads(status(at=iso(NOW_MS))[1])
    assert not sealed.live.status("lc", "bus-01", body, False, NOW_MS + 60_000, SERIAL)
    assert sealed.bus.spoke_ms == spoke_ms and not sealed.bus.is_doubted


def test_what_is_right_again_lets_nothing_from_before_count(sealed):
    """After an odd clock, too: the odd state says nothing of when it was sent."""
    sealed.states(4)
    for ahead_ms in (AHEAD_MS, 900_000):
        sealed.now_ms += 5000
        sealed.state(sealed.now_ms + ahead_ms)
        promise_ms = sealed.bus.promise_ms
        for ago_ms in (600_000, 60_000, 10_001):
            assert not sealed.state(sealed.now_ms - ago_ms, **PARKED)
            assert not sealed.bus.is_surely_empty and sealed.bus.promise_ms == promise_ms
    sealed.states(3)


def test_what_the_broker_kept_is_older_by_its_time_though_the_clock_was_ahead(sealed):
    sealed.states(2, AHEAD_MS)
    assert not sealed.state(sealed.now_ms + AHEAD_MS - 1, retained=True, trip=77)
    assert sealed.bus.state["trip"] == 1


def test_after_a_restart_of_the_station_the_order_is_known_still(sealed):
    """Of states without a time, and of those that came ahead of theirs."""
    sealed.status(boot=17)
    sealed.states(3, AHEAD_MS)
    before, sealed.now_ms = sealed.now_ms + AHEAD_MS, sealed.now_ms + 5000
    assert sealed.status(boot=18)
    assert sealed.state(None, boot=18, up_ms=60_000)
    saved, state_before, heard_ms = order.saved(sealed.bus), sealed.bus.state, sealed.bus.heard_ms
    again = Station(SERIAL)
    again.now_ms = sealed.now_ms + 60_000
    again.bus.state, again.bus.heard_ms, again.bus.status = state_before, heard_ms, {"boot": 18}
    again.bus.status_serial = SERIAL
    order.recall(again.bus, json.loads(json.dumps(saved)))
    for up_ms in (100, 60_000):
        assert not again.state(None, boot=18, up_ms=up_ms, **PARKED)
    assert again.state(None, boot=18, up_ms=60_001)
    assert not again.state(before, **PARKED) and not again.bus.is_surely_empty
