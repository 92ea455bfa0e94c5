"""The time, for everything in the station: no other module asks the computer.

The simulator's city lives at another time, and its time runs faster: there the station reads the
time from standard input.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

LOCAL = timezone(timedelta(hours=7))
"""Thailand, all year."""
DAY_MS = 86_400_000
LOCAL_MS = 7 * 3_600_000
_YEAR_2025_MS = 1_735_689_600_000
_AHEAD_MS = 5 * 60_000
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MS = timedelta(milliseconds=1)
_FIRST_MS = (datetime(1, 1, 1, tzinfo=timezone.utc) - _EPOCH) // _MS
_LAST_MS = (datetime(9999, 12, 31, 23, 59, 59, 999_000, timezone.utc) - _EPOCH) // _MS
_ISO = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z", re.ASCII)
_YEAR = re.compile(r"(\d{4})-", re.ASCII)
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


class Clock:
    """UTC in ms since 1970."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class FollowedClock(Clock):
    """Set from outside; between two settings it runs at the speed of real time."""

    def __init__(self, utc_ms: int):
        self.set(utc_ms)

    def set(self, utc_ms: int) -> None:
        self._set_ms = utc_ms
        self._set_s = time.monotonic()

    def now_ms(self) -> int:
        return self._set_ms + int((time.monotonic() - self._set_s) * 1000)

    def follow(self, ended: Callable[[], None]) -> None:
        """Reads the time from standard input, one UTC in ms a line; calls `ended` at its end."""
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                if line.strip().isdecimal():
                    self.set(int(line))
            loop.call_soon_threadsafe(ended)

        loop.run_in_executor(None, read)


def is_odd(at_ms: int, heard_ms: int) -> bool:
    """Whether a bus's clock cannot be right: ahead of the station's, or before Busguard existed."""
    return at_ms > heard_ms + _AHEAD_MS or at_ms < _YEAR_2025_MS


def iso(utc_ms: int | None) -> str | None:
    """ms -> "2026-11-22T00:12:03.400Z"; None stays None. A moment that is not
    in the years 1 to 9999 becomes the first or the last of them."""
    if utc_ms is None:
        return None
    return _moment(utc_ms).isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_iso(text: str) -> int:
    """The inverse of iso(), exact to the ms. ValueError: no such moment exists."""
    if not _ISO.fullmatch(text):
        raise ValueError(f"{text!r} is not like 2026-11-22T00:12:03.400Z")
    return _ms(datetime.fromisoformat(text[:-1] + "+00:00"))  # Python 3.10 cannot read the Z


def local_day(text: str) -> tuple[int, int]:
    """A day in Thailand, "2026-11-22" or "2569-11-22" -> (its first ms, the next day's first ms).
    ValueError."""
    start_ms = _ms(datetime.strptime(_common_era(text), "%Y-%m-%d").replace(tzinfo=LOCAL))
    return start_ms, start_ms + DAY_MS


def day_of(utc_ms: int) -> str:
    """The day in Thailand: "2026-11-22"."""
    return _moment(utc_ms + LOCAL_MS).date().isoformat()


def parse_moment(text: str, end: bool) -> int:
    """A local day (its beginning, or its end) or a moment with a time zone -> ms; its year may be
    Buddhist. ValueError."""
    if len(text) == 10:
        return local_day(text)[1 if end else 0]
    moment = datetime.fromisoformat(_common_era(text).replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LOCAL)
    return _ms(moment)


def _common_era(text: str) -> str:
    """2569-11-22, also in Thai digits -> 2026-11-22: a year of the Buddhist calendar, as it is
    counted in Thailand."""
    text = text.translate(_THAI_DIGITS)
    year = _YEAR.match(text)
    if not year or not 2400 <= int(year[1]) <= 2700:
        return text
    return f"{int(year[1]) - 543}{text[year.end(1) :]}"


def _moment(utc_ms: int) -> datetime:
    """The one that is nearest to it of those that exist."""
    return _EPOCH + max(_FIRST_MS, min(utc_ms, _LAST_MS)) * _MS


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MS
