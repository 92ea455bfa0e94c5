"""Backlog: the records that the city does not have yet, as messages ready to be sent."""

from micropython import const

from firmware import messages
from firmware.journal.cells import Refused
from firmware.journal.journal import KIND_POSITION, TRACK
from firmware.uplink import seal

# No larger block is needed; 64 kbit/s carry one in an eighth of a second.
_BATCH_BYTES = const(1000)  # with the seal
_HOLD_MS = const(60000)  # a position waits this long for others to share its message
_STEP_RECORDS = const(16)  # read in one step; the next tick is waiting


UNREAD = const(0)


class Message:
    """The records first..last of one lane. name: of the topic; payload: bytes."""

    def __init__(self, lane, name, first, last, payload):
        self.lane = lane
        self.name = name
        self.first = first
        self.last = last
        self.payload = payload


class Backlog:
    """Reads all lanes ahead of their cursors. Nothing here moves a cursor.

    If the flash refuses to be read, nothing is passed over: the same is tried again later.
    """

    def __init__(self, journal):
        self._journal = journal
        self._seen_seq = None
        self._opened = 0
        self._lanes = ()
        self._batch = messages.TrackBatch(_BATCH_BYTES - seal.BYTES)
        self._old_seq = 0  # records before this one were there before the connection
        self.due_ms = None  # when the batch goes even if it is not full; None: no batch
        self.is_refused = False  # a lane could not be read; the owner sets it back

    @property
    def is_known(self):
        """bool: there is a journal to read; one that took the place of another is read anew."""
        if self._journal.epoch is None:
            return False
        if self._journal.opened != self._opened:
            self._opened = self._journal.opened
            self._lanes = [_Lane(self._journal, lane) for lane in range(TRACK + 1)]
            self._batch.clear()
            self.due_ms = None
        return True

    def has_news(self):
        """bool: records were added since the last call."""
        if not self.is_known or self._journal.next_seq == self._seen_seq:
            return False
        self._seen_seq = self._journal.next_seq
        for lane in self._lanes:
            lane.is_dry = False
        return True

    def start(self, in_flight):
        """A new connection: back to the cursors. The positions that are there now wait for no
        others.

        in_flight: for each lane the last seq that is already in a message, see read_again().
        """
        self._batch.clear()
        self.due_ms = None
        if self.is_known:
            for lane_id, lane in enumerate(self._lanes):
                lane.rewind(in_flight[lane_id])
            self._old_seq = self._journal.next_seq

    def take_event(self, lane_id):
        """-> the next Message of the alarm lane or the warning lane, or None."""
        lane = self._lanes[lane_id]
        try:
            return self._event(lane, lane_id) if lane.peek_new() else None
        except Refused:
            self.is_refused = True
            return None

    def gather(self, now_ms):
        """Puts waiting positions into the batch -> bool: there may be more of them."""
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
        """After gather() -> bool: the batch is full or due, or the next record is an event."""
        if not self._lanes[TRACK].is_dry:
            return True
        return self.due_ms is not None and now_ms >= self.due_ms

    def take_track(self):
        """-> the Message that is due; None: it was dropped meanwhile."""
        lane = self._lanes[TRACK]
        batch = self._batch
        if not batch.n:
            return self._event(lane, TRACK)
        is_there = self._journal.may_send(TRACK, batch.first_seq, batch.first_seq + batch.n - 1)
        self.due_ms = None
        if not is_there:
            batch.clear()
            lane.reread()
            return None
        return self._positions()

    def read_again(self, lane_id, first, last):
        """-> the Message of these records once more: of those that are left, up to the first gap.

        None if a full lane has dropped all of them. UNREAD: ask again, it takes another step.
        Ask for messages in the order of their lane, before any new one is taken.
        """
        lane, batch = self._lanes[lane_id], self._batch
        reader = lane.reader
        try:
            if lane_id != TRACK or not batch.n:  # else it goes on with the same message
                if not lane.seek(first) or reader.seq > last:
                    return None
                if reader.kind != KIND_POSITION:
                    return self._message(lane, lane_id)
            for _ in range(_STEP_RECORDS):
                is_more = lane.peek() and reader.seq <= last
                if not is_more or not batch.add(reader.seq, reader.payload):
                    return self._positions()
                lane.take()
        except Refused:
            if lane_id == TRACK:
                batch.clear()
            lane.reread()
            raise
        return UNREAD

    def _event(self, lane, lane_id):
        seq = lane.reader.seq
        if self._journal.may_send(lane_id, seq, seq):
            return self._message(lane, lane_id)
        lane.reread()
        return None

    def _message(self, lane, lane_id):
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

    def __init__(self, journal, lane_id):
        self._journal = journal
        self._lane_id = lane_id
        self.reader = journal.reader(lane_id)
        self._in_flight = 0
        self._is_held = False
        self.is_dry = False  # read to its end, until the owner learns of more records

    def peek_new(self):
        """peek(), passing over what is in flight."""
        return self.seek(self._in_flight + 1)

    def peek(self):
        """Refused if the flash does not answer."""
        if not self._is_held and not self.is_dry:
            self._is_held = self.reader.read()
            self.is_dry = not self._is_held
        return self._is_held

    def take(self):
        """The record that peek() showed is taken."""
        self._is_held = False

    def seek(self, seq):
        """Passes over records before seq, then peek()."""
        while self.peek() and self.reader.seq < seq:
            self.take()
        return self._is_held

    def rewind(self, in_flight):
        """Back to the cursor."""
        self._in_flight = in_flight
        self.reread()

    def reread(self):
        """Back to the cursor, or behind what was dropped."""
        self._journal.rewind(self._lane_id, self.reader)
        self._is_held = False
        self.is_dry = False
