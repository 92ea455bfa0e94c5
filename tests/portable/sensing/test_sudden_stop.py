"""A crash as GNSS shows it."""

from parts import snapshot
from watch import CONFIG, Watch, kmh

from firmware.rules.crash import Crash
from firmware.sensing.sudden_stop import SuddenStop


class Ride:
    """A fix a second, between them nine ticks."""

    def __init__(self):
        self.stop = SuddenStop(1000, 5)
        self.s = snapshot(phase="driving", taken=[3, 7])

    def fix(self, speed_mms, accel_mms2=0):
        """-> mm/s2 of what was told within this second."""
        s, told = self.s, []
        s.gnss.speed_mms, s.vehicle.accel_mms2 = speed_mms, accel_mms2
        for tick in range(10):
            s.gnss.fix_new = tick == 0 and speed_mms is not None
            told.append(self.stop.update(s))
            s.now_ms += 100
        (found,) = [mms2 for mms2 in told if mms2 is not None] or (None,)
        return found

    def fixes(self, *speeds):
        return [self.fix(speed_mms) for speed_mms in speeds]


def stopped(before_mms, accel_mms2, *after):
    ride = Ride()
    ride.fix(before_mms)
    return [ride.fix(0, accel_mms2)] + ride.fixes(*after)


def test_boundaries_of_the_stop():
    still = (0, 0, 0, 0, 0)
    assert stopped(8333, -10000, *still) == [None] * 5 + [10000]
    assert stopped(8332, -10000, *still) == [None] * 6
    assert stopped(16000, -9999, *still) == [None] * 6
    assert stopped(16000, None, *still) == [None] * 6


def test_who_rolls_on_has_not_crashed():
    for speed_mms, told in ((832, 10000), (833, None)):
        ride = Ride()
        ride.fix(16000)
        ride.fix(6000, -10000)
        assert ride.fixes(0, 0, speed_mms, 0, 0, 0) == [None] * 5 + [told], speed_mms


def test_it_may_take_three_seconds_to_stand():
    for rolls, told in ((3, 10000), (4, None)):
        ride = Ride()
        ride.fix(16000)
        ride.fix(6000, -10000)
        ride.fixes(*[900] * (rolls - 1))
        assert ride.fixes(*[0] * 6) == [None] * 5 + [told], rolls


def test_three_seconds_are_to_the_tick():
    for rolls_ms, told in ((2900, 10000), (3000, None)):
        ride = Ride()
        ride.fix(16000)
        ride.fix(6000, -10000)
        s, seen = ride.s, []
        since_ms = s.now_ms - 1000
        s.gnss.fix_new = False
        for _ in range(100):
            s.gnss.speed_mms = 900 if s.now_ms - since_ms <= rolls_ms else 0
            seen.append(ride.stop.update(s))
            s.now_ms += 100
        assert [mms2 for mms2 in seen if mms2] == ([told] if told else []), rolls_ms


def test_a_second_stop_stands_as_long_as_the_first():
    ride = Ride()
    for _ in range(2):
        ride.fix(16000)
        assert ride.fix(0, -16000) is None
        assert ride.fixes(*[0] * 5) == [None] * 4 + [16000]


def test_an_antenna_that_is_gone_with_the_stop_counts_as_standing():
    ride = Ride()
    ride.fix(16000)
    assert ride.fix(2000, -14000) is None
    assert ride.fixes(*[None] * 6) == [None] * 5 + [14000]
    assert ride.fixes(*[None] * 20) == [None] * 20, "once"


def test_a_silence_without_a_stop_is_none():
    ride = Ride()
    ride.fix(16000)
    assert ride.fixes(*[None] * 20) == [None] * 20


def test_the_crash_has_the_heads_of_its_moment():
    watch = Watch(Crash, phase="driving", taken=[3, 7], speed_mms=kmh(60), fix_new=True)
    watch.sees()
    watch.sees(speed_mms=0, accel_mms2=-16000)
    watch.s.gnss.fix_new = False
    assert watch.sees(4900, taken=[], accel_mms2=0) == []
    ((state, data),) = watch.sees(200)
    assert (state, data["seats"], str(data["shock_g"])) == ("raised", [3, 7], "1.63")
    why = {key: str(value) for key, value in watch.events[0].why}
    assert why == {"stop_ms2": "15.99", "limit_ms2": "10.00", "stood_s": "5"}
    assert watch.events[0].severity == "alarm"
    watch.sees(30000, speed_mms=kmh(20))
    assert watch.sees(31000)[-1][0] == "cleared"


def test_an_accelerometer_that_answers_decides_alone():
    watch = Watch(Crash, phase="driving", speed_mms=kmh(60), fix_new=True, shock_mg=0)
    watch.sees()
    watch.sees(speed_mms=0, accel_mms2=-16000)
    assert watch.sees(10000, fix_new=False) == []


def test_the_limits_are_settings():
    config = dict(CONFIG, crash_stop_cms2=1700, crash_stand_s=10)
    for mms2, told in ((16999, []), (17000, ["raised"])):
        watch = Watch(Crash, config, phase="driving", speed_mms=kmh(80), fix_new=True)
        watch.sees()
        watch.sees(speed_mms=0, accel_mms2=-mms2)
        watch.s.gnss.fix_new = False
        assert watch.sees(9800) == []
        assert watch.states(300) == told
