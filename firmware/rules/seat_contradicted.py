"""A seat reads empty, and its belt says that a person sits there."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.snapshot import DRIVING
from firmware.timing import Held
from firmware.warnings import LAMP, SILENT

_HELD_MS = 10000
_NOBODY = ([], [])


class SeatContradicted:
    """For 10 s a seat reads empty under a belt that was closed over a person (`seats`), or,
    while the bus drives, under one that was closed while the seat read empty (`buckled`):
    the contact of the seat is dead, or only the belt is closed (sensing/belts.py).

    The former still counts as taken until the belt opens, the latter until the driver has walked
    to the check button. A belt that the driver has walked past is not reported. It is one
    occurrence, updated when the lists change; it ends when no seat contradicts its belt.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: a belt on an empty seat [default], 10 s [default].

    Unknown: a belt that cannot be read is as it was when last known; one that flaps says nothing.
    """

    kind = "seat_contradicted"

    def __init__(self, config):
        self.warning = SILENT
        self._held = Held(_HELD_MS)
        self._strapped = self._buckled = self._doubtful = None  # lists as last looked at
        self._phase = None
        self._now = self._reported = _NOBODY

    def judge(self, s):
        if self._has_changed(s):
            self._now = (s.seats.strapped, self._unseen(s))
            self._held.update(s.now_ms, False)
        if not self._held.update(s.now_ms, self._now != self._reported):
            return None
        before, self._reported = self._reported, self._now
        is_over = self._now == _NOBODY
        self.warning = SILENT if is_over else LAMP
        state = CLEARED if is_over else RAISED if before == _NOBODY else UPDATED
        data = (("seats", self._now[0]), ("buckled", self._now[1]))
        return Event(self.kind, WARNING, state, data, (("held_s", _HELD_MS // 1000),))

    def _has_changed(self, s):
        """The parts that make these lists make new ones (sensing/belts.py, trip/check.py)."""
        seats, phase = s.seats, s.trip.phase
        changed = (
            seats.strapped is not self._strapped
            or seats.buckled_empty is not self._buckled
            or seats.doubtful is not self._doubtful
            or phase != self._phase
        )
        self._strapped, self._buckled = seats.strapped, seats.buckled_empty
        self._doubtful, self._phase = seats.doubtful, phase
        return changed and (seats.strapped != self._now[0] or self._unseen(s) != self._now[1])

    def _unseen(self, s):
        told = self._reported[1]
        found = []
        for seat in s.seats.buckled_empty:
            if seat in s.seats.doubtful and (s.trip.phase == DRIVING or seat in told):
                found.append(seat)
        return found
