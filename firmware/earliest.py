"""Earliest: it is at least this late, even where no satellite has told the time yet.

A board without a clock of its own starts in the year 2000, and every certificate would be "not
valid yet". So its clock is set at the start to the latest time that is surely over: the day this
firmware was built, the moment its identity was made, or the last time that GNSS told, which is
kept in NVS. After that GNSS sets it, and nothing else does. Events do not go by this time.

Somebody may forge GNSS. What is kept goes back at once when the sky says so, but forward by more
than a day only when GNSS has said so for an hour, or at two starts. Else a minute of a forged date
would make every certificate and every command "expired" after the next start.
"""

from micropython import const

from firmware import BUILT
from firmware.gnss.date import days_since_1970
from firmware.timing import Every, Held

SINCE_S = const(1704067200)  # 2024-01-01: an NVS number has 32 bits with a sign
_NAME = "utc_2024"
_AHEAD = "utc_ahead"  # what GNSS said at a start, far ahead of what is kept
_DAY_S = const(86400)
_LOOK_MS = const(60000)
_KEEP_S = const(3600)
_NEAR_S = const(604800)  # the next start confirms it within a week
_STEP_MS = const(1000)
_HOLD_MS = const(3600000)


class Earliest:
    """utc_ms(now_ms): a lower bound of the time, or GNSS's own once is_told."""

    def __init__(self, memory, identity, set_utc, now_ms):
        """identity: Identity or None. set_utc(s): sets the board's clock, which TLS goes by."""
        self._memory = memory
        self._set_utc = set_utc
        made_s = SINCE_S if identity is None else identity.at
        self._kept_s = max(
            days_since_1970(*BUILT) * _DAY_S, made_s, SINCE_S + (memory.get(_NAME) or 0)
        )
        self._before_s = SINCE_S + (memory.get(_AHEAD) or 0)  # None: asked once in this run
        self._held = Held(_HOLD_MS)
        self._look = Every(_LOOK_MS)
        self._keep = Every(_KEEP_S * 1000)
        self.is_told = False
        self._set(now_ms, self._kept_s * 1000)

    def utc_ms(self, now_ms):
        """int, ms since 1970."""
        return now_ms + self._offset_ms

    def update(self, s):
        """Snapshot -> no Events. The clock follows GNSS, also back."""
        if s.clock != "gnss" or (self.is_told and not self._look.due(s.now_ms)):
            return ()
        self.is_told = True
        has_jumped = abs(s.utc_ms - s.now_ms - self._offset_ms) > _STEP_MS
        if has_jumped:
            self._set(s.now_ms, s.utc_ms)
        self._follow(s.now_ms, s.utc_ms // 1000, has_jumped)
        return ()

    def _follow(self, now_ms, utc_s, has_jumped):
        """What is kept follows GNSS."""
        is_far = utc_s >= self._kept_s + _DAY_S
        has_held = self._held.update(now_ms, is_far and not has_jumped)
        if utc_s < self._kept_s:
            self._put(utc_s)
        elif utc_s >= self._kept_s + _KEEP_S:
            is_sure = not is_far or has_held or self._is_confirmed(utc_s)
            if is_sure and self._keep.due(now_ms):
                self._put(utc_s)

    def _is_confirmed(self, utc_s):
        """bool: an earlier start has heard about the same; else this one is noted, once."""
        before_s, self._before_s = self._before_s, None
        if before_s is None:
            return False
        if before_s <= utc_s <= before_s + _NEAR_S:
            return True
        self._memory.set(_AHEAD, utc_s - SINCE_S)
        return False

    def _put(self, utc_s):
        self._kept_s = utc_s
        self._memory.set(_NAME, utc_s - SINCE_S)

    def _set(self, now_ms, utc_ms):
        self._offset_ms = utc_ms - now_ms
        self._set_utc(utc_ms // 1000)
