"""Recorder: Events and kept positions -> records in the journal.

Alarms have a lane of their own, which holds all of an occurrence from the time when it is an
alarm; so have warnings; information and positions share the track lane. An event that the flash
refuses waits here and is tried again every tick. What comes too often is put together
(flapping.py).

All events of one occurrence carry `occ`, the number of the record that raised it. A refused
append uses its number up too, so the raise gets its `occ` each time that it is tried, and the
events behind it get theirs once it is recorded. Each record thus holds the right number in
itself, whenever the power goes.

An occurrence of a kind that is drilled (event.py) is an exercise if it begins in a drill. If it
still stands when the drill is over it is none, and is recorded once more. What began before the
drill is real, and so is every other kind: a child that is left behind, heat, a sensor that fails.
"""

from micropython import const

from firmware import messages
from firmware.event import ALARM as SEVERE
from firmware.event import CLEARED, DRILLED, INFO, RAISED, UPDATED, WARNING, Event, fault
from firmware.journal import form
from firmware.journal.flapping import Flapping, is_change_due, is_end_due
from firmware.journal.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK

_WAITING = const(32)  # events that may wait for the flash
_LANES = {SEVERE: ALARM, WARNING: form.WARNING, INFO: TRACK}
_NAMES = ("alarm", "warning", "track")


class _Occurrence:
    def __init__(self, exercise):
        self.seq = None  # of the record that raised it; None: not recorded yet
        self.exercise = exercise  # it began in a drill
        self.last = None  # its newest Event
        self.lane = TRACK
        self.flaps = False
        self.recorded_ms = 0  # its newest record
        self.severity = None  # and that one's severity
        self.held = None  # the Event that is held back, and its messages.event_parts
        self.held_ms = 0
        self.times = 0  # raises and changes that its next record stands for, if not for one


