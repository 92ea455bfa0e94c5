"""How a SIMCom modem sleeps: AT+CSCLK=1, and a DTR that stays high.

Source: SIMCom A76XX series sleep mode application note V1.02, 2 (10 to 20 s until it does) and
2.1; 3.1: DTR low wakes it. The network pages it all the while.
"""

from __future__ import annotations

from sim.wires.pin import Wire

_FALLS_ASLEEP_MS = 10_000


class Doze:
    """csclk: as set by AT+CSCLK. missed: characters that came while it slept."""

    def __init__(self, dtr: Wire | None):
        self._dtr = dtr
        self._high_ms: int | None = None
        self.csclk = 0
        self.missed = 0

    def look(self, now_ms: int, is_idle: bool) -> bool:
        """-> whether it sleeps."""
        is_high = self._dtr is not None and bool(self._dtr.load)
        if not is_high or self.csclk != 1 or not is_idle:
            self._high_ms = None
        elif self._high_ms is None:
            self._high_ms = now_ms
        return self._high_ms is not None and now_ms - self._high_ms >= _FALLS_ASLEEP_MS
