"""Recorder: Events and kept positions -> records in the journal.

Alarms and warnings go to the alarm lane, information and positions to the track lane. An event
that the flash refuses waits here and is tried again every tick.

All events of one occurrence carry `occ`, the number of the record that raised it. A refused
append uses its number up too, so the raise gets its `occ` each time that it is tried, and the
events behind it get theirs once it is recorded. Each record thus holds the right number in
itself, whenever the power goes.

An occurrence that begins in a drill is an exercise. If it still stands when the drill is over it
is none, and is recorded once more. What began before the drill is real.
"""

from micropython import const

from firmware import messages
from firmware.event import CLEARED, INFO, RAISED, UPDATED, WARNING, Event, fault
from firmware.journal.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK

_WAITING = const(32)  # events that may wait for the flash


class _Occurrence:
    def __init__(self, exercise):
        self.seq = None  # of the record that raised it; None: not recorded yet
        self.exercise = exercise  # it began in a drill
        self.last = None  # its newest Event


class Recorder:
    """failed: the flash refuses to write."""

    def __init__(self, journal, boot):
        self._journal = journal
        self._boot = boot
        self._standing = {}  # (kind, subject) -> the _Occurrence that is raised and not cleared
        self._waiting = []  # (lane, Event, its _Occurrence, messages.event_parts)
        self._damaged = 0  # records that cannot be read any more, as last reported
        self.failed = False

    def active(self):
        """-> sorted kinds of what is raised and not cleared."""
        return sorted({kind for kind, _ in self._standing})

    def stands(self, kind):
        """Is something of that kind raised and not cleared?"""
        for standing, _ in self._standing:
            if standing == kind:
                return True
        return False

    @property
    def is_calm(self):
        """Nothing is raised, and nothing waits for the flash."""
        return not self._standing and not self._waiting

    def event(self, event, s):
        """Event, Snapshot -> a record. A rule that broke may have lost the beginning: then an
        update begins an occurrence, and an end is not recorded.
        """
        subject = (event.kind, event.subject)
        occurrence = None if event.state == RAISED else self._standing.pop(subject, None)
        if occurrence is None:
            if event.state == CLEARED:
                return
            event.state = RAISED
            occurrence = _Occurrence(s.trip.exercise)
        occurrence.last = event
        if event.state != CLEARED and event.subject is not None:
            self._standing[subject] = occurrence
        self._keep(event, occurrence, s)

    def end_exercise(self, s):
        """The drill is over."""
        for occurrence in list(self._standing.values()):
            if occurrence.exercise:
                occurrence.exercise = False
                last = occurrence.last
                self.event(
                    Event(last.kind, last.severity, UPDATED, last.data, last.why, last.subject), s
                )

    def endings(self, kind):
        """-> Events that end what stands of a kind: its rule raised an exception."""
        why = (("broke", True),)
        ends = []
        for occurrence in self._standing.values():
            last = occurrence.last
            if last.kind == kind:
                ends.append(Event(kind, last.severity, CLEARED, last.data, why, last.subject))
        return ends

    def report_losses(self, notices):
        """Adds Events about records that the city will not get. They have to be recorded before
        the next call (Journal.take_lost).
        """
        lost = self._journal.take_lost()
        if lost is not None:
            lane, first, last, count = lost
            name = "alarm" if lane == ALARM else "track"
            data = (("lane", name), ("first", first), ("last", last), ("count", count))
            notices.append(Event("records_lost", WARNING, data=data, subject=None))
        if self._journal.damaged != self._damaged:
            self._damaged = self._journal.damaged
            text = "%d records since the start cannot be read any more." % self._damaged
            notices.append(fault("journal", text))

    def flush(self):
        """Writes what waits, as far as the flash takes it."""
        while self._waiting:
            lane, event, occurrence, parts = self._waiting[0]
            is_raise = event.state == RAISED
            occ = self._journal.next_seq if is_raise else occurrence.seq
            try:
                seq = self._journal.append(lane, KIND_EVENT, messages.event_body(parts, occ))
            except OSError:
                self.failed = True
                return
            if is_raise:
                occurrence.seq = seq
            self._waiting.pop(0)
        self.failed = False

    def position(self, kept):
        """kept: (utc_s, lat_e7, lon_e7, speed_mms, heading_deg). A lost one is no event."""
        try:
            self._journal.append(TRACK, KIND_POSITION, messages.position(*kept))
        except OSError:
            self.failed = True

    def _keep(self, event, occurrence, s):
        lane = TRACK if event.severity == INFO else ALARM
        parts = messages.event_parts(event, s, self._boot, occurrence.exercise)
        self._waiting.append((lane, event, occurrence, parts))
        self.flush()
        if len(self._waiting) > _WAITING:
            self._make_room()

    def _make_room(self):
        """Drops the oldest event that the city can do without.

        The raise and the newest event of what stands are kept, and the end of what the city
        knows: few, for each subject has one of each at most. A raise takes its end along.
        """
        for entry in self._waiting:
            _, event, occurrence, _ = entry
            stands = self._standing.get((event.kind, event.subject)) is occurrence
            is_needed = stands and (event.state == RAISED or event is occurrence.last)
            if event.state != CLEARED and not is_needed:
                break
        else:
            return
        if event.state == RAISED:
            self._waiting = [other for other in self._waiting if other[2] is not occurrence]
        else:
            self._waiting.remove(entry)
