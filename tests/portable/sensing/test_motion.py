"""What the bus feels: mounting, gravity, filters; and speeds of GNSS as the fallback."""

from parts import put, snapshot

from firmware.sensing.motion import Motion, mounting

LEVEL = {"fitted": True, "forward": "+x", "up": "+z"}


class Chip:
    """Ten samples a tick, all the same."""

    def __init__(self, x=0, y=0, z=1000):
        self.x, self.y, self.z = [0] * 32, [0] * 32, [0] * 32
        self.dead = False
        self.n = 10
        self.feels(x, y, z)

    def feels(self, x=0, y=0, z=1000):
        self.x[:10], self.y[:10], self.z[:10] = [x] * 10, [y] * 10, [z] * 10

    def read(self):
        if self.dead:
            raise OSError(19)
        return self.n


class Bench:
    def __init__(self, chip=None, config=LEVEL):
        self.motion = Motion(config, chip)
        self.s = snapshot(ignition=True, speed_mms=0)

    def runs(self, ticks=1, **readings):
        """A fix every tenth tick."""
        for name, value in readings.items():
            put(self.s, name, value)
        for _ in range(ticks):
            self.s.now_ms += 100
            self.s.gnss.fix_new = self.s.gnss.speed_mms is not None and self.s.now_ms % 1000 == 0
            self.motion.sense(self.s)
        return self.s


def test_mounting_is_right_handed():
    # The chip lies flat: x forward, z up; then y points left, so right is -y.
    assert mounting("+x", "+z") == ((0, 1), (1, -1), (2, 1))
    # Turned by 180 degrees about z.
    assert mounting("-x", "+z") == ((0, -1), (1, 1), (2, 1))
    # Upside down.
    assert mounting("+x", "-z") == ((0, 1), (1, 1), (2, -1))
    assert mounting("+z", "+y") == ((2, 1), (0, -1), (1, 1))


def test_at_rest_nothing_is_felt_whatever_the_tilt():
    chip = Chip(x=300, y=-200, z=930)
    s = Bench(chip).runs(100)
    assert abs(s.vehicle.accel_mms2) < 100
    assert abs(s.vehicle.lateral_mms2) < 100
    assert s.vehicle.shock_mg < 20


def test_braking_and_bends_pass_the_filter_in_the_axes_of_the_bus():
    for config, braking, bend in (
        (LEVEL, {"x": -500}, {"y": -600}),
        ({"forward": "-y", "up": "+z"}, {"y": 500}, {"x": -600}),
        ({"forward": "+y", "up": "-z"}, {"y": -500, "z": -1000}, {"x": -600, "z": -1000}),
    ):
        chip = Chip(**({"z": -1000} if config["up"] == "-z" else {}))
        bench = Bench(chip, config)
        bench.runs(100)
        chip.feels(**braking)
        s = bench.runs(20, speed_mms=10000)
        assert abs(s.vehicle.accel_mms2 + 4903) < 100, config
        assert abs(s.vehicle.lateral_mms2) < 100, config
        chip.feels(**bend)
        s = bench.runs(20)
        assert abs(s.vehicle.lateral_mms2 - 5884) < 100, config
        assert abs(s.vehicle.accel_mms2) < 100, config


def test_a_pothole_is_no_braking_and_a_knock_is_no_crash():
    chip = Chip()
    bench = Bench(chip)
    bench.runs(100)
    chip.x[0] = -6000  # one sample: 10 ms
    s = bench.runs(1)
    assert abs(s.vehicle.accel_mms2) < 2000
    assert s.vehicle.shock_mg == 1500
    chip.feels()
    bench.runs(10)
    for sample in range(10):
        chip.x[sample] = -4000  # a collision takes a tenth of a second
    s = bench.runs(1)
    assert 3500 < s.vehicle.shock_mg <= 4000


def test_gravity_is_learnt_at_rest_and_not_while_braking():
    chip = Chip()
    bench = Bench(chip)
    bench.runs(100)
    chip.feels(x=-400)
    s = bench.runs(200, speed_mms=15000)
    assert abs(s.vehicle.accel_mms2 + 3922) < 60
    chip.feels(x=50)
    bench.runs(600, speed_mms=0)
    chip.feels(x=50)
    assert abs(bench.runs(10, speed_mms=15000).vehicle.accel_mms2) < 400


