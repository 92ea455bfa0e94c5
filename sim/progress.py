"""How far a long run has come, on stderr: one line that is rewritten on a terminal, else a line
every half minute."""

from __future__ import annotations

import sys
import time

from sim.wording import roughly

_SELDOM_S = 30.0
_LIVE_S = 0.2


class Progress:
    """Counts `what` from 0 to total. A run that is over before the first line shows nothing."""

    def __init__(self, total: int, what: str) -> None:
        self._total, self._what = total, what
        self._live = sys.stderr.isatty()
        self._began_s = self._told_s = time.monotonic()

    def show(self, done: int) -> None:
        now_s = time.monotonic()
        if now_s - self._told_s < (_LIVE_S if self._live else _SELDOM_S):
            return
        self._told_s = now_s
        took_s = now_s - self._began_s
        text = f"{done} of {self._total} {self._what} in {roughly(took_s)}"
        if done:
            text += f", about {roughly(took_s * (self._total - done) / done)} to go"
        if self._live:
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Before another line is printed; the next show() is at once."""
        if self._live:
            self._told_s = 0.0
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
