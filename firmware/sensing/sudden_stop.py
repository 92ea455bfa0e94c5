"""SuddenStop: a crash as GNSS shows it, for a bus without an accelerometer.

A receiver's filter may hide one; what it shows is a mean over a second. Three fixes have to
agree on it (plausible.py): one wild fix is no crash.
"""

from micropython import const

from firmware.sensing.headcount import pairs
from firmware.timing import Held

_FROM_MMS = const(8333)  # 30 km/h
_STANDS_MMS = const(833)  # 3 km/h
_ROLLS_MS = const(3000)
_FAST_MS = const(3500)  # three fixes that agree, and the one before them


class SuddenStop:
    """The bus slows down by limit_cms2 from 30 km/h or more, which no tyre can do, and stands
    within 3 s and for stand_s. heads: who was on board at that moment (headcount.py).
    """

    def __init__(self, limit_cms2, stand_s):
        self._limit_mms2 = limit_cms2 * 10
        self._stands = Held(stand_s * 1000)
        self._fast_ms = None  # when it last was that fast
        self._mms2 = None  # of a stop that may be a crash
        self._since_ms = 0
        self.heads = ()

    def update(self, s):
        """Snapshot -> mm/s2 of a sudden stop, once; else None.

        Unknown speed: after such a stop the bus stands, its antenna may be gone.
        """
        speed_mms = s.gnss.speed_mms
        if s.gnss.fix_new and speed_mms is not None:
            slower = 0 if s.vehicle.accel_mms2 is None else -s.vehicle.accel_mms2
            if speed_mms >= _FROM_MMS:
                self._fast_ms = s.now_ms
            was_fast = self._fast_ms is not None and s.now_ms - self._fast_ms <= _FAST_MS
            if was_fast and slower >= self._limit_mms2:
                self._mms2, self._since_ms = slower, s.now_ms
                self.heads = pairs(s)
        if self._mms2 is None:
            return None
        stands = speed_mms is None or speed_mms < _STANDS_MMS
        if self._stands.update(s.now_ms, stands):
            stopped, self._mms2 = self._mms2, None
            self._stands.update(s.now_ms, False)
            return stopped
        if not stands and s.now_ms - self._since_ms >= _ROLLS_MS:
            self._mms2 = None
        return None
