"""For how long the station could have heard a bus: a bus is silent only while somebody listens."""

from __future__ import annotations

_MOST = 10_000
"""Of a broker that comes and goes, the oldest times are forgotten: then less was heard."""


class Hearing:
    def __init__(self) -> None:
        self._times: list[tuple[int, int]] = []
        """From when to when the broker answered, ms, in their order."""
        self._is_on = False

    def note(self, ok: bool, now_ms: int) -> None:
        """At each look."""
        if ok and self._is_on and now_ms - self._times[-1][1] < 60_000:
            self._times[-1] = self._times[-1][0], now_ms
        elif ok:
            self._times = [*self._times[1 - _MOST :], (now_ms, now_ms)]
        self._is_on = ok

    def since(self, begin_ms: int) -> int:
        """How many ms of the time since then."""
        found = 0
        for begin, end in reversed(self._times):
            if end <= begin_ms:
                break
            found += end - max(begin, begin_ms)
        return found
