"""What time it is, for everything in the station; nobody else asks the computer.

The simulator's city lives in another time, and faster: there the time comes on standard input.
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


class Clock:
    """UTC in ms since 1970."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class FollowedClock(Clock):
    """Told from outside; between two tellings it goes on at the speed of life."""

    def __init__(self, utc_ms: int):
        self.tell(utc_ms)

    def tell(self, utc_ms: int) -> None:
        self._told_ms = utc_ms
        self._told_s = time.monotonic()

    def now_ms(self) -> int:
        return self._told_ms + int((time.monotonic() - self._told_s) * 1000)

    def follow(self, ended: Callable[[], None]) -> None:
        """Standard input tells the time, one UTC in ms a line; at its end `ended` is called."""
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                if line.strip().isdecimal():
                    self.tell(int(line))
            loop.call_soon_threadsafe(ended)

        loop.run_in_executor(None, read)


def iso(utc_ms: int | None) -> str | None:
    """ms -> "2026-11-22T00:12:03.400Z"; None stays None."""
    if utc_ms is None:
        return None
    moment = datetime.fromtimestamp(utc_ms // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{utc_ms % 1000:03d}Z"


def parse_iso(text: str) -> int:
    """The inverse of iso(), exact to the ms. ValueError: there is no such moment."""
    if len(text) != 24 or text[-1] != "Z":
        raise ValueError(f"{text!r} is not like 2026-11-22T00:12:03.400Z")
    moment = datetime.fromisoformat(text[:-1] + "+00:00")  # Python 3.10 knows no Z
    return round(moment.timestamp() * 1000)


def local_day(text: str) -> tuple[int, int]:
    """A day in Thailand, "2026-11-22" -> (first ms, first ms of the next). ValueError."""
    start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=LOCAL)
    start_ms = int(start.timestamp()) * 1000
    return start_ms, start_ms + DAY_MS


def day_of(utc_ms: int) -> str:
    """The day in Thailand: "2026-11-22"."""
    return datetime.fromtimestamp(utc_ms / 1000, LOCAL).strftime("%Y-%m-%d")


def parse_moment(text: str, end: bool) -> int:
    """A local day (its begin, or its end) or a moment with a zone -> ms. ValueError."""
    if len(text) == 10:
        return local_day(text)[1 if end else 0]
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LOCAL)
    return round(moment.timestamp() * 1000)
