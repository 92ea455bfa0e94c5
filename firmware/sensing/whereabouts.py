"""Whereabouts: the best position known, and how far from it the bus may be.

A poor position is better than none where a child has to be found: events and states carry
it, with a radius. Rules do not go by it (receiver.py).

    measured    5 m for each 1.0 of HDOP; twice that from three satellites, whose altitude is
                guessed. 5 m is 95 % of an open sky's errors [GPS SPS performance standard, 2020]
    unsure      the first fixes after a gap may be wild: the circle holds the place before it, too
    estimated   by the receiver's dead reckoning: 5 m more each second
    none        the last position stays. A bus whose engine may run is as much farther as its
                last speed has taken it; after 3 s, or where no speed is known, 30 m a second
"""

from micropython import const

from firmware import geo

_MISSED_MS = const(1200)  # every receiver sends once a second
_GAP_MS = const(2500)  # as plausible.py has it
_FIX_AGE_MS = const(3000)  # an older position is estimated
_MM_PER_HDOP_E2 = const(50)
_USUAL_HDOP_E2 = const(500)  # where a receiver does not report it
_LEAST_MM = const(3000)
_FEW_SATS = const(3)
_RECKONED_MM_PER_MS = const(5)
_DRIVEN_MM_PER_MS = const(30)  # 108 km/h
_MOST_MM = const(1000000000)  # 1,000 km
_LONGEST_MS = const(33333334)  # so long it takes


class Whereabouts:
    def __init__(self):
        self._mm = 0  # radius when the newest position came, and what dead reckoning has added
        self._at_ms = 0  # when it came
        self._speed_mms = None  # with it
        self._driven_ms = 0  # since then, with an engine that may run
        self._now_ms = 0
        self._is_reckoned = False
        self._own_mm = 0  # radius of the newest position if it is not wild
        self._before_lat_e7 = self._before_lon_e7 = None  # where the bus was before the last gap
        self._before_mm = 0  # its radius

    def hear(self, s, fix, is_confirmed):
        """A plausible Fix; is_confirmed: fixes before it agree with it."""
        self._pass(s)
        gnss = s.gnss
        self._own_mm, own_mm = _radius_mm(fix), self._own_mm
        if fix.estimated and gnss.best_lat_e7 is not None:
            self._own_mm = min(max(self._own_mm, self._circle_mm()), _MOST_MM)
        self._mm = self._own_mm
        if is_confirmed:
            self._before_lat_e7 = None
        else:
            if s.now_ms - self._at_ms > _GAP_MS:
                self._before_lat_e7, self._before_lon_e7 = gnss.best_lat_e7, gnss.best_lon_e7
                self._before_mm = own_mm
            self._hold_before(fix)
        self._is_reckoned = fix.estimated
        gnss.best_lat_e7, gnss.best_lon_e7 = fix.lat_e7, fix.lon_e7
        self._at_ms = s.now_ms
        self._speed_mms = fix.speed_mms
        self._driven_ms = 0

    def _hold_before(self, fix):
        if self._before_lat_e7 is None:
            return
        self._before_mm += self._driven_ms * _DRIVEN_MM_PER_MS
        away_mm = geo.distance_mm(self._before_lat_e7, self._before_lon_e7, fix.lat_e7, fix.lon_e7)
        self._mm = min(max(self._mm, self._before_mm + away_mm), _MOST_MM)

    def update(self, s):
        """Fills in accuracy_m and estimated, every tick."""
        self._pass(s)
        gnss = s.gnss
        if gnss.best_lat_e7 is not None:
            gnss.estimated = self._is_reckoned or self._is_old()
            gnss.accuracy_m = (min(self._circle_mm(), _MOST_MM) + 999) // 1000

    def _pass(self, s):
        """Time passes."""
        ms = s.now_ms - self._now_ms
        self._now_ms = s.now_ms
        if s.vehicle.ignition is not False:
            self._driven_ms = min(self._driven_ms + ms, _LONGEST_MS)
        if self._is_reckoned and not self._is_old():
            self._mm += _RECKONED_MM_PER_MS * ms

    def _is_old(self):
        return self._now_ms - self._at_ms > _FIX_AGE_MS

    def _circle_mm(self):
        """The radius by now."""
        is_missed = self._now_ms - self._at_ms > _MISSED_MS
        return self._mm + self._driven_mm() if is_missed else self._mm

    def _driven_mm(self):
        """How far the bus may have gone from the newest position."""
        if self._speed_mms is None or self._is_old():
            return self._driven_ms * _DRIVEN_MM_PER_MS
        return self._driven_ms * self._speed_mms // 1000


def _radius_mm(fix):
    hdop_e2 = _USUAL_HDOP_E2 if fix.hdop_e2 is None else fix.hdop_e2
    mm = hdop_e2 * _MM_PER_HDOP_E2
    if fix.sats is not None and fix.sats <= _FEW_SATS:
        mm *= 2
    return max(mm, _LEAST_MM)
