"""Backlog: what the journal holds and the city has not, as messages ready to be sent."""

from micropython import const

from firmware import messages
from firmware.journal.journal import ALARM, KIND_POSITION, TRACK

_BATCH_BYTES = const(2000)  # 64 kbit/s carry one in a quarter of a second
_HOLD_MS = const(60000)  # so long a position waits for others to share its message
_STEP_RECORDS = const(16)  # read at one go; the next tick is waiting


class Message:
    """The records first..last of one lane; name: of the topic."""

    def __init__(self, lane, name, first, last, payload):
        self.lane = lane
        self.name = name
        self.first = first
        self.last = last
        self.payload = payload


class Backlog:
    """Reads both lanes ahead of their cursors. Nothing here moves a cursor."""

    def __init__(self, journal):
        self._journal = journal
        self._seen_seq = None
        self._lanes = (_Lane(journal.reader(ALARM)), _Lane(journal.reader(TRACK)))
        self._batch = messages.TrackBatch(_BATCH_BYTES)
        self._old_seq = 0  # what was there before the connection has waited enough
        self.due_ms = None  # when the batch goes even if it is not full; None: there is none

    def has_news(self):
        """Whether records came since this was last asked."""
        if self._journal.next_seq == self._seen_seq:
            return False
        self._seen_seq = self._journal.next_seq
        for lane in self._lanes:
            lane.is_dry = False
        return True

    def start(self, in_flight):
        """A new connection: back to the cursors, and what waited for it waits no longer.

        in_flight: for each lane the last seq that is in a message already, see again().
        """
        self._batch.clear()
        for lane_id, lane in enumerate(self._lanes):
            lane.rewind(in_flight[lane_id])
        self._old_seq = self._journal.next_seq
        self.due_ms = None

    def take_alarm(self):
        """The next Message of the alarm lane, or None."""
        lane = self._lanes[ALARM]
        return self._event(lane, ALARM) if lane.peek_new() else None

    def gather(self, now_ms):
        """Put waiting positions into the batch: True if there may be more of them."""
        lane = self._lanes[TRACK]
        reader = lane.reader
        for _ in range(_STEP_RECORDS):
            if not lane.peek_new() or reader.kind != KIND_POSITION:
                return False
            if not self._batch.add(reader.seq, reader.payload):
                return False
            lane.take()
            if self.due_ms is None:
                self.due_ms = now_ms + (_HOLD_MS if reader.seq >= self._old_seq else 0)
        return True

    def is_track_due(self, now_ms):
        """After gather(): the batch is full, due or in the way of an event, or that is next."""
        if not self._lanes[TRACK].is_dry:
            return True
        return self.due_ms is not None and now_ms >= self.due_ms

    def take_track(self):
        """The Message that is due."""
        lane = self._lanes[TRACK]
        if not self._batch.n:
            return self._event(lane, TRACK)
        self.due_ms = None
        return self._positions()

    def again(self, lane_id, first, last):
        """The Message of these records once more: of those that are left, up to the first gap.

        None if all were dropped from a full lane. Messages have to be asked for in the
        order of their lane, before any new one is taken.
        """
        lane = self._lanes[lane_id]
        reader = lane.reader
        if not lane.seek(first) or reader.seq > last:
            return None
        if reader.kind != KIND_POSITION:
            return self._event(lane, lane_id)
        while lane.peek() and reader.seq <= last and self._batch.add(reader.seq, reader.payload):
            lane.take()
        return self._positions()

    def _event(self, lane, lane_id):
        reader = lane.reader
        seq = reader.seq
        payload = messages.event_message(self._journal.epoch, seq, bytes(reader.payload))
        lane.take()
        return Message(lane_id, "event", seq, seq, payload)

    def _positions(self):
        batch = self._batch
        last = batch.first_seq + batch.n - 1
        payload = batch.message(self._journal.epoch)
        batch.clear()
        return Message(TRACK, "track", batch.first_seq, last, payload)


class _Lane:
    """A reader with one record held back: after peek() its seq, kind and payload are the next."""

    def __init__(self, reader):
        self.reader = reader
        self._in_flight = 0
        self._is_held = False
        self.is_dry = False  # read to its end; whoever learns of more has to say so

    def peek_new(self):
        """peek(), passing over what is in flight."""
        return self.seek(self._in_flight + 1)

    def peek(self):
        if not self._is_held and not self.is_dry:
            self._is_held = self.reader.read()
            self.is_dry = not self._is_held
        return self._is_held

    def take(self):
        """The record that peek() showed is done with."""
        self._is_held = False

    def seek(self, seq):
        """Pass over records before seq; peek()."""
        while self.peek() and self.reader.seq < seq:
            self.take()
        return self._is_held

    def rewind(self, in_flight):
        """Back to the cursor."""
        self._in_flight = in_flight
        self.reader.rewind()
        self._is_held = False
        self.is_dry = False
