"""A seat reads taken for longer than anybody sits."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.warnings import LAMP, SILENT

_HOUR_MS = 3600000
_PARKED_MS = 1800000


class SensorStuck:
    """A seat has been taken without a break for stuck_h, or through 30 min with the
    ignition off and the check button pressed. One that always reads empty cannot be told
    from a seat that nobody uses: sit on each once a month (docs/commissioning.md).

    The contact is stuck, its wire is torn, or a bag rides along. It is reported so that a
    technician repairs it; it never takes the seat out of any other rule (P5). Seats are listed in
    one occurrence, updated when the list changes; it ends when all have read empty.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: a day's use [default] 12 h; the driver who pressed the button has seen the seat.

    Unknown: a seat that was taken when last known is still taken.
    """

    kind = "sensor_stuck"
    settings = (("stuck_h", 12, 1, 72),)

    def __init__(self, config):
        self.warning = SILENT
        self._limit_h = config["stuck_h"]
        self._since = {}  # seat -> when it was first seen taken
        self._seat_changes = None
        self._next_ms = 0
        self._reported = []

    def judge(self, s):
        if s.seats.changes != self._seat_changes:
            self._seat_changes = s.seats.changes
            self._follow(s)
        elif s.now_ms < self._next_ms:
            return None
        self._next_ms = s.now_ms + 1000
        stuck = []
        for seat in self._since:
            if self._is_stuck(seat, s):
                stuck.append(seat)
        stuck.sort()
        if stuck == self._reported:
            return None
        before, self._reported = self._reported, stuck
        self.warning = LAMP if stuck else SILENT
        state = CLEARED if not stuck else UPDATED if before else RAISED
        why = (("limit_h", self._limit_h), ("parked_min", _PARKED_MS // 60000))
        return Event(self.kind, WARNING, state, (("seats", stuck),), why)

    def _follow(self, s):
        now = {}
        for seat in s.seats.taken + s.seats.unknown:
            if seat in self._since:
                now[seat] = self._since[seat]
            elif seat in s.seats.taken:
                now[seat] = s.now_ms
        self._since = now

    def _is_stuck(self, seat, s):
        ms = s.now_ms - self._since[seat]
        off_ms = s.trip.ignition_off_ms
        seen = s.trip.checked and off_ms is not None and ms >= off_ms >= _PARKED_MS
        return seat in self._reported or seen or ms >= self._limit_h * _HOUR_MS
