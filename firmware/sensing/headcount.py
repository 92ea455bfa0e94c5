"""Who was on board a moment ago: after a crash the seats no longer show it."""

from micropython import const

_STEP_MS = const(5000)


class HeadCount:
    """Keeps the seat lists of 5 to 10 s ago; they are never changed once made (seats.py)."""

    def __init__(self):
        self._next_ms = 0
        self._taken, self._unknown = None, None

    def update(self, s):
        """Fills the Snapshot's taken_before and unknown_before; None: too soon after boot."""
        if s.now_ms < self._next_ms:
            return
        self._next_ms = s.now_ms + _STEP_MS
        s.seats.taken_before, s.seats.unknown_before = self._taken, self._unknown
        self._taken, self._unknown = s.seats.taken, s.seats.unknown


def pairs(s):
    """Snapshot -> data of an event: who is on board now, and who was 5 to 10 s ago."""
    return (
        ("seats", s.seats.taken),
        ("unknown", s.seats.unknown),
        ("seats_before", s.seats.taken_before),
        ("unknown_before", s.seats.unknown_before),
    )
