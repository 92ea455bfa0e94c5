"""Pace: how many bytes of positions may be in flight, so that an alarm waits only briefly."""

from micropython import const

_QUEUE_MS = const(1000)


class Pace:
    """Grows while PUBACKs come about as fast as the fastest one. Shrinks when they take over a
    second more: then the bytes wait in a queue of the network, in front of the next alarm.
    """

    def __init__(self, least, most):
        """The limits, in bytes."""
        self._least = min(least, most)
        self._most = most
        self.start()

    def start(self):
        """A new connection: its speed is not known."""
        self._room = self._least
        self._fastest_ms = None

    def allows(self, in_flight):
        """bool: one more message may follow these bytes, which are not acknowledged yet."""
        return in_flight < self._room

    def acknowledged(self, waited_ms, size):
        """A message of `size` bytes was acknowledged after `waited_ms`."""
        if self._fastest_ms is None or waited_ms < self._fastest_ms:
            self._fastest_ms = waited_ms
        if waited_ms > self._fastest_ms + _QUEUE_MS:
            self._room = max(self._least, self._room * 3 // 4)
        else:
            self._room = min(self._most, self._room + size)
