"""A person is in the bus that was checked and locked."""

from firmware.event import ALARM, CLEARED, RAISED, UPDATED, Event
from firmware.timing import Held
from firmware.trip.attended import HERE
from firmware.values import lasted
from firmware.warnings import INSIDE, PROMPT, SILENT

_NONE: list = []  # made once: no allocation in a tick


class ParkedMovement:
    """A seat becomes taken while the bus is PARKED, for parked_movement_s; or presence inputs see
    a person move there, twice within presence_window_s or for presence_hold_s, and no adult
    answers the prompt within presence_prompt_s (trip/presence.py).

    A child slept on the floor, or climbed in. The check starts anew by itself
    (trip/trip.py), and so does child_left_behind with its horn; this rule says why. Updated when
    it is another seat or input. It ends when the child left through an open door, or a walk settles
    one who rose (trip/persons.py) or moved, or the bus drives off. A child that comes through the
    open front door boards: that is parked_boarding. While an adult is with them (trip/attended.py)
    it is not raised, nor afterwards by who sat down meanwhile.

    City: alarm; raised, updated, cleared.
    Driver: prompt, inside.

    Source: a seat becomes taken while PARKED: alarm [default]; motion sensing after the
    check is what Theft-Mate sells for school buses, and Euro NCAP asks for direct sensing that
    includes footwells; 1 s, 120 s, 30 s [default]; 10 s is longer than a PIR or a radar holds its
    output after one movement (2 to 8 s).

    Unknown: a seat that turns unknown is no movement, and child_left_behind asks for it;
    one that was taken when last known is taken. An input that cannot be read is no movement, and
    no movement is no evidence that the bus is empty.
    """

    kind = "parked_movement"
    always_on = True
    settings = (
        ("parked_movement_s", 1, 0, 60),
        ("presence_hold_s", 10, 2, 60),
        ("presence_window_s", 120, 20, 600),
        ("presence_prompt_s", 30, 0, 60),
    )

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["parked_movement_s"]
        self._held = Held(self._held_s * 1000)
        self._parked = False  # it was, before the seat was taken
        self._reported = []
        self._prompt = Held(config["presence_prompt_s"] * 1000)
        self._moved = []  # presence inputs, as last reported

    def judge(self, s):
        moved = s.trip.moved
        if not self._prompt.update(s.now_ms, bool(moved)):
            moved = _NONE
        is_empty = not s.seats.sitting and not s.seats.loose and not s.trip.moved
        if self.warning:
            self.warning = PROMPT if s.trip.attended == HERE else INSIDE
        if s.trip.ignition_off_ms is None or is_empty:
            self._parked = s.trip.phase == "parked"
            self._held.update(s.now_ms, False)
            return self._report([], [], s) if self._reported or self._moved else None
        if moved != self._moved and moved:
            return self._report(self._reported, moved, s)
        if s.trip.attended is not None and not self._reported:
            self._parked = False
        self._parked = self._parked and s.trip.phase != "boarding"
        is_new = s.seats.sitting and s.seats.sitting != self._reported
        if not self._parked or not self._held.update(s.now_ms, is_new):
            return None
        return self._report(s.seats.sitting, moved, s)

    def _report(self, seats, moved, s):
        before, self._reported = self._reported + self._moved, seats
        self._moved = moved
        self._held.update(s.now_ms, False)
        is_over = not seats and not self._moved
        self.warning = SILENT if is_over else INSIDE
        state = CLEARED if is_over else UPDATED if before else RAISED
        why = (
            ("ignition_off_s", lasted(s.trip.ignition_off_ms)),
            ("held_s", self._held_s),
            ("checked", s.trip.checked),
        )
        data = (("seats", seats),)
        if s.vehicle.presence:
            data += (("presence", self._moved),)
        return Event(self.kind, ALARM, state, data, why)
