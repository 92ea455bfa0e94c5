"""Ledger: on flash, how far the city has each lane, and which losses it has to hear of.

A ring of a few blocks of its own, so that this can be written whatever becomes of the lanes:
after a start, too, and before a sector is dropped. Each record holds all of it; the newest counts.
To lose the newest only means to send again, and to call a loss not exact.
"""

import struct

from micropython import const

from firmware.journal.cells import Refused
from firmware.journal.form import LEDGER
from firmware.journal.recovery import look_back, recover
from firmware.journal.ring import Ring

_KIND = const(1)
_LANE = "<IIII"
_SIZE = const(16)
_LIMIT = const(3072)  # bytes of a sector that are used: a start reads them all
_BATCH = const(32)  # acknowledged records until it is written
_REST_MS = const(300000)  # nothing acknowledged for so long: what was sent has arrived
_ROOM = const(256)  # bytes of the longest record


class Ledger:
    """saved: the state of each lane (lane.py) that is on flash."""

    def __init__(self, blocks, book):
        """book: Book (book.py). Without blocks (version 1) everything counts as written."""
        self.ring = Ring(blocks, self, _LIMIT)
        self.saved = [(0, 0, 0, 0) for _ in book.lanes]
        self.is_sure = True  # what was found at the start is the newest that was written
        self.base = 1  # the first sector number of each lane
        self.is_proven = False  # and was not cut short: this start has written it itself
        self._book = book
        self._found = None
        self._due_ms = None  # when it has to be written
        self._rest_ms = 0

    def save(self):
        """-> bool: it is on flash. Refused (cells.py). A ledger that is worn out stops nothing."""
        book, ring = self._book, self.ring
        done = True
        if ring.blocks.count:
            if ring.doubt:
                ring.settle()
            parts = [struct.pack(_LANE, *lane.state) for lane in book.lanes]
            payload = b"".join(parts + [struct.pack("<I", self.base), book.losses.pack()])
            # Higher than what a start before has written, even if this one cannot see it.
            serial = max(ring.last + 1, book.numbers.next)
            book.numbers.take(serial)
            try:
                ring.append(_KIND, payload, serial)
            except Refused:
                raise
            except OSError:
                done = False
        self._count_as_saved(done)
        return done

    @property
    def is_ready(self):
        """It can be written without an erase."""
        return self.ring.is_ready(_ROOM)

    def housekeep(self, now_ms):
        """Erases ahead -> bool: that took an erase."""
        return self.ring.tidy(now_ms, True)

    def write(self, now_ms, cursor_ms):
        """What has changed, when it is due; without an erase. Refused."""
        if self._is_changed():
            self._rest_ms = now_ms + _REST_MS
            if self._due_ms is None:
                self._due_ms = now_ms + cursor_ms
            if now_ms >= self._due_ms or self._book.losses.has_news or self._is_long():
                if self.is_ready:
                    self.save()
                elif self.ring.failed >= self.ring.blocks.count:  # no block can be erased
                    self._count_as_saved(False)
        elif now_ms >= self._rest_ms:
            self._due_ms = None
            for lane in self._book.lanes:
                if lane.is_at_rest:
                    lane.reach = lane.tail.seq
        else:
            self._due_ms = None

    def holds(self, lane, index):
        """It is on flash, and stays there, that the city has so many of the lane's records; or
        how many it has."""
        saved = self.saved[lane.lane]
        return self.is_proven and (saved[1] >= index or saved == lane.state)

    def find(self, highest):
        """At a start. highest: as in Survey. -> number that it knows to be used. Refused."""
        ring = self.ring
        recover(ring, highest[LEDGER], self.see)
        self.is_sure = not ring.is_torn and ring.ruined is None and not self._book.numbers.lags
        if self._found is None:
            look_back(ring, self.see)
            self.is_sure = False
        if self._found is None:
            self.base = max(highest)
            return 0
        lanes = len(self.saved)
        self.saved = [struct.unpack_from(_LANE, self._found, _SIZE * lane) for lane in range(lanes)]
        self.base = struct.unpack_from("<I", self._found, _SIZE * lanes)[0]
        return max([max(seq, reach) for seq, _, reach, _ in self.saved])

    def restore(self):
        """What find() has found -> the state of each lane, or None each."""
        if self._found is None:
            return [None] * len(self.saved)
        self._book.losses.unpack(self._found[_SIZE * len(self.saved) + 4 :])
        return self.saved

    def see(self, reader):
        """For recover(): a record of the newest sector."""
        self._found = bytes(reader.payload)

    # For the ring.

    def is_spare(self, header):
        return False  # the newest record is needed always

    def keep_evidence(self):
        """Else the start after the next cut would find nothing torn, and the record that stands
        there would count as the newest."""
        if not self.is_sure and not self.is_proven:
            self._book.numbers.note_lag(True)

    def drop(self, header):
        """The newest record holds everything."""

    def _count_as_saved(self, is_true):
        self._book.numbers.note_lag(not is_true)
        if not is_true and not self.is_proven:
            # Worn out: what this start has found may be long out of date.
            self._book.losses.doubt()
            for lane in self._book.lanes:
                lane.doubt()
        self.is_proven = True
        self.saved = [lane.state for lane in self._book.lanes]
        self._book.losses.count_as_saved()
        self._due_ms = None

    def _is_changed(self):
        losses = self._book.losses
        if losses.saved != losses.changes:
            return True
        for lane in self._book.lanes:
            if not lane.is_as(self.saved[lane.lane]):
                return True
        return False

    def _is_long(self):
        for lane in self._book.lanes:
            if lane.index - self.saved[lane.lane][1] >= _BATCH:
                return True
        return False
