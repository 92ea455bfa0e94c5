"""What no bus can do is set aside; until three fixes agree on it."""

from antenna import Antenna
from road import Road


def test_a_bus_that_drives_as_buses_do_is_believed():
    road = Road()
    north = speed = 0.0
    for step in [1.5] * 15 + [0] * 10 + [-4] * 5 + [-9] * 2 + [0] * 10 + [6, 6, -6, -6]:
        speed = max(0, speed + step)
        north += speed
        assert road.fix(north, int(speed * 1000)), (north, speed)
    assert road.plausible.set_aside == 0


def test_boundaries_of_a_change_of_speed():
    for before, after, ms, believed in (
        (10000, 22000, 1000, True), (10000, 22001, 1000, False), (22000, 10000, 1000, True),
        (22001, 10000, 1000, False), (10000, 14000, 200, True), (10000, 14001, 200, False),
        (0, 52000, 5000, True), (0, 52001, 5000, False), (None, 60000, 1000, True),
        (60000, None, 1000, True), (69000, 70000, 1000, True), (69000, 70001, 1000, False),
    ):  # fmt: skip
        road = Road()
        road.fix(0, before)
        assert road.fix(0, after, ms) == believed, (before, after, ms)


def test_boundaries_of_a_jump():
    for speed, hdop_e2, ms, metres in ((0, 100, 1000, 45), (10000, 100, 1000, 55),
                                       (10000, 500, 1000, 135), (0, 100, 5000, 165)):  # fmt: skip
        for more, believed in ((-1, True), (1, False)):
            road = Road(hdop_e2)
            road.fix(0, speed)
            assert road.fix(metres + more, speed, ms) == believed, (speed, hdop_e2, ms, more)
    road = Road()
    road.fix(0, None)
    assert road.fix(100, None), "without a speed it may drive at 250 km/h"
    assert not road.fix(300, None)
    road = Road()
    road.fix(0, 0)
    assert road.fix(900000, 0, 3600000), "an hour without a fix: it may be anywhere"


def test_one_wild_fix_is_set_aside_and_the_next_right_one_believed():
    for wild in ((10, 655000), (10, 31000), (5000, 10000), (5000, 0), (-100000, 10000)):
        road = Road()
        assert road.fixes((0, 10000), wild, (20, 10000)) == [True, False, True], wild
        assert road.plausible.set_aside == 1 and road.plausible.step_mms2 is None


def test_wild_fixes_that_agree_with_nothing_are_never_believed():
    road = Road()
    road.fix(0, 10000)
    for second in range(2, 60):
        assert not road.fix(second * 5000, 10000)
        assert not road.fix(-second * 7000, 10000)
    road = Road()
    assert road.fix(0, 0)
    for _ in range(20):
        assert not road.fix(0, 100000), "no bus drives at 360 km/h, however often it is told"


def test_three_that_agree_over_a_second_and_a_half_are_believed():
    road = Road()
    road.fix(0, 10000)
    assert road.fixes((5000, 10000), (5010, 10000), (5020, 10000)) == [False, False, True]
    assert road.fix(5030, 10000) and road.plausible.set_aside == 2
    assert not road.fix(40, 10000)


def test_at_five_fixes_a_second_three_are_too_soon():
    road = Road()
    road.fix(0, 10000, 200)
    wild = [(10 + 8 * count, 41667) for count in range(9)]  # 150 km/h for a second and a half
    believed = road.fixes(*wild, after_ms=200)
    assert believed[:8] == [False] * 8 and believed[8], "1.6 s after the first"


def test_a_crash_is_a_step_on_which_three_fixes_agree():
    for speed, second in ((14000, True), (25000, False)):  # 14 m/s in 2 s is braking
        road = Road()
        assert road.fixes((-14, speed), (0, speed), (14, speed)) == [True] * 3
        assert road.fixes((20, 0), (20, 0)) == [False, second]
        assert road.plausible.step_mms2 is None
        assert road.fix(20, 0)
        assert road.plausible.step_mms2 == -speed
        assert road.fix(20, 0) and road.plausible.step_mms2 is None


def test_one_wild_fix_that_shows_a_crash_is_no_step():
    for after in ((40, 14000), (40, 13000)):
        road = Road()
        assert road.fixes((-14, 14000), (0, 14000), (14, 14000), (20, 0))[2:] == [True, False]
        for count in range(4):
            road.fix(after[0] + 14 * count, after[1])
            assert road.plausible.step_mms2 is None


def test_a_wild_speed_is_no_step_where_the_next_speeds_do_not_show_it():
    """The second is reachable from both: 12.5 m/s, 0, 11.9, 12.5, ..."""
    for wild in (0, 400):
        road = Road()
        assert road.fixes((-12, 12500), (0, 12500), (12, 12500), (24, wild))[2:] == [True, False]
        for count in range(4):
            assert road.fix(37 + 12 * count, 11900 if count == 0 else 12500)
            assert road.plausible.step_mms2 is None


def test_a_wild_first_fix_is_no_crash_when_the_truth_comes():
    road = Road()
    road.fix(0, 30000)
    for _ in range(6):
        road.fix(0, 0)
        assert road.plausible.step_mms2 is None
    assert road.plausible.is_confirmed


