"""Book: one journal on the flash, in one form: its lanes, its ledger, and what was lost."""

import struct

from micropython import const

from firmware.journal.cells import Blocks, Refused
from firmware.journal.form import ALARM, LEDGER, NEW, OLD, TRACK, WARNING, place
from firmware.journal.lane import Lane
from firmware.journal.ledger import Ledger
from firmware.journal.losses import Losses
from firmware.journal.recovery import old_cursor, recover
from firmware.journal.sector import NOTE

_FOLLOWER = "<IHHH"
_FOLLOWER_SIZE = const(10)
_MARGIN = const(1024)  # more sector numbers than torn headers may have taken
_IN_TURN = (LEDGER, ALARM, WARNING, TRACK)  # here: a tuple of names is made anew at each use


class Book:
    """lanes: [alarm, warning, track]. Warnings stand with the alarms where they have no blocks: in
    the old form, or if the partition shrank so far.

    home: the lane of warnings, and of the announcements of losses.
    """

    def __init__(self, cells, form, numbers):
        """numbers: Numbers (numbers.py)."""
        self.form = form
        self.numbers = numbers
        self.is_old = form[0] == OLD
        has_warnings = not self.is_old and place(form, WARNING)[0] < cells.blocks
        self.home = WARNING if has_warnings else ALARM
        self.losses = Losses(self.home)
        self.lanes = [Lane(Blocks(cells, form, lane), lane, self) for lane in range(LEDGER)]
        self.ledger = Ledger(Blocks(cells, form, LEDGER), self)
        self._parts = tuple(self.lanes) + (self.ledger,)  # by the numbers of form.py

    @property
    def epoch(self):
        return "%08x" % self.form[4]

    @property
    def is_delivered(self):
        """The city has everything, and has heard of what it will not get."""
        for lane in self.lanes:
            if lane.backlog:
                return False
        return not len(self.losses)

    @property
    def is_in_doubt(self):
        """A record was written and could not be read back yet."""
        for lane in self.lanes:
            if lane.ring.doubt:
                return True
        return False

    def lane(self, lane):
        return self.lanes[self.home if lane == WARNING else lane]

    def begin(self, number):
        """Nothing is on flash yet; the first sector of each part gets this number."""
        self.ledger.base = number
        for part in self._parts:
            part.ring.begin(number)

    def has(self, highest):
        """Whether the highest sectors that a Survey saw are there indeed. Refused."""
        for lane, number in enumerate(highest):
            if number and self._parts[lane].ring.blocks.header(number) is None:
                return False
        return True

    def is_ready(self, now_ms):
        """Call until True: save() then needs no erase. Refused."""
        return self.ledger.is_ready or (self.ledger.housekeep(now_ms) and self.ledger.is_ready)

    def find(self, highest):
        """What is on flash; highest: as in Survey -> the first number not used there. Refused."""
        unused = self.ledger.find(highest) + 1
        if not highest[LEDGER]:
            self.ledger.ring.begin(max(highest))
        for lane in self.lanes:
            if not highest[lane.lane]:
                lane.ring.begin(self.ledger.base)
            unused = max(unused, recover(lane.ring, highest[lane.lane], _pass))
        return unused

    def recover(self, next_seq):
        """After find(), once the numbers are known. Refused."""
        states = self.ledger.restore()
        is_sure = self.ledger.is_sure
        for lane in self.lanes:
            state = states[lane.lane]
            if self.is_old and lane.ring.blocks.count:
                state = old_cursor(lane.ring)
                is_sure = False
            lane.recover(state, is_sure, next_seq)

    def housekeep(self, now_ms, cursor_ms):
        """-> bool: that took an erase, one at most. What one part cannot do for a refused read
        stops no other."""
        has_erased = False
        for lane in self.lanes:
            if lane.is_behind:
                try:
                    lane.catch_up()
                    self.heard()
                except Refused:
                    pass
        for part in _IN_TURN:
            try:
                has_erased = self._parts[part].housekeep(now_ms)
                if has_erased:
                    break
            except Refused:
                pass
        try:
            self.ledger.write(now_ms, cursor_ms)
        except Refused:
            pass
        return has_erased

    def heard(self):
        """After an acknowledgement: the city has heard of these losses."""
        self.losses.heard(self.lanes[self.home].tail.seq)

    # Another journal takes its place.

    def close(self, form, seq):
        """The last note of this journal: one of that form follows it. -> the number of the
        follower's first sector. OSError, Refused.

        Once it is on flash nothing is ever added here: whatever is torn of the follower's first
        sector, and may be there at one start and not at another, there is nothing to lose.
        """
        _, alarms, warnings, total, epoch = form
        ring = self.lanes[ALARM].ring
        first, count = place(form, LEDGER)
        while True:
            number = max([part.ring.coming for part in self._parts]) + _MARGIN
            here = ring.blocks.block(ring.newest), ring.blocks.block(ring.coming)
            while first + number % count in here:
                number += 1
            payload = struct.pack(_FOLLOWER, epoch, alarms, warnings, total)
            ring.append(NOTE, payload, seq)
            if first + number % count != ring.blocks.block(ring.newest):
                return number

    @property
    def follower(self):
        """-> form of the journal that follows this one, or None."""
        ring = self.lanes[ALARM].ring
        if ring.note is None or ring.note[0] <= ring.last or len(ring.note[1]) != _FOLLOWER_SIZE:
            return None
        epoch, alarms, warnings, total = struct.unpack(_FOLLOWER, ring.note[1])
        return (NEW, alarms, warnings, total, epoch)


def _pass(reader):
    pass
