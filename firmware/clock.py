"""Two clocks: milliseconds that never wrap, and UTC disciplined by GNSS."""

from micropython import const

_TICKS_MASK = const(0x3FFFFFFF)  # time.ticks_ms() wraps at 2**30
_STEP_MS = const(2000)  # offsets that differ by less agree
_CONFIRM = const(3)  # fixes,
_CONFIRM_MS = const(1500)  # over as long: some receivers send ten a second
_COAST_MS = const(600000)  # so long after the last fix `gnss` becomes `rtc`
_DAY_MS = const(86400000)


class Uptime:
    """Milliseconds since boot, from a counter that wraps; call it at least once in 12 days."""

    def __init__(self, ticks):
        self._last = ticks
        self._ms = 0

    def now_ms(self, ticks):
        """ticks: time.ticks_ms() -> int that only grows."""
        self._ms += (ticks - self._last) & _TICKS_MASK
        self._last = ticks
        return self._ms


class Clock:
    """UTC = uptime + offset; the offset comes from valid GNSS fixes.

    The first offset, and each that moves UTC by more than 2 s, is taken once three fixes in a row
    agree on it, over a second and a half.
    """

    def __init__(self):
        self._offset_ms = None
        self._set_at_ms = None  # None: not since the board slept
        self._doubted_ms = None
        self._since_ms = 0  # when the first of those that agree came
        self._agreed = 0

    def discipline(self, now_ms, utc_ms):
        """utc_ms: of a valid fix heard at now_ms -> ms by which UTC has been moved; mostly 0."""
        offset, before = utc_ms - now_ms, self._offset_ms
        moved = before is None or abs(offset - before) > _STEP_MS
        if moved:
            if self._doubted_ms is None or abs(offset - self._doubted_ms) > _STEP_MS:
                self._doubted_ms, self._since_ms = offset, now_ms
                self._agreed = 0
            self._agreed += 1
            if self._agreed < _CONFIRM or now_ms - self._since_ms < _CONFIRM_MS:
                return 0
        self._doubted_ms = None
        self._offset_ms = offset
        self._set_at_ms = now_ms
        return offset - before if moved and before is not None else 0

    def sleep(self):
        """The board sleeps: the crystal of its light sleep drifts by seconds an hour."""
        self._set_at_ms = None

    def utc_ms(self, now_ms):
        """ms since 1970, or None before the first offset."""
        return None if self._offset_ms is None else now_ms + self._offset_ms

    def source(self, now_ms):
        """How far to trust it: "gnss", "rtc" (coasting on the crystal) or "none"."""
        if self._offset_ms is None:
            return "none"
        fresh = self._set_at_ms is not None and now_ms - self._set_at_ms < _COAST_MS
        return "gnss" if fresh else "rtc"


def iso(utc_ms):
    """ms since 1970 -> "2026-11-22T00:12:03.400Z"; None -> None. Proleptic Gregorian."""
    if utc_ms is None:
        return None
    days, ms = divmod(utc_ms, _DAY_MS)
    # Civil date from a day count: shift to years that begin in March, so that the
    # leap day is a year's last, then count 400-year eras.
    era, day = divmod(days + 719468, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5 - 1
    month += 3 if month < 10 else -9
    year += 400 * era + (1 if month < 3 else 0)
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        year,
        month,
        day,
        ms // 3600000,
        ms // 60000 % 60,
        ms // 1000 % 60,
        ms % 1000,
    )
