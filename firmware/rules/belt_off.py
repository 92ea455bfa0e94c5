"""A child rides without a buckled belt."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.timing import Held
from firmware.values import kmh
from firmware.warnings import CHIME, LAMP, SILENT

_CHIME_MS = 15000


class BeltOff:
    """Above belt_kmh a child sits unbuckled for belt_s.

    A change of the seats is reported once it has lasted belt_s as well. It ends when all are
    buckled for that long, or when the bus has stood at a door (BOARDING) or is parked.

    It chimes for 15 s, once a trip for each seat, and again for one that was buckled in between;
    then the lamp stays on: a chime that goes on all the way is no longer heard.

    City: warning; raised, updated, cleared.
    Driver: lamp, chime.

    Source: over 10 km/h for 10 s [default].

    Unknown: a belt that cannot be read on a taken seat counts as open; an unknown
    seat is not counted here. Unknown speed neither raises nor ends it.
    """

    kind = "belt_off"
    settings = (
        ("belt_kmh", 10, 1, 60),
        ("belt_s", 10, 0, 120),
    )

    def __init__(self, config):
        self.warning = SILENT
        self._limit_kmh = config["belt_kmh"]
        self._limit_mms = self._limit_kmh * 10000 // 36
        self._held_s = config["belt_s"]
        self._held = Held(self._held_s * 1000)
        self._candidate = []
        self._reported = []  # seats, as last reported
        self._trip = None
        self._unbelted = None  # as last looked at
        self._chimed = []  # seats that have had their chime on this trip
        self._until_ms = 0

    def judge(self, s):
        if s.seats.unbelted is not self._unbelted or s.trip.number != self._trip:
            is_new_trip, self._trip = s.trip.number != self._trip, s.trip.number
            self._unbelted = s.seats.unbelted
            self._chimed = [] if is_new_trip else _among(self._chimed, s.seats.unbelted)
        event = self._judge(s)
        if self._reported:
            self.warning = CHIME if s.now_ms < self._until_ms else LAMP
        return event

    def _judge(self, s):
        if s.trip.phase != "driving":
            self._held.update(s.now_ms, False)
            return self._report([], s)
        if s.gnss.speed_mms is None or s.gnss.speed_mms <= self._limit_mms:
            self._held.update(s.now_ms, False)
            return None
        if s.seats.unbelted != self._candidate:
            self._candidate = s.seats.unbelted
            self._held.update(s.now_ms, False)
        if self._held.update(s.now_ms, self._candidate != self._reported):
            return self._report(self._candidate, s)
        return None

    def _report(self, seats, s):
        if seats == self._reported:
            return None
        before, self._reported = self._reported, seats
        new = [seat for seat in seats if seat not in self._chimed]
        if new:
            self._chimed = self._chimed + new
            self._until_ms = s.now_ms + _CHIME_MS
        self.warning = SILENT
        state = CLEARED if not seats else UPDATED if before else RAISED
        why = (
            ("speed_kmh", kmh(s.gnss.speed_mms)),
            ("limit_kmh", self._limit_kmh),
            ("held_s", self._held_s),
        )
        return Event(self.kind, WARNING, state, (("seats", seats),), why)


def _among(seats, others):
    """By itself: a name that a comprehension shares costs a cell of the heap at each call."""
    return [seat for seat in seats if seat in others]
