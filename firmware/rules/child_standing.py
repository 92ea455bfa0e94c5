"""A child has left its seat while the bus drives."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.timing import Held
from firmware.values import kmh
from firmware.warnings import CHIME, SILENT


class ChildStanding:
    """Above standing_kmh a seat that was taken on this drive is empty, for standing_s.

    A child that sits down elsewhere is taken off the list. It ends when no child stands any
    more, or when the bus is at a stop (BOARDING) or parked; a red light does not end it.

    City: warning; raised, updated, cleared.
    Driver: chime.

    Source: 20 km/h and 3 s [default]; children shift about on their seats for less.

    Unknown: a seat that turns unknown has not emptied; one that was taken before it did
    and reads empty after has. Unknown speed neither raises nor ends it.
    """

    kind = "child_standing"
    settings = (
        ("standing_kmh", 20, 5, 60),
        ("standing_s", 3, 1, 60),
    )

    def __init__(self, config):
        self.warning = SILENT
        self._limit_kmh = config["standing_kmh"]
        self._limit_mms = self._limit_kmh * 10000 // 36
        self._held_s = config["standing_s"]
        self._held = Held(self._held_s * 1000)
        self._seat_changes = None
        self._riding = []  # seats taken, or taken when last known
        self._left = []  # seats that their children left, the longest ago first
        self._reported = []

    def judge(self, s):
        if s.trip.phase != "driving":
            self._seat_changes = None
            self._left = []
            return self._report(s) if self._reported else None
        if s.seats.changes != self._seat_changes:
            self._follow(s)
        if self._left == self._reported:
            return None
        if not self._left:
            return self._report(s)
        fast = s.gnss.speed_mms is not None and s.gnss.speed_mms > self._limit_mms
        if self._held.update(s.now_ms, fast):
            return self._report(s)
        return None

    def _follow(self, s):
        if self._seat_changes is None:
            self._riding = []
        self._seat_changes = s.seats.changes
        before = self._riding
        self._riding = s.seats.taken + [seat for seat in before if seat in s.seats.unknown]
        left = [seat for seat in self._left if seat not in s.seats.taken]
        left += [seat for seat in before if seat not in self._riding]
        arrived = [seat for seat in s.seats.taken if seat not in before and seat not in self._left]
        left = left[len(arrived) :]
        if left != self._left:
            self._held.update(s.now_ms, False)
        self._left = left

    def _report(self, s):
        before, self._reported = self._reported, self._left
        self.warning = CHIME if self._reported else SILENT
        state = CLEARED if not self._reported else UPDATED if before else RAISED
        why = (
            ("speed_kmh", kmh(s.gnss.speed_mms)),
            ("limit_kmh", self._limit_kmh),
            ("held_s", self._held_s),
        )
        return Event(self.kind, WARNING, state, (("seats", sorted(self._reported)),), why)
