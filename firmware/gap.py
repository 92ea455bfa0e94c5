"""Gap: the time until the next tick. Is it long enough to write to flash?

An erase takes 45 ms, and littlefs may need one for any write. So a file is written early between
two ticks, or while the bus is parked; and one write is all that fits.
"""

from micropython import const

_WRITE_MS = const(80)
_PATIENCE_MS = const(1000)  # a command holds up those behind it


class Gap:
    """is_awaited: a command has asked in vain, and asks again in the next turn."""

    def __init__(self):
        self._is_open = True
        self._now_ms = 0
        self._since_ms = None  # a command waits
        self.is_awaited = False

    def look(self, now_ms, next_tick_ms, is_parked):
        """A turn begins."""
        self._now_ms = now_ms
        self._is_open = is_parked or next_tick_ms - now_ms >= _WRITE_MS
        if not self.is_awaited:
            self._since_ms = None
        self.is_awaited = False

    def take(self):
        """-> bool: flash may be written now, once."""
        was_open, self._is_open = self._is_open, False
        return was_open

    def take_soon(self):
        """Likewise, for a command: after a second it is done in any gap, one late tick a second
        at most."""
        if self._since_ms is None:
            self._since_ms = self._now_ms
        if self.take() or self._now_ms - self._since_ms >= _PATIENCE_MS:
            self._since_ms = None
            return True
        self.is_awaited = True
        return False