def test_without_a_chip_fixes_in_a_row_show_braking():
    bench = Bench()
    felt = []
    for speed_mms in (15000, 15000, 15000, 15000, 10000, 5000, 0, 0, 0):
        felt.append(bench.runs(10, speed_mms=speed_mms).vehicle.accel_mms2)
    assert felt == [None] * 2 + [0, 0, 0, -5000, -5000, 0, 0], "what two changes in a row show"
    assert bench.s.vehicle.shock_mg is None
    bench.runs(10, speed_mms=None)
    assert bench.s.vehicle.accel_mms2 is None
    felt = [bench.runs(10, speed_mms=0).vehicle.accel_mms2 for _ in range(4)]
    assert felt == [None] * 2 + [0, 0], "not in a row"


def test_without_a_chip_one_wild_speed_is_neither_braking_nor_acceleration():
    for wild in (0, 5000, 25000, 41667, 655000):
        bench = Bench()
        felt = set()
        for speed_mms in [15000] * 5 + [wild] + [15000] * 5:
            felt.add(bench.runs(10, speed_mms=speed_mms).vehicle.accel_mms2)
        assert felt == {None, 0}, wild


def test_amid_real_braking_or_acceleration_one_wild_speed_shows_no_more():
    for step in (-2500, 2500):
        real = [15000] * 4 + [15000 + step * n for n in range(1, 6)] + [15000 + step * 5] * 4
        for at in range(3, 11):
            for wild in range(0, 40000, 500):
                bench = Bench()
                for speed_mms in real[:at] + [wild] + real[at + 1 :]:
                    felt = bench.runs(10, speed_mms=speed_mms).vehicle.accel_mms2
                    assert felt is None or -2500 <= felt <= 2500, (step, at, wild)


def test_in_a_real_bend_one_wild_heading_shows_no_more():
    real = [0] * 4 + [15, 30, 45, 60] + [60] * 4
    for at in range(3, 10):
        for wild in range(0, 360, 5):
            felt = bends(10000, *real[:at], wild, *real[at + 1 :])
            assert all(across is None or -1 <= across <= 2625 for across in felt), (at, wild)


def test_fixes_more_than_a_second_and_a_half_apart_are_not_in_a_row():
    for gap, known in ((15, True), (16, False)):
        bench = Bench()
        for _ in range(5):
            bench.runs(10, speed_mms=15000)
        bench.s.now_ms += gap * 100
        bench.s.gnss.fix_new = True
        bench.motion.sense(bench.s)
        assert (bench.s.vehicle.accel_mms2 is not None) == known, gap


def test_a_step_on_which_three_fixes_agree_is_felt_at_once():
    bench = Bench()
    for _ in range(5):
        bench.runs(10, speed_mms=14000)
    bench.s.gnss.speed_mms, bench.s.gnss.step_mms2, bench.s.gnss.fix_new = 0, -14000, True
    bench.s.now_ms += 3000
    bench.motion.sense(bench.s)
    assert bench.s.vehicle.accel_mms2 == -14000
    bench.s.gnss.step_mms2, bench.s.gnss.fix_new = None, False
    bench.motion.sense(bench.s)
    assert bench.s.vehicle.accel_mms2 == -14000, "until the next fix"
    felt = [bench.runs(10, speed_mms=0).vehicle.accel_mms2 for _ in range(4)]
    assert felt == [None, 0, 0, 0]


def test_what_fixes_show_is_forgotten_when_none_follows():
    bench = Bench()
    for speed in (20000, 15000, 10000, 5000):
        bench.runs(10, speed_mms=speed)
    assert bench.s.vehicle.accel_mms2 == -5000
    for tick in range(20):
        bench.s.now_ms += 100
        bench.s.gnss.fix_new = False
        bench.motion.sense(bench.s)
        assert (bench.s.vehicle.accel_mms2 is None) == (tick >= 15), tick


def bends(speed_mms, *headings):
    """-> what is felt across, of each fix."""
    bench = Bench()
    felt = []
    for heading_deg in headings:
        s = bench.runs(10, speed_mms=speed_mms, heading_deg=heading_deg)
        felt.append(s.vehicle.lateral_mms2)
    return felt


