"""One wild fix is not the truth: from the receiver's bytes to the rules and the trip."""

from antenna import Antenna
from watch import CONFIG

from firmware.rules.crash import Crash
from firmware.rules.gnss_jump import GnssJump
from firmware.rules.harsh_driving import HarshDriving
from firmware.rules.overspeed import Overspeed
from firmware.sensing.motion import Motion
from firmware.trip.departure import Departure

START_MMS = 2222  # 8 km/h
KMH_36 = 10000


class Bus(Antenna):
    """A receiver, and what goes by it. rules: told() is what they reported."""

    def __init__(self, per_s=1, phase="driving"):
        super().__init__()
        self.per_s = per_s
        self.motion = Motion({"forward": "+x", "up": "+z"}, None)
        self.departure = Departure(START_MMS)
        self.rules = [rule(CONFIG) for rule in (HarshDriving, Crash, GnssJump, Overspeed)]
        self.reported = []
        self.set_off = False
        self.s.trip.phase = phase
        self.s.trip.ignition_off_ms = None

    def waits(self, ms, slept_ms=0):
        for _ in range(ms // 100):
            super().waits(100, slept_ms)
            self.s.now_ms -= 100
            self.motion.sense(self.s)
            self.set_off = self.departure.update(self.s) or self.set_off
            for rule in self.rules:
                event = rule.judge(self.s)
                if event is not None:
                    self.reported.append((event.kind, event.state))
            self.s.now_ms += 100


def drives(per_s=1, mms=20000):
    bus = Bus(per_s)
    bus.fixes(10 * per_s, mms=mms)
    assert bus.set_off and bus.reported == []
    return bus


def test_a_speed_of_one_epoch_is_neither_harsh_driving_nor_a_crash():
    for per_s in (1, 5):
        for wild in (655000, 41667, 33000, 15000, 0):
            bus = drives(per_s, mms=20000)
            bus.north_m += 20 / per_s
            bus.fix(mms=wild, north_m=bus.north_m)
            bus.fixes(20 * per_s, mms=20000)
            assert bus.reported == [], (per_s, wild)


def test_150_km_h_for_a_second_is_nothing():
    for per_s in (1, 5):
        bus = drives(per_s, mms=14000)
        for _ in range(per_s):
            bus.north_m += 14 / per_s
            bus.fix(mms=41667, north_m=bus.north_m)
        bus.fixes(20 * per_s, mms=14000)
        assert bus.reported == [], per_s


def test_a_wild_speed_after_a_fix_without_one_is_no_crash():
    for per_s in (1, 5, 10):
        for stands_mms, wild in (
            (0, 41667),
            (0, 21000),
            (0, 16667),
            (11111, 41667),
            (11111, 32000),
        ):
            for damaged, wilds in ((1, 1), (2, 1), (8, 1), (1, 2)):
                bus = Bus(per_s)
                bus.fixes(10 * per_s, mms=stands_mms)
                bus.fixes(damaged, mms=stands_mms, rmc=False)
                for _ in range(wilds):
                    bus.north_m += stands_mms / 1000 / per_s
                    bus.fix(mms=wild, north_m=bus.north_m)
                bus.fixes(12 * per_s, mms=stands_mms)
                assert bus.reported == [], (per_s, stands_mms, wild, damaged, wilds)


def test_a_wild_first_speed_is_no_crash():
    """For long the receiver tells where the bus is, and not how fast."""
    for per_s in (1, 5):
        bus = Bus(per_s)
        bus.fixes(10 * per_s, rmc=False)
        bus.fixes(7 if per_s > 1 else 2, mms=41667, north_m=0)
        bus.fixes(12 * per_s)
        assert bus.reported == [], per_s


def test_a_wild_speed_amid_real_braking_is_not_harsh():
    """2.5 m/s2 from 20 m/s; the wild speed is one that tyres allow."""
    for per_s in (1, 5):
        for wild in range(2000, 30000, 1000):
            bus = drives(per_s)
            for count in range(1, 9 * per_s):
                mms = max(0, 20000 - 2500 * count // per_s)
                bus.north_m += mms / 1000 / per_s
                bus.fix(mms=wild if count == 3 * per_s else mms, north_m=bus.north_m)
            bus.fixes(8 * per_s)
            assert bus.reported == [], (per_s, wild)


def test_a_wild_place_is_no_jump():
    for north_m in (-200000, 3000, 300):
        bus = drives()
        bus.fix(mms=20000, north_m=bus.north_m + north_m)
        bus.north_m += 20
        bus.fixes(20, mms=20000)
        assert bus.reported == [], north_m


def test_a_place_on_which_three_fixes_agree_is_a_jump():
    bus = drives()
    bus.north_m += 3000
    bus.fixes(2, mms=20000)
    assert bus.reported == []
    bus.fixes(3, mms=20000)
    assert bus.reported == [("gnss_jump", "raised")]


def test_a_real_crash_is_told():
    for per_s in (1, 5):
        for mms in (11000, 14000, 25000):
            bus = drives(per_s, mms)
            bus.fixes(12 * per_s, mms=0)
            assert ("crash", "raised") in bus.reported, (per_s, mms)


def test_a_crash_is_told_though_the_fix_before_it_had_no_speed():
    for mms in (14000, 25000):
        bus = drives(5, mms)
        bus.fix(mms=mms, rmc=False)
        bus.fixes(60, mms=0)
        assert ("crash", "raised") in bus.reported, mms


def test_real_harsh_braking_is_told():
    bus = drives(mms=20000)
    for mms in (14000, 8000, 2000, 0, 0, 0):
        bus.fix(mms=mms)
    assert ("harsh_driving", "raised") in bus.reported
    assert "crash" not in [kind for kind, _ in bus.reported]


def test_a_stop_that_only_the_last_fix_shows_is_no_crash():
    bus = drives(mms=20000)
    bus.fix(mms=0)
    bus.waits(30000)
    assert bus.reported == []


def test_a_speed_at_standstill_begins_no_trip():
    for per_s in (1, 5):
        for wander_m in (0, 6):  # 22 km/h for 3 s, and the place may follow
            bus = Bus(per_s, phase="boarding")
            bus.fixes(10 * per_s)
            for count in range(3 * per_s):
                bus.fix(mms=6111, north_m=wander_m * (count + 1) / per_s)
            bus.fixes(20 * per_s)
            assert not bus.set_off and bus.reported == [], (per_s, wander_m)


def test_hdop_about_its_limit_begins_a_trip():
    bus = Bus()
    for count in range(20):
        bus.fix(mms=KMH_36, hdop=("4.9", "5.1")[count % 2])
    assert bus.set_off


def test_dead_reckoning_begins_no_trip():
    for given in ({"mode": "E"}, {"quality": 6}):
        bus = Bus()
        bus.fixes(30, mms=KMH_36, **given)
        assert not bus.set_off
        bus.fixes(10, mms=KMH_36)
        assert bus.set_off


def test_what_is_set_aside_silences_no_alarm():
    bus = drives()
    bus.rules[3] = Overspeed(dict(CONFIG, overspeed_kmh=60))
    bus.fixes(15, mms=20000)
    assert bus.reported == [("overspeed", "raised")]
    for _ in range(10):
        bus.fix(mms=0, north_m=90000)
        bus.north_m += 20
        bus.fix(mms=20000)
    assert bus.reported == [("overspeed", "raised")]
