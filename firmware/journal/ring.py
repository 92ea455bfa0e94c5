"""Ring: sectors on raw NOR flash, one after the other and round again.

A start has to find the newest sector, and reads no other. What keeps a confirmed record:

- Read back: a record is one program call into bytes that were erased in this sector's life,
  and is confirmed when it reads back equal. If the read is refused the record is in doubt: the
  next append reads it again before it writes anything else.
- Seal: after a start nothing is added to the sectors that hold records; the first append opens
  the next. What the power cut short may have left weak cells. A sector counts once it holds a
  record: one that was only opened is opened again, so starts in a row eat no records.
- Freeze: a record counts only below the floor in the next sector's header. One that was
  torn, and not there when the ring went on, does not appear later.

What a sector's records mean, and what it takes to let one go, is the owner's (lane.py, ledger.py):
    owner.drop(header)      everything before the sector of this header is erased next
    owner.keep_evidence()   what the start found is about to be overgrown
    owner.is_spare(header)  the city has all of it: it may go before its place is needed
"""

import errno

from micropython import const

from firmware.journal.reader import Reader
from firmware.journal.sector import (
    HEADER,
    OLD_MARKER,
    SECTOR,
    get_record,
    put_record,
    record_size,
)

_TRIES = const(8)  # sectors that may fail before an append gives up
_RETRY_MS = const(1000)  # after an erase ahead that failed
_LONGEST_REST = const(9)  # doublings of that: 8.5 min between two sectors that are dropped


class Ring:
    """doubt: number of a record that was programmed and could not be read back yet, or 0.

    What recovery.py found at the start: is_torn, behind the last record stands something that
    cannot be read; ruined, the end of a sector without its header; mark, which these were; note,
    the last one or None.
    """

    def __init__(self, blocks, owner, limit=SECTOR):
        """limit: records end here, in each sector."""
        self.blocks = blocks
        self.doubt = 0
        self.is_torn = False
        self.ruined = None
        self.mark = 0
        self.note = None
        self.tried = False  # the last append has programmed something
        self.failed = 0  # erases ahead, in a row
        self._owner = owner
        self._limit = limit
        self._open = False  # the newest sector takes more
        self._ready = False  # the coming sector is erased
        self._wiped = False  # it was erased, and nobody has looked yet
        self._headed = False  # its header was programmed, and not read back yet
        self._retry_ms = 0
        self._now_ms = 0  # of the last tidy()
        self._drops = 0  # sectors that went with records, since the last confirmed one
        self._drop_ms = 0  # when the next may go
        self._doubted = 0  # bytes of the record in doubt
        self.begin(1)

    def begin(self, number):
        """Empty; the first sector gets this number."""
        self.oldest = self.coming = number  # sector numbers; coming: the one to open next
        self.newest = number - 1
        self.end = SECTOR  # where the newest sector's records end
        self.last = 0  # number of the last confirmed record
        self.count = 0  # records that the ring ever confirmed

    def append(self, kind, payload, seq):
        """Confirmed when it returns. OSError if eight sectors in a row fail; Refused (cells.py).

        Settle what is in doubt first.
        """
        self.tried = False
        size = record_size(len(payload))
        blocks = self.blocks
        for _ in range(_TRIES):
            if self.end + size > self._limit:
                self._open = False
            if not self._open and not self.advance(seq):
                continue
            marker = self.count + 1 & 0xFF if blocks.marks else OLD_MARKER
            scratch = blocks.cells.scratch
            put_record(scratch, blocks.salt(self.newest), kind, marker, seq, payload)
            self.tried = True
            self.doubt, self._doubted = seq, size
            self._open = blocks.program(self.newest, self.end, size)
            if self._open:
                self._confirm()
                return
            self.doubt = 0
        raise OSError(errno.EIO)

    def settle(self):
        """What is in doubt -> True: confirmed, and in the scratch buffer; False: not there."""
        blocks = self.blocks
        size = self._doubted
        buf = blocks.cells.scratch[:size]
        blocks.load(self.newest, self.end, buf)
        length = buf[0] | buf[1] << 8
        good = None
        if record_size(length) == size:
            good = get_record(buf, length, blocks.salt(self.newest))
        if good is None or good[2] != self.doubt:
            self._open = False
            self.doubt = 0
            return False
        self._confirm()
        return True

    def advance(self, next_seq):
        """Opens the coming sector. False if it failed: the one behind it comes next."""
        self._owner.keep_evidence()
        if not self._ready and not self._clear():
            return False
        number = self.coming
        if self._headed:
            good = self._has_my_header(number)
        else:
            self.blocks.put_header(number, next_seq, self.last + 1, self.count)
            self._headed = True
            good = self.blocks.program(number, 0, HEADER)
        self._headed = self._ready = False
        self._open = good
        self.coming += 1
        if good:
            self.newest = number
            self.end = HEADER
        return good

    def is_ready(self, size):
        """So many bytes can be appended without an erase."""
        return self._ready or (self._open and self.end + size <= self._limit)

    def tidy(self, now_ms, drop):
        """Erases the coming sector ahead of time -> bool: that took an erase.

        drop: also if records that the city lacks stand there.
        """
        self._now_ms = now_ms
        if self._ready or now_ms < self._retry_ms or not self.blocks.count:
            return False
        if not drop and not self._is_spare():
            return False
        self._owner.keep_evidence()
        if self._clear():
            self.failed = 0
        else:
            self.failed += 1
            self._retry_ms = now_ms + _RETRY_MS
        return True

    def after(self, number):
        """-> header of the next sector that is there, or None."""
        for following in range(max(number + 1, self.oldest), self.newest + 1):
            header = self.blocks.header(following)
            if header:
                return header
        return None

    def reader(self, buf=None):
        return Reader(self, buf)

    def _confirm(self):
        self.end += self._doubted
        self.count += 1
        self.last, self.doubt = self.doubt, 0
        self._open = True
        self._drops = 0

    def _has_my_header(self, number):
        header = self.blocks.header(number)
        return header is not None and header[2] == self.last + 1 and header[3] == self.count

    def _is_spare(self):
        gone = self.coming - self.blocks.count
        return gone < self.oldest or self._owner.is_spare(self._behind(gone))

    def _behind(self, gone):
        """-> header of what stays when that sector goes."""
        return self.after(gone) or (max(self.newest, gone + 1), 0, self.last + 1, self.count)

    def _may_drop(self):
        """-> bool: records that the city lacks may go for a new one.

        One block may be worn out. If the one behind it takes nothing either, the next sector goes
        only after a rest, longer each time: a flash that takes nothing for a while must not cost
        all that it holds.
        """
        if self._drops > 1 and self._now_ms < self._drop_ms:
            return False
        self._drops += 1
        self._drop_ms = self._now_ms + (_RETRY_MS << min(self._drops, _LONGEST_REST))
        return True

    def _clear(self):
        """Erases the coming sector's block. False if it failed: the next one comes.

        Where no other block is left, the newest sector itself goes, once it takes no more and the
        city has all of it.
        """
        gone = self.coming - self.blocks.count
        if gone > self.newest or gone == self.newest and (self._open or not self._is_spare()):
            self.coming = self.newest + 1
            return False
        if gone >= self.oldest:
            header = self._behind(gone)
            if not self._owner.is_spare(header) and not self._may_drop():
                return False
            self._owner.drop(header)
            self.oldest = header[0]
        if not self._wiped and not self.blocks.erase(self.coming):
            self.coming += 1
            return False
        self._wiped = True
        self._ready = self.blocks.is_blank(self.coming)
        self._wiped = False
        if not self._ready:
            self.coming += 1
        return self._ready
