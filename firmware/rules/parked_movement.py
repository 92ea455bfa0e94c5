"""A person is in the bus that was checked and locked."""

from firmware.event import ALARM, CLEARED, RAISED, UPDATED, Event
from firmware.timing import Held
from firmware.trip.attended import HERE
from firmware.values import lasted
from firmware.warnings import INSIDE, PROMPT, SILENT


class ParkedMovement:
    """A seat becomes taken while the bus is PARKED, for parked_movement_s.

    A child slept on the floor, or climbed in. The check starts anew by itself
    (trip/trip.py), and so does child_left_behind with its horn; this rule says why. Updated when
    it is another seat. It ends when the child left through an open door, or a walk settles one
    who rose (trip/persons.py), or the bus drives off. A child that comes through the open front
    door boards: that is parked_boarding. While an adult is with them (trip/attended.py) it is not
    raised, nor afterwards by who sat down meanwhile.

    City: alarm; raised, updated, cleared.
    Driver: prompt, inside.

    Source: a seat becomes taken while PARKED: alarm [default]; motion sensing after the
    check is what Theft-Mate sells for school buses; 1 s [default].

    Unknown: a seat that turns unknown is no movement, and child_left_behind asks for it;
    one that was taken when last known is taken.
    """

    kind = "parked_movement"
    settings = (("parked_movement_s", 1, 0, 60),)

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["parked_movement_s"]
        self._held = Held(self._held_s * 1000)
        self._parked = False  # it was, before the seat was taken
        self._reported = []

    def judge(self, s):
        is_empty = not s.seats.sitting and not s.seats.loose
        if self._reported:
            self.warning = PROMPT if s.trip.attended == HERE else INSIDE
        if s.trip.ignition_off_ms is None or is_empty:
            self._parked = s.trip.phase == "parked"
            self._held.update(s.now_ms, False)
            return self._report([], s) if self._reported else None
        if s.trip.attended is not None and not self._reported:
            self._parked = False
        self._parked = self._parked and s.trip.phase != "boarding"
        is_new = s.seats.sitting and s.seats.sitting != self._reported
        if not self._parked or not self._held.update(s.now_ms, is_new):
            return None
        return self._report(s.seats.sitting, s)

    def _report(self, seats, s):
        before, self._reported = self._reported, seats
        self._held.update(s.now_ms, False)
        self.warning = INSIDE if seats else SILENT
        state = CLEARED if not seats else UPDATED if before else RAISED
        why = (
            ("ignition_off_s", lasted(s.trip.ignition_off_ms)),
            ("held_s", self._held_s),
            ("checked", s.trip.checked),
        )
        return Event(self.kind, ALARM, state, (("seats", seats),), why)
