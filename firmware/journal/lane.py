"""Lane: one ring of records for the city, and how far the city has it.

The tail stands behind the last record that the city has acknowledged. What it does not meet on
its way is lost: the records know their place in the lane (sector.py), so how many are missing
between two of them is counted, and the range is from the one to the other. What is dropped for
newer records is lost likewise.

The city may have records that it has not acknowledged, or whose acknowledgement a power cut took:
those up to `sent`. What is lost of them is announced as not exact.
"""

from micropython import const

from firmware.journal.form import TRACK
from firmware.journal.reader import Reader
from firmware.journal.ring import Ring

_GONE = const(0xFFFFFFFF)  # a mark like those of recovery.py
_REACH = const(256)  # numbers that may be sent until the ledger has to be written again


class Lane:
    def __init__(self, blocks, lane, book):
        """book: Book (book.py), which has the losses and the ledger."""
        self.lane = lane
        self.ring = Ring(blocks, self)
        self.tail = Reader(self.ring, blocks.cells.scratch)
        self.index = 0  # records of the lane up to the tail
        self.damaged = 0  # confirmed records found unreadable
        self.sent = 0  # highest number that may have left the bus
        self.reach = 0  # the ledger says that nothing beyond this one was sent
        self.told = 0  # mark (ring.py) of an unreadable end that is announced
        self.is_behind = False  # the tail has not come to `heard` yet: the flash refused
        self._heard = 0  # the city has everything up to this number
        self._unsure = 0  # the city may have had records up to here before this start
        self._checked = 0  # version 1: sector in which index was compared with the header's
        self._gap = 0  # and the first number that may be missing of it
        self._is_evidence = False
        self._book = book

    @property
    def backlog(self):
        return self.ring.count - self.index

    @property
    def state(self):
        """For the ledger."""
        return (self.tail.seq, self.index, self.reach, self.told)

    def is_as(self, state):
        """bool: compared one by one, because the ledger asks in every tick."""
        return (
            state[0] == self.tail.seq
            and state[1] == self.index
            and state[2] == self.reach
            and state[3] == self.told
        )

    def reader(self):
        """-> Reader that stands before the first unacknowledged record."""
        reader = Reader(self.ring)
        reader.stand_at(self.tail)
        return reader

    def ack(self, seq):
        """The city has everything up to this number."""
        self._heard = max(self._heard, seq)
        self.is_behind = True
        self.catch_up()

    def doubt(self):
        """The city may have anything that is there."""
        self.reach = self.sent = self._unsure = max(self.reach, self.sent, self.ring.last)

    def catch_up(self):
        """Moves the tail up to what the city has."""
        tail = self.tail
        tail.forget()
        while tail.find():
            if tail.number > self._heard:
                break
            if tail.nth:
                self._miss(tail.seq + 1, tail.number - 1, tail.nth - 1)
                self.index = tail.nth
            else:
                self._check_sector()
                self.index += 1
            tail.step()
        else:
            first = tail.seq + 1 if self.ring.blocks.marks else self._gap
            self._miss(first, self.ring.last, self.ring.count)
        self.is_behind = False

    def may_send(self, first, last):
        """Before records leave the bus: from then on the city may have them, whatever becomes of
        the acknowledgement. -> False: they were dropped after they were read, and are lost."""
        if first <= self.tail.seq:
            return False
        ledger = self._book.ledger
        on_flash = ledger.saved[self.lane][2]
        if last > on_flash or not ledger.is_proven:
            self.reach = max(self.reach, last + _REACH)
            ledger.save()
        elif last > self.reach:  # a rest had lowered it, but not on flash yet
            self.reach = on_flash
        self.sent = max(self.sent, last)
        return True

    @property
    def is_at_rest(self):
        """Nothing is on its way: the city has no record behind the tail."""
        return self.sent <= self.tail.seq

    def housekeep(self, now_ms):
        """Erases ahead -> bool: that took an erase."""
        return self.ring.tidy(now_ms, self.lane == TRACK)

    # For the ring.

    def is_spare(self, header):
        return header[3] <= self.index

    def keep_evidence(self):
        """What the start found torn is a loss on flash before the ring goes on over it."""
        if self._is_evidence:
            self._book.ledger.save()
            self._is_evidence = False

    def drop(self, header):
        """What stood before this sector is gone: it ended below the floor."""
        self.catch_up()
        _, _, floor, index = header
        ledger = self._book.ledger
        if not ledger.holds(self, index):
            ledger.save()  # or a cut would make a loss of what the city has
        if index > self.index:
            self._lose(self.tail.seq + 1, floor - 1, index, max(self._unsure, self.sent))

    # At a start.

    def recover(self, saved, is_sure, next_seq):
        """saved: the state in the ledger, or None. is_sure: no newer one was there.

        Puts the tail behind the cursor, and finds out what was lost meanwhile.
        """
        ring, tail = self.ring, self.tail
        oldest = ring.after(0)
        if saved is None:
            self._begin_without_cursor(oldest)
        else:
            tail.seq, self.index, self.reach, self.told = saved
        found, last = ring.count, ring.last
        self._unsure = self.sent = self.reach
        if not is_sure:
            self.doubt()
        ring.count = max(found, self.index)
        ring.last = max(last, tail.seq)
        if oldest is None:
            self._lose_all(next_seq)
            self._note_end(found, last, next_seq)
            return
        if self.told == _GONE:
            self.told = 0
        if oldest[3] > self.index:
            self._lose(tail.seq + 1, oldest[2] - 1, oldest[3], self._unsure)
        if self.index < found:
            self._find(oldest)
        else:
            tail.enter(ring.after(ring.newest - 1))
            tail.offset = ring.end
        self._note_end(found, last, next_seq)
        self._checked, self._gap = tail.sector, tail.seq + 1
        self.is_behind = True

    def _begin_without_cursor(self, oldest):
        """All is sent again. In version 1 a cursor may be gone with its sector, and so may be what
        was known of losses: nothing of them is on flash."""
        if oldest is None:
            return
        _, start, floor, index = oldest
        if index:
            self._book.losses.add(self.lane, 1, floor - 1, None, False)
        self.tail.seq, self.index = start - 1, index

    def _note_end(self, found, last, next_seq):
        """Behind the last record, of this place and number, something cannot be read: a loss."""
        losses, ring = self._book.losses, self.ring
        if not ring.mark or self.told == ring.mark:
            return
        self.told = ring.mark
        self._is_evidence = True
        first = max(last, self.tail.seq) + 1
        if ring.ruined is not None:
            end, count = ring.ruined
            count -= max(found, self.index)
            is_sure = self._unsure < first and ring.blocks.marks
            if count > 0 or not ring.blocks.marks:
                losses.add(self.lane, first, end, count if is_sure else None, is_sure)
            ring.last = max(ring.last, end)
        if ring.is_torn:
            losses.add(self.lane, ring.last + 1, next_seq - 1, None, False)

    def _lose_all(self, next_seq):
        """Not one sector is left of the lane."""
        if self.index and self.told != _GONE:
            self.told = _GONE
            self._book.losses.add(self.lane, self.tail.seq + 1, next_seq - 1, None, False)
            self.tail.seq = self.ring.last = next_seq - 1
            self._is_evidence = True

    def _find(self, at):
        """Puts the tail into the last sector that was opened when the cursor's record had come.

        at: header of the oldest sector.
        """
        low, high = at[0], self.ring.newest
        middle = high  # most often there
        while low < high:
            header = self.ring.blocks.header(middle)
            if header and header[1] <= self.tail.seq:
                low, at = middle, header
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        self.tail.enter(at)

    def _check_sector(self):
        """Version 1: what is missing of a sector shows in the header of the next one."""
        tail = self.tail
        if tail.sector != self._checked:
            self._miss(self._gap, tail.number - 1, tail.index)
            self._checked, self._gap = tail.sector, tail.seq + 1

    def _miss(self, first, last, index):
        """Up to number `last` the lane has so many records: what the tail did not meet of them
        cannot be read any more."""
        if index > self.index:
            self.damaged += index - self.index
            # Which numbers between first and last they had is not known.
            unsure = 0 if self._unsure < first else last
            self._lose(first, last, index, unsure, self.ring.blocks.marks)

    def _lose(self, first, last, index, unsure, is_exact=True):
        """Records from first to last, up to which the lane has so many, are lost.

        unsure: the city may have those up to this number.
        """
        losses = self._book.losses
        count = index - self.index
        self.tail.seq, self.index = last, index
        if unsure >= last:
            losses.add(self.lane, first, last, None, False)
        elif unsure >= first:
            losses.add(self.lane, first, unsure, None, False)
            losses.add(self.lane, unsure + 1, last, None, is_exact)
        else:
            losses.add(self.lane, first, last, count, is_exact)
