"""Keeps strangers from filling the log: uvicorn writes a line for each request that it does not
understand."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_EVERY_S = 60


class OneAMinute(logging.Filter):
    """Of each warning one line a minute passes. It says how many there were since the last one."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic):
        super().__init__()
        self._now_s = now_s
        self._seen: dict[str, tuple[float, int]] = {}  # -> when the last one passed, since then

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno != logging.WARNING:
            return True
        text, now_s = str(record.msg), self._now_s()
        passed_s, more = self._seen.get(text, (float("-inf"), 0))
        if now_s - passed_s < _EVERY_S:
            self._seen[text] = passed_s, more + 1
            return False
        self._seen[text] = now_s, 0
        if more:
            record.msg = f"{text} ({more} more since the last line)"
        return True
