"""Fixes on a road that leads north, and which of them are believed."""

from firmware.gnss.fix import Fix
from firmware.sensing.plausible import Plausible

LAT, LON = 130827000, 1008833000
METRE = 90.4  # 1e-7 degree of latitude


class Road:
    def __init__(self, hdop_e2=100):
        self.plausible = Plausible()
        self.hdop_e2 = hdop_e2
        self.now_ms = 0

    def fix(self, north_m, speed_mms, after_ms=1000):
        fix = Fix()
        fix.valid = True
        fix.lat_e7, fix.lon_e7 = LAT + int(north_m * METRE), LON
        fix.speed_mms, fix.hdop_e2 = speed_mms, self.hdop_e2
        self.now_ms += after_ms
        return self.plausible.believes(self.now_ms, fix)

    def fixes(self, *pairs, after_ms=1000):
        return [self.fix(north_m, speed_mms, after_ms) for north_m, speed_mms in pairs]
