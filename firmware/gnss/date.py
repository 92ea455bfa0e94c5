"""Dates of RMC and ZDA sentences -> UTC, also for sentences that carry only a time.

A receiver counts weeks modulo 1024 (GPS interface specification IS-GPS-200, 20.3.3.3.1.1):
if its firmware is older than 20 years, it reports dates 7168 days too early. Calendar adds
7168 days until the date is not before the day this firmware was built. A receiver that
never knew the date reports 1980 or 2080; such a date is ignored.
"""

from micropython import const

_DAY_MS = const(86400000)
_HALF_DAY_MS = const(43200000)
_ROLLOVER_DAYS = const(7168)
_BUILT_DAY = const(20758)  # 2026-11-01, in days since 1970


class Calendar:
    """The date of a valid fix, carried across midnight for sentences without one."""

    def __init__(self, not_before_day=_BUILT_DAY):
        """not_before_day: days since 1970; no receiver can have seen an earlier one."""
        self._not_before = not_before_day
        self._day = None  # days since 1970 at _time_ms
        self._time_ms = 0
        self._ddmmyy = 0  # _rmc_day was computed from it
        self._rmc_day = None
        self._zda_day = None
        self._zda_time_ms = 0

    def rmc(self, ddmmyy, time_ms):
        """Takes the date of an RMC with a fix: int as written, DDMMYY.

        time_ms: int, ms of the UTC day that the date belongs to, or None. An impossible date
        is ignored.
        """
        if ddmmyy != self._ddmmyy:
            self._ddmmyy = ddmmyy
            year = ddmmyy % 100
            year += 1900 if year >= 80 else 2000
            self._rmc_day = self._real(year, ddmmyy // 100 % 100, ddmmyy // 10000)
        if self._rmc_day is not None and time_ms is not None:
            self._day = self._rmc_day
            self._time_ms = time_ms

    def zda(self, year, month, day, time_ms):
        """Takes the date of a ZDA. It counts from the next valid fix: a ZDA reports no fix."""
        if time_ms < _DAY_MS:
            self._zda_day = self._real(year, month, day)
            self._zda_time_ms = time_ms

    def forget(self):
        """There is no fix: no date is trusted."""
        self._day = None
        self._zda_day = None

    def utc_ms(self, time_ms):
        """time_ms: of a valid fix, ms of the day or None -> ms since 1970, or None."""
        if self._zda_day is not None:
            self._day = self._zda_day
            self._time_ms = self._zda_time_ms
            self._zda_day = None
        if self._day is None or time_ms is None:
            return None
        if time_ms - self._time_ms < -_HALF_DAY_MS:
            self._day += 1
        elif time_ms - self._time_ms > _HALF_DAY_MS:
            self._day -= 1
        self._time_ms = time_ms
        return self._day * _DAY_MS + time_ms

    def _real(self, year, month, day):
        """A date as a receiver reports it -> days since 1970, or None if it is impossible."""
        if not 1981 <= year <= 2079 or not 1 <= month <= 12:
            return None
        leap = year % 4 == 0
        first = _days_before(month, leap)
        if not 1 <= day <= _days_before(month + 1, leap) - first:
            return None
        days = (year - 1969) // 4 + 365 * (year - 1970) + first + day - 1
        while days < self._not_before:
            days += _ROLLOVER_DAYS
        return days


def _days_before(month, leap):
    """Days of the year before the first of a month, 1..13."""
    return (367 * month - 362) // 12 - (0 if month < 3 else 2 - leap)
