"""Earliest: it is at least this late, even where no satellite has told the time yet.

A board without a clock of its own starts in the year 2000, and every certificate would be "not
valid yet". So its clock is set at the start to the latest time that is surely over: the day this
firmware was built, the moment its identity was made, or the last time that GNSS told, which is
kept in NVS. After that GNSS sets it, and nothing else does. Events do not go by this time.
"""

from micropython import const

from firmware import BUILT
from firmware.gnss.date import days_since_1970
from firmware.timing import Every

SINCE_S = const(1704067200)  # 2024-01-01: an NVS number has 32 bits with a sign
_NAME = "utc_2024"
_DAY_S = const(86400)
_LOOK_MS = const(60000)
_KEEP_S = const(3600)
_STEP_MS = const(1000)


class Earliest:
    """utc_ms(now_ms): a lower bound of the time, or GNSS's own once is_told."""

    def __init__(self, memory, identity, set_utc, now_ms):
        """identity: Identity or None. set_utc(s): sets the board's clock, which TLS goes by."""
        self._memory = memory
        self._set_utc = set_utc
        self._kept_s = SINCE_S + (memory.get(_NAME) or 0)
        made_s = 0 if identity is None else identity.at
        self._look = Every(_LOOK_MS)
        self._keep = Every(_KEEP_S * 1000)
        self.is_told = False
        self._set(now_ms, max(days_since_1970(*BUILT) * _DAY_S, made_s, self._kept_s) * 1000)

    def utc_ms(self, now_ms):
        """int, ms since 1970."""
        return now_ms + self._offset_ms

    def update(self, s):
        """Snapshot -> no Events. The clock follows GNSS, also back."""
        if s.clock != "gnss" or (self.is_told and not self._look.due(s.now_ms)):
            return ()
        self.is_told = True
        if abs(s.utc_ms - s.now_ms - self._offset_ms) > _STEP_MS:
            self._set(s.now_ms, s.utc_ms)
        utc_s = s.utc_ms // 1000
        has_moved = utc_s < self._kept_s or utc_s >= self._kept_s + _KEEP_S
        if has_moved and self._keep.due(s.now_ms):
            self._kept_s = utc_s
            self._memory.set(_NAME, utc_s - SINCE_S)
        return ()

    def _set(self, now_ms, utc_ms):
        self._offset_ms = utc_ms - now_ms
        self._set_utc(utc_ms // 1000)
