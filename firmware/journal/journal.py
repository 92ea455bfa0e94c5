"""Journal: what the bus has seen and the city has not, on raw flash.

Three lanes, each a ring of its own (ring.py) with its own cursor, and one sequence of record
numbers for all. Promises P1 and P3: what append() returned for survives a power cut at any byte,
and no flood of positions or warnings evicts an alarm.

The flash may refuse to be read (cells.py). Until it has answered for every block the journal is
not known: epoch is None, append() raises, and housekeep() goes on asking. A new epoch is drawn
only when the flash has answered that no journal is there.

A journal of another form (form.py) goes on until the city has all of it; then renew() puts
another with a new epoch in its place.
"""

import errno

from micropython import const

from firmware.journal.book import Book
from firmware.journal.cells import Cells, Refused
from firmware.journal.form import ALARM, LEAST, TRACK, WARNING, wanted
from firmware.journal.numbers import END, Numbers
from firmware.journal.sector import MAX_PAYLOAD
from firmware.journal.survey import Survey

__all__ = ["ALARM", "KIND_EVENT", "KIND_POSITION", "TRACK", "WARNING", "Journal"]

KIND_EVENT = const(1)
KIND_POSITION = const(2)

_ENOSPC = const(28)  # MicroPython's errno has no name for it
_PARTS = const(4)  # rings, each of which may need an erase
_LOOK = const(64)  # headers between two ticks


