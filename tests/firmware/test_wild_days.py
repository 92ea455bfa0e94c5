"""Days with a receiver that is often wrong: what rules go by is never far from the truth, and the
truth is soon believed again.

A bus drives, brakes and stands. Its receiver is noisy, hears reflections (one fix, or some that
agree for less than a second and a half), reports speeds that no bus has or none, loses its signal
for seconds or hours, is restarted, and its HDOP swings about both limits.
"""

import math
import random

import pytest
from parts import snapshot
from watch import CONFIG

from firmware import geo
from firmware.rules.crash import Crash
from firmware.rules.gnss_jump import GnssJump
from firmware.rules.harsh_driving import HarshDriving
from firmware.sensing.motion import Motion
from firmware.sensing.receiver import Receiver
from firmware.trip.departure import Departure

LAT_E7, LON_E7 = 130827000, 1008833000
E7_PER_M = 90.4
TICK_MS = 100
NEAR_M = 45  # what noise, and a first fix after it, leave
SOON_MS = 2000  # so long true fixes have agreed: rules have to know the position
WILD_M = (400, 1000, 5000, 200000)  # farther than a bus gets in 2.5 s


class Silent:
    """No byte comes: the test fills in the fix itself."""

    def readinto(self, buf):
        return 0

    def turn(self, now_ms, sentences):
        pass


class Bus:
    """Where the bus really is, on a plane; m and m/s."""

    def __init__(self, dice):
        self._dice = dice
        self.north = self.east = self.speed = self.course = 0.0
        self._accel = self._turn = 0.0

    def moves(self, seconds):
        dice = self._dice
        if dice.random() < 0.02:
            self._accel = dice.choice((-2.5, -1, 0, 0, 1, 1.5))
            self._turn = dice.choice((0, 0, -0.05, 0.05))
        self.speed = min(25.0, max(0.0, self.speed + self._accel * seconds))
        self.course += self._turn * seconds
        self.north += self.speed * seconds * math.cos(self.course)
        self.east += self.speed * seconds * math.sin(self.course)


