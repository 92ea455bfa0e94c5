"""Departure: has the bus set off, or has its receiver only said so?

A receiver at standstill may report a speed for a second or three. The bus has set off when it
has been at start_mms or faster for 2 s, over three fixes, and is 20 m away from where it was
slower.
"""

from micropython import const

from firmware import geo
from firmware.timing import Held

_HELD_MS = const(2000)
_FIXES = const(3)
_AWAY_MM = const(20000)  # more than 22 km/h for 3 s


class Departure:
    def __init__(self, start_mms):
        self._start_mms = start_mms
        self._fast = Held(_HELD_MS)
        self._fixes = 0  # in a row, at that speed
        self._lat_e7 = self._lon_e7 = None  # where the bus was slower
        self._is_away = False

    def update(self, s):
        """Snapshot -> bool. Unknown speed: the bus has not set off."""
        gnss = s.gnss
        is_fast = gnss.speed_mms is not None and gnss.speed_mms >= self._start_mms
        if gnss.fix_new:
            if not is_fast or self._lat_e7 is None:
                self._lat_e7, self._lon_e7 = gnss.lat_e7, gnss.lon_e7
                self._is_away = False
            elif not self._is_away:
                way_mm = geo.distance_mm(self._lat_e7, self._lon_e7, gnss.lat_e7, gnss.lon_e7)
                self._is_away = way_mm >= _AWAY_MM
            self._fixes = self._fixes + 1 if is_fast else 0
        elif not is_fast:
            self._fixes = 0
        return self._fast.update(s.now_ms, is_fast) and self._fixes >= _FIXES and self._is_away
