"""Ring: one lane of the journal, a ring of erase blocks on raw NOR flash.

A start looks for the newest sector, and reads the records of no other. These rules keep a
confirmed record:

- Read back: a record is one program call into bytes that were erased for this sector, and is
  confirmed when it reads back equal.
- Seal: after a start nothing is added to the sectors that hold records; the first append opens
  the next one. An interrupted write may have left weak cells. A sector without records is
  opened again, so that many starts in a row drop no records.
- Freeze: a record counts only if its number is below the floor in the next sector's header. A
  torn record that was not seen when the lane went on cannot appear later.
- Cursor: up to here the city has everything. It is a record, and the first one in every
  sector. If it is lost, records are sent again.
- Loss: it is not written down. It is the distance from the cursor to the oldest sector left,
  or a count in a header that is more than the records before it. The cursor does not pass a
  loss before it is announced, so a power cut does not hide it. After a cut during a drop, the
  loss may include records that were acknowledged just before.
"""

import errno

from micropython import const

from firmware.journal.reader import Reader
from firmware.journal.sector import (
    CURSOR,
    HEADER,
    SECTOR,
    UNIT,
    put_record,
    record_size,
)

_FULL = const(4080)  # records end here: the last 16 B are kept for a cursor
_TRIES = const(8)  # sectors that may refuse before an append gives up
_BATCH = const(32)  # acknowledged records until the cursor is written
_RETRY_MS = const(1000)  # after an erase ahead that failed


