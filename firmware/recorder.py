"""Recorder: Events and kept positions -> records in the journal.

Alarms and warnings go to the alarm lane, information and positions to the track
lane. An event that the flash refuses is kept here and tried again every tick.
"""

from micropython import const

from firmware import messages
from firmware.event import CLEARED, INFO, RAISED
from firmware.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK

_WAITING = const(32)  # events kept in memory while the flash refuses; then the oldest go


class Recorder:
    def __init__(self, journal, boot):
        self._journal = journal
        self._boot = boot
        self._occurrences = {}  # (kind, subject) -> occ of what is active
        self._waiting = []  # (lane, body)
        self.failed = False  # the flash refuses

    def active(self):
        """-> sorted kinds of what is raised and not cleared."""
        return sorted({kind for kind, _ in self._occurrences})

    def event(self, event, s):
        """Gives the event its occurrence number and records it."""
        subject = (event.kind, event.subject)
        if event.state == RAISED:
            event.occ = self._journal.next_seq + len(self._waiting)
            if event.subject is not None:
                self._occurrences[subject] = event.occ
        elif event.state == CLEARED:
            event.occ = self._occurrences.pop(subject)
        else:
            event.occ = self._occurrences[subject]
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