def test_without_a_chip_headings_in_a_row_show_a_bend():
    felt = bends(10000, 350, 350, 350, 20, 50, 50, 50)
    assert felt == [None] * 2 + [0, 0, 5250, 0, 0], "10 m/s times 30 degrees a second, to the right"
    assert bends(10000, 20, 20, 20, 350, 320, 320)[2:] == [0, 0, -5250, 0]
    assert bends(10000, 20, 20, 20, 350, 20, 20)[2:] == [0] * 4, "one wild heading is no bend"
    assert bends(5555, 0, 0, 0, 30, 60, 90)[2:] == [None] * 4, "slower than 20 km/h"
    assert bends(5556, 0, 0, 0, 30, 60, 90)[2:] == [0, 0] + [5556 * 30 * 35 // 2000] * 2
    assert bends(10000, 0, 0, None, 0, 0, 0, 0)[2:] == [None] * 3 + [0, 0]
    bench = Bench()
    bench.runs(40, speed_mms=10000, heading_deg=90)
    bench.runs(10, speed_mms=None)
    assert bench.s.vehicle.lateral_mms2 is None


def test_a_tick_without_a_sample_changes_nothing():
    chip = Chip(x=3000)
    bench = Bench(chip)
    before = bench.runs(1, speed_mms=15000).vehicle.shock_mg
    chip.n = 0
    assert bench.runs(3).vehicle.shock_mg == before > 0


def test_a_silent_chip_leaves_the_fallback():
    chip = Chip()
    bench = Bench(chip)
    bench.runs(20, speed_mms=15000)
    assert not bench.motion.silent
    chip.dead = True
    s = bench.runs(20, speed_mms=15000)
    assert bench.motion.silent
    assert (s.vehicle.accel_mms2, s.vehicle.lateral_mms2, s.vehicle.shock_mg) == (0, None, None)
    chip.dead = False
    assert bench.runs(1).vehicle.shock_mg is not None
    assert not bench.motion.silent


def test_what_a_chip_felt_last_is_forgotten_with_it_and_gnss_shows_the_bends():
    chip = Chip(y=-600)
    bench = Bench(chip)
    for heading_deg in (90, 90, 90, 60, 30):
        bench.runs(10, speed_mms=10000, heading_deg=heading_deg)
    bench.runs(5)
    assert bench.s.vehicle.lateral_mms2 > 1000
    chip.dead = True
    assert bench.runs(1).vehicle.lateral_mms2 is None
    assert bench.runs(10, heading_deg=0).vehicle.lateral_mms2 == -5250, "until the next fix"


def test_a_shock_counts_from_every_side_and_gravity_is_none():
    for knock, wanted in (
        ({"z": 4000}, 3000), ({"z": -2000}, 3000), ({"x": -3000, "y": -4000}, 5000),
        ({"y": 3000}, 3000), ({"x": 3000, "z": 5000}, 5000),
    ):  # fmt: skip
        chip = Chip()
        bench = Bench(chip)
        bench.runs(100)
        chip.feels(**knock)
        assert wanted * 9 // 10 < bench.runs(1).vehicle.shock_mg <= wanted, knock


def test_what_is_felt_goes_on_from_tick_to_tick():
    chip = Chip()
    chip.n = 1  # a sample a tick: the filter needs several to follow
    bench = Bench(chip)
    bench.runs(100)
    chip.feels(x=-4000)
    felt = [bench.runs(1, speed_mms=9000).vehicle.shock_mg for _ in range(12)]
    assert felt == sorted(felt) and felt[0] == 1000 and felt[-1] > 3800


def test_once_learnt_gravity_moves_slowly():
    chip = Chip()
    bench = Bench(chip)
    bench.runs(100)
    chip.feels(x=320)
    assert 1600 < bench.runs(20).vehicle.accel_mms2 < 2300, "three quarters of it"
    assert abs(bench.runs(300).vehicle.accel_mms2) < 320, "to 31 mg"


def test_a_bus_that_is_off_stands_though_its_speed_is_unknown():
    for ignition, learns in ((False, True), (True, False), (None, False)):
        chip = Chip(x=200)
        bench = Bench(chip)
        bench.runs(300, speed_mms=None, ignition=ignition)
        assert (abs(bench.s.vehicle.accel_mms2) < 60) == learns, ignition


def test_what_is_not_fitted_is_not_silent():
    bench = Bench()
    bench.runs(10)
    assert not bench.motion.silent
