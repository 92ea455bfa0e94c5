"""Recorder: Events and kept positions -> records in the journal.

Alarms and warnings go to the alarm lane, information and positions to the track
lane. An event that the flash refuses is kept here and tried again every tick.

What is raised in a drill is an exercise until it is cleared; what still stands when
the drill is over was none, and is told once more. What was raised before is real.
"""

from micropython import const

from firmware import messages
from firmware.event import CLEARED, INFO, RAISED, UPDATED, Event
from firmware.journal.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK

_WAITING = const(32)  # events kept in memory while the flash refuses; then the oldest go


class Recorder:
    def __init__(self, journal, boot):
        self._journal = journal
        self._boot = boot
        self._standing = {}  # (kind, subject) -> the last Event of what is active
        self._waiting = []  # (lane, body)
        self.failed = False  # the flash refuses

    def active(self):
        """-> sorted kinds of what is raised and not cleared."""
        return sorted({kind for kind, _ in self._standing})

    def stands(self, kind):
        """Something of that kind is raised and not cleared."""
        for standing, _ in self._standing:
            if standing == kind:
                return True
        return False

    @property
    def is_calm(self):
        """Nothing is raised, and nothing waits for the flash."""
        return not self._standing and not self._waiting

    def event(self, event, s):
        """Gives the event its occurrence number and records it."""
        subject = (event.kind, event.subject)
        before = None if event.state == RAISED else self._standing.pop(subject, None)
        if before is None:
            if event.state == CLEARED:
                return  # its beginning was lost with a rule that broke
            event.state = RAISED
            event.occ = self._journal.next_seq + len(self._waiting)
            event.exercise = s.trip.exercise
        else:
            event.occ = before.occ
            event.exercise = before.exercise
        if event.state != CLEARED and event.subject is not None:
            self._standing[subject] = event
        self._keep(event, s)

    def end_exercise(self, s):
        """The drill is over."""
        for event in list(self._standing.values()):
            if event.exercise:
                self.event(_in_earnest(event), s)

    def endings(self, kind):
        """-> Events that end what stands of a kind: its rule broke over the words."""
        why = (("broke", True),)
        return [
            Event(kind, event.severity, CLEARED, event.data, why, event.subject)
            for event in self._standing.values()
            if event.kind == kind
        ]

    def _keep(self, event, s):
        if len(self._waiting) >= _WAITING:
            self._waiting.pop(0)
        lane = TRACK if event.severity == INFO else ALARM
        self._waiting.append((lane, messages.event_body(event, s, self._boot)))
        self.flush()

    def flush(self):
        """Writes what is waiting, as far as the flash takes it."""
        while self._waiting:
            lane, body = self._waiting[0]
            try:
                self._journal.append(lane, KIND_EVENT, body)
            except OSError:
                self.failed = True
                return
            self._waiting.pop(0)
        self.failed = False

    def position(self, kept):
        """kept: (utc_s, lat_e7, lon_e7, speed_mms, heading_deg). A lost one is no event."""
        try:
            self._journal.append(TRACK, KIND_POSITION, messages.position(*kept))
        except OSError:
            self.failed = True


def _in_earnest(event):
    event.exercise = False
    return Event(event.kind, event.severity, UPDATED, event.data, event.why, event.subject)