def test_after_wild_fixes_one_that_may_be_is_not_confirmed():
    """4 s after the last that was believed a bus may drive 41 m/s faster."""
    road = Road()
    road.fixes((0, 12500), (12, 12500), (25, 12500))
    assert road.fixes((38, 65000), (50, 90000), (62, 65000)) == [False] * 3
    assert road.fix(75, 42600) and not road.plausible.is_confirmed
    assert not road.fix(87, 12500) and not road.fix(100, 12500)
    assert road.fix(112, 12500) and road.plausible.is_confirmed


def test_what_alternates_after_a_gap_is_never_confirmed():
    """A reflection and the truth, by turns: the bus cannot know which is which."""
    road = Road()
    for _ in range(20):
        road.fix(0, 0)
        road.fix(3000, 0)
        assert not road.plausible.is_confirmed
    road.fixes((0, 0), (0, 0), (0, 0))
    assert road.plausible.is_confirmed


def test_a_speed_is_compared_with_the_last_one_known():
    for after, believed in ((42000, True), (42001, False)):
        road = Road()
        assert road.fixes((0, 10000), (10, None), (20, None)) == [True] * 3
        assert road.fix(30, after) == believed, after
    for metres, believed in ((59, True), (61, False)):  # 20 m/s, and noise
        road = Road()
        assert road.fixes((0, 0), (0, None), (metres, None))[2] == believed, metres


def test_a_speed_that_was_wrong_is_forgotten_with_its_place():
    road = Road()
    road.fixes((0, 0), (0, 0), (0, 0))
    assert not road.fix(0, 60000), "one wild fix, which agrees with nothing"
    assert road.fixes((5000, None), (5060, None), (5120, None)) == [False, False, True]
    assert road.fix(5180, 60000)


def test_a_step_from_a_speed_that_three_do_not_show_is_none():
    for speeds, step in (((14, 14, 14), True), ((11, 13, 14), True), ((12, 14, 16), True),
                         ((12, 14, 16.1), False), ((None, 14, 14), False),
                         ((14, 14, None), False)):  # fmt: skip
        road = Road()
        for count in range(2):
            road.fix(-50 + count, None)
        for speed in speeds:
            road.fix(0, None if speed is None else int(speed * 1000))
        road.fixes((0, 0), (0, 0))
        assert road.fix(0, 0)
        assert (road.plausible.step_mms2 is not None) == step, speeds


def test_a_step_that_the_noise_of_speeds_may_hide_needs_a_second():
    for before, after, ms, step in ((11, 0, 1000, True), (10.1, 0, 1000, True),
                                    (10, 0, 1000, False), (11, 0, 800, True),
                                    (11, 9, 100, False)):  # fmt: skip
        road = Road()
        for count in range(20):
            road.fix(count * ms // 100, int(before * 1000), ms)
        steps = []
        for _ in range(20):
            assert road.fix(20 * ms // 100, after * 1000, ms) or ms < 1000
            steps.append(road.plausible.step_mms2)
        assert any(steps) == step, (before, after, ms)


def test_nothing_makes_a_bus_faster_than_a_tyre():
    road = Road()
    assert road.fixes((0, 0), (0, 0), (0, 0)) == [True] * 3
    assert road.fixes((42, 42000), (84, 42000), (126, 42000)) == [False, False, True]
    assert road.plausible.step_mms2 is None


def test_what_was_set_aside_before_a_gap_does_not_count_after_it():
    road = Road()
    road.fixes((0, 10000), (10, 10000), (20, 10000))
    wild = [(3000 + 2 * count, 10000) for count in range(7)]
    assert road.fixes(*wild, after_ms=200) == [False] * 7
    assert road.fix(100, 10000, after_ms=60000) and not road.plausible.is_confirmed
    assert road.fix(110, 10000) and not road.plausible.is_confirmed
    assert road.fix(120, 10000) and road.plausible.is_confirmed


def test_a_jump_without_a_change_of_speed_is_no_step():
    road = Road()
    assert road.fixes((-9, 9000), (-9, 9000), (0, 9000), (500, 9100), (509, 9000), (518, 9000))[-1]
    assert road.plausible.step_mms2 is None


def test_a_step_over_a_gap_is_none():
    road = Road()
    road.fixes((-50, 25000), (-25, 25000), (0, 25000))
    assert road.fixes((500, 0), (500, 0), (500, 0), after_ms=1600) == [False, False, True]
    assert road.plausible.step_mms2 is None
    road = Road()
    road.fixes((0, None), (0, None), (0, None))
    assert road.fixes((5000, None), (5000, None), (5000, None)) == [False, False, True]
    assert road.plausible.step_mms2 is None


def test_the_speed_spike_of_one_epoch():
    antenna = Antenna()
    antenna.fixes(5, mms=25000)
    before = antenna.s.gnss.lat_e7
    gnss = antenna.fix(mms=655000, north_m=antenna.north_m)  # 1273.89 knots
    assert gnss.speed_mms is not None and abs(gnss.speed_mms - 25000) < 20
    assert gnss.lat_e7 == before and not gnss.fix_new
    antenna.north_m += 25
    assert abs(antenna.fix(mms=25000).speed_mms - 25000) < 20


def test_what_is_set_aside_for_longer_than_a_fix_lasts_is_unknown():
    antenna = Antenna()
    antenna.fixes(5, mms=10000)
    for second in range(4):
        gnss = antenna.fix(mms=10000, north_m=10000 * (second % 2 + 1))
        assert (gnss.lat_e7 is not None) == (second < 2), second
