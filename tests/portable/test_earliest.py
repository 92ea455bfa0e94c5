"""The board's clock before the first satellite, and what it follows afterwards."""

from parts import Nvs

from firmware import BUILT
from firmware.earliest import SINCE_S, Earliest
from firmware.gnss.date import days_since_1970
from firmware.snapshot import Snapshot

BUILT_S = days_since_1970(*BUILT) * 86400
LATER_S = BUILT_S + 40 * 86400
HOUR_MS = 3600000


class Identity:
    def __init__(self, at):
        self.at = at


class Clock:
    """The board's, and the NVS; `sets` is what the clock was set to, in turn."""

    def __init__(self, identity=None, kept_s=None):
        self.memory = Nvs({} if kept_s is None else {"utc_2024": kept_s - SINCE_S})
        self.s = Snapshot(1)
        self.start(identity, 0)

    def start(self, identity=None, now_ms=0):
        self.sets = []
        self.earliest = Earliest(self.memory, identity, self.sets.append, now_ms)

    def tick(self, now_ms, utc_s=None, clock="gnss"):
        self.s.now_ms = now_ms
        self.s.utc_ms = None if utc_s is None else utc_s * 1000
        self.s.clock = clock if utc_s is not None else "none"
        assert not self.earliest.update(self.s)

    @property
    def kept_s(self):
        return SINCE_S + self.memory.get("utc_2024")


def test_at_the_start_it_is_the_latest_time_that_is_surely_over():
    assert Clock().sets == [BUILT_S]
    assert Clock(Identity(LATER_S)).sets == [LATER_S]
    assert Clock(Identity(LATER_S), LATER_S + 5).sets == [LATER_S + 5]
    assert Clock(Identity(LATER_S + 5), LATER_S).sets == [LATER_S + 5]
    assert Clock(Identity(BUILT_S - 5), BUILT_S - 9).sets == [BUILT_S]


def test_the_bound_rises_with_the_time_since_the_start():
    clock = Clock()
    clock.start(None, 2000)
    assert clock.earliest.utc_ms(2000) == BUILT_S * 1000
    assert clock.earliest.utc_ms(62000) == BUILT_S * 1000 + 60000


def test_the_clock_follows_gnss_at_once_and_nothing_else():
    clock = Clock()
    clock.tick(1000)
    clock.tick(2000, LATER_S, "rtc")
    assert clock.sets == [BUILT_S] and clock.memory.get("utc_2024") is None
    clock.tick(3000, LATER_S)
    assert clock.sets == [BUILT_S, LATER_S] and clock.memory.get("utc_2024") is None
    assert clock.earliest.utc_ms(4000) == LATER_S * 1000 + 1000


def test_gnss_can_set_it_back():
    clock = Clock(Identity(LATER_S), LATER_S + 999)
    clock.tick(3000, LATER_S - 86400)
    assert clock.sets == [LATER_S + 999, LATER_S - 86400]
    assert clock.kept_s == LATER_S - 86400


def test_a_clock_that_goes_right_is_not_set_again():
    clock = Clock()
    for minute in range(180):
        clock.tick(minute * 60000, LATER_S + minute * 60)
    assert clock.sets == [BUILT_S, LATER_S]
    clock.tick(180 * 60000, LATER_S + 180 * 60 + 2)
    assert len(clock.sets) == 3


def test_it_looks_once_a_minute():
    clock = Clock()
    clock.tick(0, LATER_S)
    clock.tick(100, LATER_S)
    clock.tick(30000, LATER_S + 500)
    assert len(clock.sets) == 2
    clock.tick(60100, LATER_S + 500)
    assert len(clock.sets) == 3


def test_the_time_is_kept_once_an_hour_at_most():
    clock = Clock(None, LATER_S - 7200)
    writes = []
    keep = clock.memory.set
    clock.memory.set = lambda name, value: (writes.append(value), keep(name, value))
    for second in range(0, 3 * 3600 + 61, 10):
        clock.tick(second * 1000, LATER_S + second)
    assert len(writes) == 4
    assert clock.kept_s == LATER_S + 3 * 3600 + 10


def test_a_time_that_jumps_to_and_fro_wears_no_flash():
    for jump_s, most in ((999999, 2), (80000, 6)):
        clock = Clock(None, LATER_S - 7200)
        writes = []
        clock.memory.set = lambda name, value, kept=writes: kept.append(value)
        for minute in range(123):
            clock.tick(minute * 60000, LATER_S + (minute % 2) * jump_s)
        assert 1 <= len(writes) <= most, "far ahead it is only noted; near, kept hourly, and back"


def test_a_forged_date_that_was_kept_goes_back_at_once():
    clock = Clock(None, LATER_S + 10**8)
    clock.tick(0, LATER_S + 10**8)
    clock.tick(60000, LATER_S)
    assert clock.kept_s == LATER_S


def test_far_ahead_counts_after_an_hour_without_a_jump():
    for jumps in (False, True):
        clock = Clock(None, LATER_S)
        for minute in range(61):
            assert clock.kept_s == LATER_S, minute
            step_s = 7 if jumps and minute > 30 else 0
            clock.tick(minute * 60000, LATER_S + 99 * 86400 + minute * 60 + step_s)
        assert clock.kept_s == LATER_S
        clock.tick(61 * 60000, LATER_S + 99 * 86400 + 61 * 60 + step_s)
        assert (clock.kept_s > LATER_S) is not jumps
        clock.start()
        assert clock.sets == [clock.kept_s]


def test_far_ahead_counts_at_another_start_within_a_week():
    day_s = 86400
    for first_s, second_s, is_kept in (
        (40 * day_s, 40 * day_s, True),
        (40 * day_s, 47 * day_s, True),
        (40 * day_s, 47 * day_s + 1, False),
        (40 * day_s, 40 * day_s - 1, False),
        (6000 * day_s, 40 * day_s, False),  # the first was forged
    ):
        clock = Clock(None, LATER_S)
        clock.tick(0, LATER_S + first_s)
        assert clock.kept_s == LATER_S
        clock.start()
        assert clock.sets == [LATER_S]
        clock.tick(0, LATER_S + second_s)
        assert clock.kept_s == (LATER_S + second_s if is_kept else LATER_S), second_s