class Recorder:
    """failed: the flash refuses to write."""

    def __init__(self, journal, boot):
        self._journal = journal
        self._boot = boot
        self._standing = {}  # (kind, subject) -> the _Occurrence that is raised and not cleared
        self._waiting = []  # (lane, Event, its _Occurrence, messages.event_parts)
        self._flapping = Flapping()
        self._holds = False  # an _Occurrence holds an Event back
        self._loss = self._loss_event = None  # a loss, and the Event that announces it
        self._has_exercise = False  # something that began in a drill may stand
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
    def has_alarm(self):
        """bool: an alarm is raised and not cleared."""
        for occurrence in self._standing.values():
            if occurrence.severity == SEVERE:
                return True
        return False

    @property
    def is_calm(self):
        """Nothing is raised, and nothing that the city knows waits for the flash to end it.

        What has not begun on flash may wait for a lane that takes nothing any more.
        """
        for _, _, occurrence, _ in self._waiting:
            if occurrence.seq is not None:
                return False
        return not self._standing

    def event(self, event, s):
        """Event, Snapshot -> a record. A rule that broke may have lost the beginning: then an
        update begins an occurrence, and an end is not recorded.
        """
        subject = (event.kind, event.subject)
        occurrence = self._standing.get(subject)
        if event.state == RAISED and (occurrence is None or not occurrence.flaps):
            occurrence = None
        elif event.state == RAISED:
            event.state = UPDATED  # the city has not heard of the end
        if occurrence is None:
            if event.state == CLEARED:
                return
            event.state = RAISED
            occurrence = _Occurrence(s.trip.exercise and event.kind in DRILLED)
            self._has_exercise = self._has_exercise or occurrence.exercise
        if event.subject is not None:
            self._standing[subject] = occurrence
            if event.severity != INFO and self._holds_back(subject, occurrence, event, s):
                return
        self._record(event, occurrence, s)

    def _holds_back(self, subject, occurrence, event, s):
        """-> bool: it comes too often to be recorded now (flapping.py)."""
        now_ms = s.now_ms
        if event.state == RAISED:
            occurrence.flaps = self._flapping.raised(subject, now_ms)
            return False
        if event.state == UPDATED:
            often = self._flapping.changed(subject, now_ms) or occurrence.flaps
            rises = event.severity == SEVERE and occurrence.severity != SEVERE
            is_due = is_change_due(event.severity, occurrence.recorded_ms, now_ms)
            is_recorded = not often or rises or is_due
            if occurrence.times or not is_recorded:
                occurrence.times += 1
            if is_recorded:
                return False
        elif not occurrence.flaps:
            return False
        occurrence.last = event
        occurrence.held = event, self._parts(event, occurrence, s)
        occurrence.held_ms = now_ms
        self._holds = True
        return True

    def release(self, now_ms):
        """Every tick: records what was held back for long enough."""
        if not self._holds:
            return
        self._holds = False
        for occurrence in list(self._standing.values()):
            if occurrence.held is None:
                continue
            event, parts = occurrence.held
            if event.state == CLEARED:
                is_due = is_end_due(occurrence.held_ms, now_ms)
            else:
                is_due = is_change_due(event.severity, occurrence.recorded_ms, now_ms)
            if is_due:
                self._keep(event, occurrence, parts, now_ms)
            else:
                self._holds = True

    def end_exercise(self, s):
        """There is no drill, or it is over."""
        if not self._has_exercise:
            return
        self._has_exercise = False
        for occurrence in list(self._standing.values()):
            if occurrence.exercise:
                occurrence.exercise = False
                last = occurrence.last
                again = Event(last.kind, last.severity, UPDATED, last.data, last.why, last.subject)
                self._record(again, occurrence, s)
                if last.state == CLEARED:  # held back
                    occurrence.held = last, self._parts(last, occurrence, s)
                    self._holds = True

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
        """Adds Events about records that the city will not get. Record them in this tick."""
        if self._loss is None:
            loss = self._journal.take_lost()
            if loss is not None:
                self._loss, self._loss_event = loss, _announcement(loss)
                notices.append(self._loss_event)
        if self._journal.damaged != self._damaged:
            self._damaged = self._journal.damaged
            text = "%d records since the start cannot be read any more." % self._damaged
            notices.append(fault("journal", text))

    def flush(self):
        """Writes what waits, as far as the flash takes it: a lane that refuses stops no other."""
        shut = 0
        for entry in self._waiting[:]:
            lane, event, occurrence, _ = entry
            lane = 1 << lane
            if shut & lane or (event.state != RAISED and occurrence.seq is None):
                continue  # the second: its raise waits for another lane
            if not self._write(entry):
                shut |= lane
                if self._journal.is_in_doubt:  # it may be there: nothing else comes before it
                    self._waiting.remove(entry)
                    self._waiting.insert(0, entry)
                    break
        self.failed = bool(self._waiting)

    def position(self, kept):
        """kept: (utc_s, lat_e7, lon_e7, speed_mms, heading_deg). A lost one is no event."""
        try:
            if self._journal.is_in_doubt:
                raise OSError
            self._journal.append(TRACK, KIND_POSITION, messages.position(*kept))
        except OSError:
            self.failed = True

    def _write(self, entry):
        lane, event, occurrence, parts = entry
        is_raise = event.state == RAISED
        occ = self._journal.next_seq if is_raise else occurrence.seq
        try:
            seq = self._journal.append(lane, KIND_EVENT, messages.event_body(parts, occ))
        except OSError:
            return False
        if is_raise:
            occurrence.seq = seq
        if event is self._loss_event:
            self._journal.announced(self._loss, seq)
            self._loss = self._loss_event = None
        self._waiting.remove(entry)
        return True

    def _record(self, event, occurrence, s):
        self._keep(event, occurrence, self._parts(event, occurrence, s), s.now_ms)

    def _parts(self, event, occurrence, s):
        return messages.event_parts(event, s, self._boot, occurrence.exercise, occurrence.times)

    def _keep(self, event, occurrence, parts, now_ms):
        """The lane of an occurrence is that of the worst that it has been."""
        occurrence.last = event
        occurrence.held = None
        occurrence.times = 0
        occurrence.recorded_ms = now_ms
        occurrence.severity = event.severity
        self._rise(occurrence, min(occurrence.lane, _LANES[event.severity]))
        if event.state == CLEARED and event.subject is not None:
            del self._standing[event.kind, event.subject]
        self._waiting.append((occurrence.lane, event, occurrence, parts))
        self.flush()
        if len(self._waiting) > _WAITING:
            self._make_room()

    def _rise(self, occurrence, lane):
        """It has become worse: what waits of it goes into the lane of what follows, in order.

        Not while a record may stand unread in the lane where it was tried.
        """
        if lane < occurrence.lane and self._waiting and not self._journal.is_in_doubt:
            self._waiting = [
                (lane,) + entry[1:] if entry[2] is occurrence else entry for entry in self._waiting
            ]
        occurrence.lane = lane

    def _make_room(self):
        """Drops the oldest event that the city can do without, of the lane that matters least.

        The raise and the newest event of what stands are kept, and the end of what the city
        knows: few, for each subject has one of each at most. A raise takes its end along.
        """
        for lane in (TRACK, form.WARNING, ALARM):
            for entry in self._waiting:
                if entry[0] == lane and self._can_go(entry):
                    _, event, occurrence, _ = entry
                    if event.state == RAISED:
                        self._waiting = [
                            other for other in self._waiting if other[2] is not occurrence
                        ]
                    else:
                        self._waiting.remove(entry)
                    return

    def _can_go(self, entry):
        _, event, occurrence, _ = entry
        # The journal takes a loss that it handed out as announced.
        if event.state == CLEARED or event.kind == "records_lost":
            return False
        stands = self._standing.get((event.kind, event.subject)) is occurrence
        return not stands or (event.state != RAISED and event is not occurrence.last)


def _announcement(loss):
    data = (
        ("lane", _NAMES[loss.lane]),
        ("first", loss.first),
        ("last", loss.last),
        ("count", loss.count),
        ("exact", loss.exact),
    )
    return Event("records_lost", WARNING, data=data, subject=None)
