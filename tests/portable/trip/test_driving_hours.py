"""Hours at the wheel: a break, a day, a reset, a clock that is not known or goes back."""

from parts import Nvs, snapshot

from firmware.rules.heating import estimate_c10, minutes_left, rise_c10
from firmware.sensing.headcount import HeadCount
from firmware.trip.driving_hours import DrivingHours

MINUTE = 60000
HOUR_MIN = 60
DAWN = 1795388400000  # 2026-11-22T23:00Z, a whole hour


class Bench:
    def __init__(self):
        self.nvs = Nvs()
        self.utc_ms = DAWN
        self.clock = True
        self.boots()

    def boots(self):
        self.driven = DrivingHours(self.nvs, {"rest_min": 30})
        self.s = snapshot()
        self.passes(0)

    def passes(self, minutes, on=False):
        """Minutes with the engine on or off, in ticks of 20 s."""
        for _ in range(minutes * 3 or 1):
            self.s.trip.ignition_off_ms = None if on else 0
            self.s.utc_ms = self.utc_ms if self.clock else None
            self.driven.update(self.s)
            if minutes:
                self.s.now_ms += 20000
                self.utc_ms += 20000
        return self.s.trip.driven_min, self.s.trip.driven_day_min

    def off(self, minutes):
        """Without power."""
        self.utc_ms += minutes * MINUTE


def driving(minutes):
    bench = Bench()
    bench.passes(1)
    bench.passes(minutes, on=True)
    bench.passes(1)
    return bench


def test_a_break_of_30_min_ends_the_run_and_not_the_day():
    bench = driving(100)
    run, day = bench.passes(28)
    assert 99 <= run <= 100
    assert day == run
    run, day = bench.passes(3)
    assert run == 0
    assert day >= 99
    assert bench.passes(10, on=True)[0] in (9, 10)


def test_what_was_driven_24_hours_ago_counts_no_more():
    bench = driving(100)
    assert bench.passes(22 * HOUR_MIN)[1] >= 99
    assert bench.passes(4 * HOUR_MIN)[1] == 0


def test_it_survives_a_reset_and_the_clock_tells_the_rest():
    bench = driving(100)
    bench.boots()
    assert 99 <= bench.passes(5)[0] <= 100
    bench.off(40)
    bench.boots()
    run, day = bench.passes(2)
    assert (run, day >= 99) == (0, True)
    bench.off(24 * HOUR_MIN)
    bench.boots()
    assert bench.passes(2) == (0, 0)


def test_a_reset_on_the_way_costs_five_minutes_at_most():
    bench = Bench()
    bench.passes(104, on=True)
    bench.boots()
    run, day = bench.passes(3, on=True)
    assert 100 <= run <= 107
    assert day >= 100


def test_without_a_clock_nothing_grows_old_and_everything_counts():
    bench = driving(100)
    bench.clock = False
    bench.off(600)
    bench.boots()
    run, day = bench.passes(10, on=True)
    assert run >= 108
    assert day >= 108
    bench.clock = True
    run, day = bench.passes(2, on=True)
    assert run <= 12, "the first fix says that the bus has rested"
    assert day >= 108


def test_a_clock_set_back_takes_nothing_away():
    bench = driving(100)
    bench.utc_ms -= 5 * 3600000
    run, day = bench.passes(20, on=True)
    assert run >= 118
    assert day >= 118


def test_a_word_of_yesterday_does_not_come_back():
    """Five hours share a word: one that was not written since must not be believed."""
    bench = driving(60)
    bench.passes(20 * HOUR_MIN)
    bench.passes(60, on=True)
    bench.passes(7 * HOUR_MIN)
    bench.passes(30, on=True)
    bench.passes(1)
    before = bench.s.trip.driven_day_min
    bench.boots()
    assert bench.s.trip.driven_day_min == before
    assert before in (88, 89, 90)


def test_a_board_that_never_knew_the_time_counts_all_the_same():
    bench = Bench()
    bench.clock = False
    bench.passes(30, on=True)
    bench.passes(1)
    assert "drv_off" not in bench.nvs and "drv_hour" not in bench.nvs
    bench.boots()
    run, day = bench.passes(10, on=True)
    assert run >= 38
    assert day >= 38
    bench.clock = True
    assert bench.passes(2, on=True)[1] >= 38


def test_the_curve_says_what_mclaren_measured():
    assert rise_c10(0) == 0
    assert rise_c10(30 * MINUTE) == 176  # 80 %
    assert rise_c10(45 * MINUTE) == 198  # halfway between these
    assert rise_c10(60 * MINUTE - 1) == 219
    assert rise_c10(60 * MINUTE) == rise_c10(86400000) == 220
    assert abs(rise_c10(60 * MINUTE) // 12 - 18) <= 1  # 1.8 degC every 5 min, in the mean


def test_minutes_until_it_is_dangerous():
    assert estimate_c10(None, 30 * MINUTE, 30) == 476
    assert estimate_c10(312, 30 * MINUTE, 30) == 312
    assert minutes_left(None, 0, 30, 35) == 9
    assert minutes_left(None, 9 * MINUTE, 30, 35) == 0
    assert minutes_left(320, 0, 30, 35) == 6
    assert minutes_left(350, 0, 30, 35) == 0
    assert minutes_left(130, 0, 30, 35) == 60  # the curve's very end
    assert minutes_left(129, 0, 30, 35) is None
    assert minutes_left(340, 60 * MINUTE, 30, 35) is None


def test_heads_are_those_of_5_to_10_s_ago():
    heads = HeadCount()
    s = snapshot(taken=[1])
    heads.update(s)
    assert s.seats.taken_before is None
    for second in range(1, 21):
        s.now_ms = second * 1000
        s.seats.taken = [second]
        heads.update(s)
        if second >= 10:
            assert 5 <= second - s.seats.taken_before[0] <= 10, second
