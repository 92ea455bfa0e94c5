"""How many bytes of positions may be on their way, so that an alarm behind them waits little."""

from micropython import const

_QUEUE_MS = const(1000)


class Pace:
    """Grows while PUBACKs come as fast as the fastest, shrinks once they take a second
    more: then the bytes only stand in a queue somewhere, in front of the next alarm.
    """

    def __init__(self, least, most):
        """Bytes."""
        self._least = min(least, most)
        self._most = most
        self.start()

    def start(self):
        """A new connection: nothing is known about it."""
        self._room = self._least
        self._fastest_ms = None

    def allows(self, in_flight):
        """Whether one more message may follow so many bytes."""
        return in_flight < self._room

    def acknowledged(self, waited_ms, size):
        """A message of so many bytes was acknowledged after so long."""
        if self._fastest_ms is None or waited_ms < self._fastest_ms:
            self._fastest_ms = waited_ms
        if waited_ms > self._fastest_ms + _QUEUE_MS:
            self._room = max(self._least, self._room * 3 // 4)
        else:
            self._room = min(self._most, self._room + size)
