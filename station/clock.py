"""The time, for everything in the station: no other module asks the computer.

The simulator's city lives at another time, and its time runs faster: there the station reads the
time from standard input.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

LOCAL = timezone(timedelta(hours=7))
"""Thailand, all year."""
DAY_MS = 86_400_000
_YEAR_2025_MS = 1_735_689_600_000
_AHEAD_MS = 5 * 60_000


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
    """ms -> "2026-11-22T00:12:03.400Z"; None stays None."""
    if utc_ms is None:
        return None
    moment = datetime.fromtimestamp(utc_ms // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{utc_ms % 1000:03d}Z"


def parse_iso(text: str) -> int:
    """The inverse of iso(), exact to the ms. ValueError: no such moment exists."""
    if len(text) != 24 or text[-1] != "Z":
        raise ValueError(f"{text!r} is not like 2026-11-22T00:12:03.400Z")
    moment = datetime.fromisoformat(text[:-1] + "+00:00")  # Python 3.10 cannot read the Z
    return round(moment.timestamp() * 1000)


def local_day(text: str) -> tuple[int, int]:
    """A day in Thailand, "2026-11-22" -> (its first ms, the next day's first ms). ValueError."""
    start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=LOCAL)
    start_ms = int(start.timestamp()) * 1000
    return start_ms, start_ms + DAY_MS


def day_of(utc_ms: int) -> str:
    """The day in Thailand: "2026-11-22"."""
    return datetime.fromtimestamp(utc_ms / 1000, LOCAL).strftime("%Y-%m-%d")


def parse_moment(text: str, end: bool) -> int:
    """A local day (its beginning, or its end) or a moment with a time zone -> ms. ValueError."""
    if len(text) == 10:
        return local_day(text)[1 if end else 0]
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LOCAL)
    return round(moment.timestamp() * 1000)
