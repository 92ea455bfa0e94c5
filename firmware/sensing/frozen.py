"""Frozen: a thermometer of the cabin that reports the same all day long is not believed.

In a day and a night the air of a cabin moves by more than half a degree, also in a garage. One
that does not move so far within 24 h is unknown until it does; then the heat of a parked bus is
guessed by the known curve (rules/heating.py).

Unknown: a thermometer that does not answer begins the day anew; its silence is reported by itself.
"""

from micropython import const

_DAY_MS = const(86400000)
_MOVES_C10 = const(5)


class Frozen:
    """is_on: it has not moved for a day."""

    def __init__(self):
        self.is_on = False
        self._since_ms = 0
        self._low = self._high = None

    def believe(self, now_ms, c10):
        """0.1 degC or None -> the same, or None if it is frozen."""
        if c10 is None or self._low is None:
            self._begin(now_ms, c10)
            return None if self.is_on else c10
        self._low, self._high = min(self._low, c10), max(self._high, c10)
        if self._high - self._low >= _MOVES_C10:
            self.is_on = False
            self._begin(now_ms, c10)
        elif now_ms - self._since_ms >= _DAY_MS:
            self.is_on = True
        return None if self.is_on else c10

    def _begin(self, now_ms, c10):
        self._since_ms = now_ms
        self._low = self._high = c10
