"""The time of the virtual board."""

from __future__ import annotations

import time


class BoardClock:
    """The board's time in us: the computer's time, and the sleep that was skipped."""

    def __init__(self) -> None:
        self._zero_us = time.monotonic_ns() // 1000
        self.skipped_us = 0

    def now_us(self) -> int:
        return time.monotonic_ns() // 1000 - self._zero_us + self.skipped_us

    def follow(self, now_us: int) -> None:
        """The board's own time, from its request: this clock is never behind it."""
        self.skipped_us += max(0, now_us - self.now_us())
