"""How far a long work is: for a person at a terminal, and seldom for a log."""

from __future__ import annotations

import sys
import time


class Progress:
    """Of one step. Prints nothing for a step that is done at once."""

    def __init__(self, what: str):
        self._what = what
        self._is_seen = sys.stderr.isatty()
        self._every_s = 0.2 if self._is_seen else 10.0
        self._told_s = time.monotonic()
        self._was_told = False

    def say(self, how_far: str) -> None:
        now_s = time.monotonic()
        if now_s - self._told_s < self._every_s:
            return
        self._told_s, self._was_told = now_s, True
        end = "\r" if self._is_seen else "\n"
        print(f"{self._what}: {how_far}".ljust(60), end=end, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._was_told and self._is_seen:
            print(" " * 60, end="\r", file=sys.stderr, flush=True)
