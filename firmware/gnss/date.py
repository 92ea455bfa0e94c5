"""Dates of RMC and ZDA sentences -> the UTC day, also for sentences that carry only a time.

A date counts if it lies between the day this firmware was built and 20 years later;
any other date is no date, and the time is unknown.

A receiver counts weeks modulo 1024 (GPS interface specification IS-GPS-200, 20.3.3.3.1.1):
if its firmware is older than 20 years, it reports dates 7168 days too early. But so do
receivers that made their date up. Calendar adds the 7168 days only where that leads into the
first five years after the build: a bus whose code is older than that is not looked after.
"""

from micropython import const

from firmware import BUILT

_HALF_DAY_MS = const(43200000)
_DAY_MS = const(86400000)
_ROLLOVER_DAYS = const(7168)
_TRUSTED_DAYS = const(7305)  # 20 years
_SET_FORWARD_DAYS = const(1826)  # 5 years


class Calendar:
    """The date of a valid fix, carried across midnight for sentences without one."""

    def __init__(self, first_day=None, days=_TRUSTED_DAYS, set_forward_days=_SET_FORWARD_DAYS):
        """first_day: days since 1970, the day of the build unless given; no receiver can have seen
        an earlier one. days: so many count, from the first on; and so many for dates that are
        1024 weeks early.
        """
        self._first = days_since_1970(*BUILT) if first_day is None else first_day
        self._last = self._first + days
        self._last_forward = self._first + set_forward_days
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

    def day_of(self, time_ms):
        """time_ms: of a valid fix, ms of the day or None -> days since 1970, or None."""
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
        return self._day

    def _real(self, year, month, day):
        """A date as a receiver reports it -> days since 1970, or None if it cannot be."""
        if not 1981 <= year <= 2079 or not 1 <= month <= 12:
            return None
        first = _days_before(month, year % 4 == 0)
        if not 1 <= day <= _days_before(month + 1, year % 4 == 0) - first:
            return None
        days = days_since_1970(year, month, day)
        last = self._last
        while days < self._first:
            days += _ROLLOVER_DAYS
            last = self._last_forward
        return days if days <= last else None


def days_since_1970(year, month, day):
    """A date of 1970 to 2099."""
    leap = year % 4 == 0
    return (year - 1969) // 4 + 365 * (year - 1970) + _days_before(month, leap) + day - 1


def _days_before(month, leap):
    """Days of the year before the first of a month, 1..13."""
    return (367 * month - 362) // 12 - (0 if month < 3 else 2 - leap)