class Ring:
    def __init__(self, blocks):
        self.blocks = blocks
        self.newest = 0  # sector numbers; 0: there is none
        self.oldest = 1
        self.end = SECTOR  # where the newest sector's records end
        self._open = False  # the newest sector takes more
        self.coming = 1  # the sector to open next
        self._ready = False  # it is erased
        self.last = 0  # number of the last confirmed record
        self.count = 0  # records that the lane ever confirmed
        self.tail = Reader(self, blocks.scratch)  # behind the last acknowledged record
        self.index = 0  # records of the lane up to there
        self.checked = 0  # sector in which index was compared with the header's
        self.saved = (0, 0)  # the cursor on flash: number, count
        self._due_ms = None  # when it has to be written again
        self._retry_ms = 0
        self._lost = None  # (first, last, count), not yet handed out
        self._told = None  # handed out, perhaps not yet announced
        self._announced_in = 0  # number of the alarm that announced the last loss
        self.damaged = 0  # confirmed records that cannot be read any more

    def append(self, kind, payload, seq):
        """Writes a record, confirmed when it returns. OSError if eight sectors in a row refuse."""
        size = record_size(len(payload))
        for _ in range(_TRIES):
            if (not self._open or self.end + size > _FULL) and not self.advance(seq):
                continue
            put_record(self.blocks.scratch, self.blocks.salt(self.newest), kind, seq, payload)
            if self.blocks.program(self.newest, self.end, size):
                self.end += size
                self.count += 1
                self.last = seq
                return
            self._open = False
        raise OSError(errno.EIO)

    def advance(self, next_seq):
        """Opens the coming sector -> bool: False if it refused; the one after it is next."""
        if not self._ready and not self._clear():
            return False
        number = self.coming
        self.coming += 1
        self._ready = False
        self._open = False
        cursor = self._cursor()
        self.blocks.put_header(number, next_seq, self.last + 1, self.count)
        self._put_cursor(self.blocks.scratch[HEADER:], number, cursor)
        if not self.blocks.program(number, 0, HEADER + UNIT):
            return False
        self.newest = number
        self.end = HEADER + UNIT
        self._open = True
        self.saved = cursor
        return True

    def ack(self, seq):
        """The city has everything up to this number."""
        tail = self.tail
        tail.forget()
        while tail.find():
            if tail.number > seq:
                return
            if tail.sector != self.checked:
                self.checked = tail.sector
                self._miss(tail.index, tail.number - 1)
            tail.step()
            self.index += 1
        self._miss(self.count, self.last)

    def housekeep(self, now_ms, cursor_ms, next_seq, drop):
        """Writes the cursor when due, or erases the coming sector -> bool: it tried to erase.

        drop: erase it even if it holds unacknowledged records.
        """
        cursor = self._cursor()
        if cursor == self.saved:
            self._due_ms = None
        elif self._due_ms is None:
            self._due_ms = now_ms + cursor_ms
        if self._due_ms is not None and (
            now_ms >= self._due_ms or cursor[1] - self.saved[1] >= _BATCH
        ):
            if self._open and self.end + UNIT <= _FULL:
                self._due_ms = None
                self._save()
            elif self._ready:
                self._due_ms = None
                self.advance(next_seq)
        if self._ready or now_ms < self._retry_ms or not (drop or self._idle()):
            return False
        if not self._clear():
            self._retry_ms = now_ms + _RETRY_MS
        return True

    def take_lost(self, heard):
        """-> (first number, last number, count) of records that the city will not get, or None.

        heard: number of the last alarm that the city has. Until the city has one announcement,
        further losses are added up: announcements must not crowd out alarms.
        """
        if heard < self._announced_in:
            return None
        self._told, self._lost = self._lost, None
        return self._told

    def announced(self, seq):
        """The loss from take_lost() is announced, in an alarm with at most this number: the
        cursor may pass it."""
        if self._told:
            self._told = None
            self._announced_in = seq

    def after(self, number):
        """-> header of the next sector that is there, or None."""
        for following in range(max(number + 1, self.oldest), self.newest + 1):
            header = self.blocks.header(following)
            if header:
                return header
        return None

    def lose(self, oldest):
        """The records before the sector with this header are gone: those below its floor.

        Its start is no such limit: in a sector that one start overlooked and the next one saw,
        it is lower than in the sector before.
        """
        _, _, floor, index = oldest
        if index > self.index:
            self._add_loss(self.tail.seq + 1, floor - 1, index - self.index)
            self.tail.seq, self.index = floor - 1, index

    def _miss(self, index, last):
        """`index` records were confirmed up to number `last`: those that the tail did not meet
        cannot be read any more."""
        if index > self.index:
            self.damaged += index - self.index
            self._add_loss(self.tail.gap or self.tail.seq + 1, last, index - self.index)
            self.tail.seq, self.index = last, index
        self.tail.gap = 0

    def _add_loss(self, first, last, count):
        if self._lost:
            first, count = min(first, self._lost[0]), count + self._lost[2]
        self._lost = (first, last, count)

    def _cursor(self):
        if self._lost or self._told:
            return self.saved
        return (self.tail.seq, self.index)

    def _save(self):
        """Writes the cursor if it moved and there is room."""
        cursor = self._cursor()
        if cursor == self.saved or not self._open or self.end + UNIT > SECTOR:
            return
        self._put_cursor(self.blocks.scratch, self.newest, cursor)
        if self.blocks.program(self.newest, self.end, UNIT):
            self.end += UNIT
            self.saved = cursor
        else:
            self._open = False

    def _put_cursor(self, buf, number, cursor):
        put_record(
            buf, self.blocks.salt(number), CURSOR, cursor[0], cursor[1].to_bytes(4, "little")
        )

    def _idle(self):
        """bool: the coming sector's block holds nothing that the city lacks."""
        gone = self.coming - self.blocks.count
        if gone < self.oldest:
            return True
        header = self.after(gone)
        return header is not None and header[3] <= self.index

    def _clear(self):
        """Erases the coming sector's block -> bool: False if it refused; the next one is tried."""
        if self.coming >= self.newest + self.blocks.count:  # every block has refused
            self.coming = self.newest + 1
            return False
        gone = self.coming - self.blocks.count
        header = self.after(gone) if gone >= self.oldest else None
        if header:
            if self.saved[1] < header[3]:
                self._save()  # else a power cut would count records that the city has as lost
            self.lose(header)
            self.oldest = header[0]
        self._ready = self.blocks.erase(self.coming)
        if not self._ready:
            self.coming += 1
        return self._ready