class Day:
    def __init__(self, seed, per_s, stands=False):
        self.dice = random.Random(seed)
        self.bus = Bus(self.dice)
        self.stands = stands
        self.receiver = Receiver(Silent())
        self.s = snapshot(ignition=True, sensors=("gnss",))
        self.s.now_ms = 1000
        self.s.trip.phase = "driving"
        self.s.trip.ignition_off_ms = None
        self.motion = Motion({"forward": "+x", "up": "+z"}, None)
        self.departure = Departure(2222)
        self.rules = [rule(CONFIG) for rule in (HarshDriving, Crash, GnssJump)]
        self.every_ms = 1000 // per_s
        self.noise = [0.0, 0.0]
        self.silent_until_ms = 0
        self.wild_until_ms = 0
        self.wild = (0.0, 0.0, 0.0)
        self.far_m = 0
        self.true_since_ms = None
        self.has_speed = True
        self.speed_ms = 0  # when a true one last came
        self.known = self.fixes = self.wild_fixes = 0

    def lives(self, minutes):
        until_ms = self.s.now_ms + minutes * 60000
        while self.s.now_ms < until_ms:
            if not self.stands:
                self.bus.moves(TICK_MS / 1000)
            if self.s.now_ms % self.every_ms == 0:
                self.hears()
            self.judges()
            self.s.now_ms += TICK_MS

    def hears(self):
        dice, now_ms = self.dice, self.s.now_ms
        self.noise = [0.95 * axis + dice.gauss(0, 1) for axis in self.noise]
        if now_ms < self.silent_until_ms:
            return self.clear()
        chance = dice.random() * 1000 / self.every_ms
        if chance < 0.01 and self.has_speed:  # tunnels; a receiver that starts again
            self.silent_until_ms = now_ms + dice.choice((1500, 3000, 4000, 6000, 20000, 300000))
            return self.clear()
        if chance < 0.1 and now_ms >= self.wild_until_ms:
            self.goes_wild(now_ms)
        is_wild = now_ms < self.wild_until_ms
        north, east, faster = self.wild if is_wild else (0.0, 0.0, 0.0)
        fix = self.receiver.nmea.fix
        fix.valid, fix.estimated = True, False
        fix.lat_e7 = LAT_E7 + int((self.bus.north + self.noise[0] + north) * E7_PER_M)
        fix.lon_e7 = LON_E7 + int((self.bus.east + self.noise[1] + east) * E7_PER_M / 0.974)
        fix.speed_mms = max(0, int((self.bus.speed + faster + dice.gauss(0, 0.1)) * 1000))
        self.has_speed = not self.has_speed or dice.random() > 0.03
        if not self.has_speed:  # its sentence is damaged
            fix.speed_mms = None
        fix.course_cdeg = int(math.degrees(self.bus.course) * 100) % 36000
        fix.hdop_e2 = dice.choice((90, 150, 490, 510, 590))
        fix.sats = dice.choice((4, 5, 9))
        self.receiver.nmea.fixes += 1
        self.fixes += 1
        self.wild_fixes += is_wild
        if self.has_speed and not is_wild:
            self.speed_ms = now_ms
        if is_wild:
            self.true_since_ms = None
        elif self.true_since_ms is None:
            self.true_since_ms = now_ms

    def clear(self):
        self.receiver.nmea.fix.clear()
        self.true_since_ms = None

    def goes_wild(self, now_ms):
        """One fix, or some that agree with each other for less than a second and a half."""
        dice = self.dice
        follows = now_ms - self.wild_until_ms < self.every_ms  # and must not agree with it
        self.wild_until_ms = now_ms + dice.choice((1, 1, 500, 1400))
        self.far_m = dice.choice([far for far in WILD_M if not follows or far != self.far_m])
        far = self.far_m * dice.uniform(1, 2)
        way = dice.uniform(0, 2 * math.pi)
        place = (far * math.cos(way), far * math.sin(way))
        speed = dice.choice((300.0, 655.0) if follows else (30.0, 42.0, 300.0, 655.0))
        self.wild = dice.choice(((*place, 0.0), (0.0, 0.0, speed), (*place, speed)))

    def judges(self):
        s = self.s
        self.receiver.sense(s, 0)
        self.motion.sense(s)
        gnss = s.gnss
        events = [event.kind for event in (rule.judge(s) for rule in self.rules) if event]
        assert events == [], s.now_ms
        if self.departure.update(s):
            assert not self.stands, s.now_ms
        if gnss.lat_e7 is None:
            soon = self.true_since_ms is not None and s.now_ms - self.true_since_ms > SOON_MS
            assert not soon or not self.was_good(), s.now_ms
            return
        self.known += 1
        if gnss.fix_new:
            assert self.off_m(gnss.lat_e7, gnss.lon_e7) <= NEAR_M, s.now_ms
            is_told = gnss.speed_mms is not None
            if is_told and s.now_ms - self.speed_ms < 3000:  # in more, tyres allow a wild one
                assert abs(gnss.speed_mms / 1000 - self.bus.speed) <= 2, s.now_ms

    def was_good(self):
        """The newest fix opens the gate; those before it need not have."""
        return self.receiver.nmea.fix.hdop_e2 <= 500

    def off_m(self, lat_e7, lon_e7):
        """From the truth."""
        lat, lon = LAT_E7 + self.bus.north * E7_PER_M, LON_E7 + self.bus.east * E7_PER_M / 0.974
        return geo.distance_mm(int(lat), int(lon), lat_e7, lon_e7) / 1000


def attack(seed, minutes):
    for per_s in (1, 5, 10):
        for stands in (False, True):
            day = Day(seed, per_s, stands)
            try:
                day.lives(minutes)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, {per_s} Hz, stands {stands}: {error}") from None
            assert day.wild_fixes * 100 > day.fixes, "too few to show anything"
            assert day.known * 4 > minutes * 600, "mostly known"


@pytest.mark.parametrize("seed", range(3))
def test_wild_fixes_move_no_bus_and_start_no_alarm(seed):
    attack(seed, 10)


@pytest.mark.soak
def test_wild_fixes_for_days():
    for _ in range(40):
        attack(random.randrange(1 << 32), 120)