class Journal:
    """Never raises on what stands on the flash, whatever it is.

    next_seq: the number that the next append uses up, whether the flash takes the record or not.
    """

    def __init__(self, device, entropy, alarm_kb=96, warning_kb=64, cursor_s=30, memory=None):
        """device: like esp32.Partition, blocks of 4096 B, at least nine (ValueError).
        entropy(n): n random bytes. cursor_s: an acknowledgement is on flash so soon.
        memory: Memory, or None.
        """
        self._cells = Cells(device)
        if self._cells.blocks < LEAST:
            raise ValueError("a journal takes nine sectors or more, not %d" % self._cells.blocks)
        self._entropy = entropy
        self._sizes = (self._cells.blocks, alarm_kb, warning_kb)
        self._cursor_ms = cursor_s * 1000
        self._numbers = Numbers(memory)
        self._book = None
        self._coming = None  # a Book that takes its place, and is not on flash yet
        self.opened = 0  # so often another Book came: readers of the one before are void
        self._survey = Survey(self._cells)
        try:
            while self._book is None and self._open():
                pass
        except Refused:
            pass
        self._cold = 0  # turns until an append has no erase to wait for: opened between ticks

    @property
    def epoch(self):
        """str; None: the journal is not known yet."""
        return None if self._book is None else self._book.epoch

    @property
    def next_seq(self):
        return self._numbers.next

    @property
    def refuses(self):
        """The flash did not answer when it was last asked, or not for every block yet."""
        return self._book is None or self._cells.refuses

    @property
    def is_in_doubt(self):
        """A record was written, and the flash refuses to show it: append it again first."""
        return self._book is not None and self._book.is_in_doubt

    def append(self, lane, kind, payload):
        """-> the record's number, once it reads back equal from the flash.

        kind 1..255, payload up to 1524 B (ValueError). OSError if the flash refuses; then append
        it again, for it may be there unread.
        """
        if not 0 < kind < 256 or len(payload) > MAX_PAYLOAD:
            raise ValueError("no record: kind %d, %d bytes" % (kind, len(payload)))
        if self._book is None or self._cold:
            raise OSError(errno.EAGAIN)
        ring = self._book.lane(lane).ring
        for other in self._book.lanes:
            if other.ring.doubt and self._settles(other.ring, ring, kind, payload):
                return ring.last
        seq = self._numbers.next
        if seq >= END:
            raise OSError(_ENOSPC)
        self._numbers.take(seq)
        try:
            ring.append(kind, payload, seq)
        finally:
            if ring.tried and not ring.doubt:
                self._numbers.next = seq + 1
        return seq

    def ack(self, lane, seq):
        """The city has everything of the lane up to this number."""
        try:
            self._book.lane(lane).ack(seq)
            self._book.heard()
        except Refused:
            pass  # housekeep() goes on with it

    def may_send(self, lane, first, last):
        """Call before records leave the bus -> bool; False: they are gone, read on from the tail.
        Refused: not yet."""
        return self._book.lane(lane).may_send(first, last)

    def backlog(self, lane):
        """How many records of the lane the city has not acknowledged; None: not known yet."""
        return None if self._book is None else self._book.lanes[lane].backlog

    @property
    def is_delivered(self):
        """The city has everything, and has heard of what it will not get."""
        return self._book is not None and self._book.is_delivered

    def reader(self, lane):
        """-> Reader that stands before the first unacknowledged record. Not before the journal is
        known."""
        return self._book.lanes[lane].reader()

    def rewind(self, lane, reader):
        """Puts it back there."""
        reader.stand_at(self._book.lanes[lane].tail)

    def prepare(self, now_ms):
        """Before the first tick: erases a sector of each ring, so that no tick has to."""
        for _ in range(_PARTS):
            self.housekeep(now_ms)

    def housekeep(self, now_ms):
        """Between ticks: writes the ledger when due and erases ahead, one sector a call -> bool:
        that took an erase.

        Ahead of time only positions are dropped, never a warning or an alarm: those wait for a
        newer one.
        """
        has_erased = False
        try:
            if self._book is None:
                if self._coming is None or self._coming.is_ready(now_ms):
                    self._open()
            else:
                self._cold = max(0, self._cold - 1)
                has_erased = self._book.housekeep(now_ms, self._cursor_ms)
            if self._cells.refuses:
                self._cells.ask()
        except Refused:
            pass
        return has_erased

    def take_lost(self):
        """-> Loss to announce (losses.py), or None.

        Append the announcement, and then say announced(loss, its number).
        """
        return None if self._book is None else self._book.losses.next()

    def announced(self, loss, seq):
        self._book.losses.announced(loss, seq)

    @property
    def damaged(self):
        """Confirmed records found unreadable since the start: bits flipped at rest."""
        n = 0
        if self._book is not None:
            for lane in self._book.lanes:  # asked in every tick: a list of them would be garbage
                n += lane.damaged
        return n

    @property
    def is_outdated(self):
        """Another form should take its place."""
        if self._book is None:
            return False
        form = self._book.form
        return form != wanted(*self._sizes, form[4])

    def renew(self):
        """Another journal, of the wanted form, takes the place of this one, if the city has all
        of it. Between ticks; nothing may hold a reader of it any more."""
        book = self._book
        if not book.is_delivered or book.is_in_doubt:
            return
        self._book = None
        self._survey = Survey(self._cells)  # should it fail: what is on flash, counts
        try:
            self._follow(book, wanted(*self._sizes, int.from_bytes(self._entropy(4), "big")))
            self._open()
        except OSError:
            pass  # housekeep() goes on with it

    def _settles(self, doubtful, ring, kind, payload):
        """-> True: what was in doubt is confirmed, and is this very record. OSError: it is settled
        otherwise, and the next number is another."""
        seq = doubtful.doubt
        confirmed = doubtful.settle()
        self._numbers.next = seq + 1
        size = len(payload)
        record = self._cells.scratch[: 8 + size]
        if (
            confirmed
            and doubtful is ring
            and record[0] | record[1] << 8 == size
            and record[2] == kind
            and record[8:] == payload
        ):
            return True
        raise OSError(errno.EAGAIN)

    # How a journal is found or made. Each may raise Refused, and is called again.

    def _open(self):
        """One step -> False: the flash takes no ledger."""
        if self._coming is not None:
            if not self._coming.ledger.save():
                return False
            self._use(self._coming)
        elif self._survey.turn(_LOOK):
            self._recover(self._survey)
        return True

    def _recover(self, survey):
        if survey.form is None:
            self._numbers.start(1, 0, self._entropy)
            form = wanted(*self._sizes, int.from_bytes(self._entropy(4), "big"))
            self._coming = Book(self._cells, form, self._numbers)
            self._coming.begin(1)
            return
        book = Book(self._cells, survey.form, self._numbers)
        if not survey.is_thorough and not book.has(survey.highest):
            self._survey = Survey(self._cells, True)
            return
        self._numbers.start(book.find(survey.highest), survey.damaged, self._entropy)
        if book.follower is not None:
            self._follow(book, book.follower)
            return
        book.recover(self._numbers.next)
        self._use(book)

    def _use(self, book):
        self._book, self._coming = book, None
        self._cold = _PARTS
        self.opened += 1

    def _follow(self, book, form):
        seq = self._numbers.next
        self._numbers.take(seq)
        number = book.close(form, seq)
        self._numbers.next = seq + 1
        self._coming = Book(self._cells, form, self._numbers)
        self._coming.begin(number)
