"""Settling: the first moments after a start, in which no contact is known yet.

A contact counts once it has rested for its debounce time, so for 200 ms every seat and door is
unknown although nothing is broken. Who judged that would find children on seats that are empty:
an empty, checked bus with its front door open asked for another check at every start. It is over
when every seat and every switch has been read, and after 2 s at the latest: a contact that is
unknown by then is unknown, and that is never safe.
"""

from micropython import const

_LONGEST_MS = const(2000)  # as rules/profile.py: before that no alarm is due either


class Settling:
    def __init__(self):
        self._since_ms = None

    def update(self, now_ms, is_known):
        """is_known: nothing is on its way to its first reading -> bool: not settled yet."""
        if self._since_ms is None:
            self._since_ms = now_ms
        return not is_known and now_ms - self._since_ms < _LONGEST_MS
