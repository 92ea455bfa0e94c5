"""Whereabouts: the best position known, and how far from it the bus may be.

A poor position is better than none where a child has to be found: events and states carry
it, with a radius. Rules do not go by it (receiver.py).

    measured    5 m for each 1.0 of HDOP; twice that from three satellites, whose altitude is
                guessed. 5 m is 95 % of an open sky's errors [GPS SPS performance standard, 2020]
    estimated   by the receiver's dead reckoning: 5 m more each second
    none        the last position stays; each second since then, a bus whose engine may run is
                30 m farther
"""

from micropython import const

_FIX_AGE_MS = const(3000)  # so long a position is as good as new
_MM_PER_HDOP_E2 = const(50)
_USUAL_HDOP_E2 = const(500)  # where a receiver does not report it
_LEAST_MM = const(3000)
_FEW_SATS = const(3)
_RECKONED_MMS = const(5000)
_DRIVEN_MMS = const(30000)  # 108 km/h
_MOST_MM = const(1000000000)  # 1,000 km


class Whereabouts:
    def __init__(self):
        self._mm = 0  # radius
        self._at_ms = 0  # of the newest position
        self._now_ms = 0
        self._is_reckoned = False
        self._is_old = False

    def hear(self, s, fix):
        """A plausible Fix."""
        gnss = s.gnss
        radius_mm = _radius_mm(fix)
        self._is_reckoned = fix.estimated
        if not fix.estimated or gnss.best_lat_e7 is None or self._mm < radius_mm:
            self._mm = radius_mm
        gnss.best_lat_e7, gnss.best_lon_e7 = fix.lat_e7, fix.lon_e7
        self._at_ms = s.now_ms

    def update(self, s):
        """Fills in accuracy_m and estimated, every tick."""
        gnss, now_ms = s.gnss, s.now_ms
        ms = now_ms - self._now_ms
        self._now_ms = now_ms
        if gnss.best_lat_e7 is None:
            return
        was_old, self._is_old = self._is_old, now_ms - self._at_ms > _FIX_AGE_MS
        gnss.estimated = self._is_old or self._is_reckoned
        if self._is_old:
            if not was_old:
                ms = now_ms - self._at_ms
            if s.vehicle.ignition is not False:
                self._mm += _DRIVEN_MMS * ms // 1000
        elif self._is_reckoned:
            self._mm += _RECKONED_MMS * ms // 1000
        if self._mm > _MOST_MM:
            self._mm = _MOST_MM
        gnss.accuracy_m = (self._mm + 999) // 1000


def _radius_mm(fix):
    hdop_e2 = _USUAL_HDOP_E2 if fix.hdop_e2 is None else fix.hdop_e2
    mm = hdop_e2 * _MM_PER_HDOP_E2
    if fix.sats is not None and fix.sats <= _FEW_SATS:
        mm *= 2
    return max(mm, _LEAST_MM)
