"""Survey: which journals are on the flash, from the headers of all its sectors.

A journal is one form (form.py). If there are more, the one with the highest sector number counts:
a journal that follows another goes on from its numbers.
"""

from micropython import const

from firmware.journal.form import LEDGER, place
from firmware.journal.sector import SECTOR, UNIT, get_header, is_erased, peek

_PEEK = const(16)


class Survey:
    """Call turn() until it is True; a block that refuses is asked again.

    highest: highest sector number of each lane in the journal that counts; form: its form, None
    if every block has answered that there is none. damaged: units that cannot be told.
    """

    def __init__(self, cells, is_thorough=False):
        """is_thorough: every header is held to its CRC, not only the odd ones."""
        self._cells = cells
        self.is_thorough = is_thorough
        self._at = 0
        self._is_done = False
        self._usual = None  # the form that was seen last; another one is looked at twice
        self._found = {}  # form -> highest numbers
        self.form = None
        self.highest = [0] * (LEDGER + 1)
        self.damaged = 0

    def turn(self, blocks):
        """Looks at so many more -> True when all have been. Refused (cells.py)."""
        if self._is_done:
            return True
        end = min(self._at + blocks, self._cells.blocks)
        while self._at < end:
            self._look(self._at)
            self._at += 1
        if self._at < self._cells.blocks:
            return False
        for form, numbers in self._found.items():
            if max(numbers) > max(self.highest):
                self.form, self.highest = form, numbers
        if self.form is not None:
            missing = max(0, self.form[3] - self._cells.blocks)
            self.damaged += missing * (SECTOR // UNIT)
        self._is_done = True
        return True

    def _look(self, block):
        head = self._cells.head
        self._cells.load(block, 0, head[:_PEEK])
        found = None if self.is_thorough else peek(head)
        if found is None or found[0] != self._usual or not _is_here(found, block):
            self._cells.load(block, 0, head)
            found = get_header(head)
            if found is None:
                if not is_erased(head):
                    self.damaged += SECTOR // UNIT
                return
            if not _is_here(found, block):
                return
        form, lane, number = found[:3]
        self._usual = form
        numbers = self._found.setdefault(form, [0] * (LEDGER + 1))
        numbers[lane] = max(numbers[lane], number)


def _is_here(found, block):
    form, lane, number = found[:3]
    first, count = place(form, lane)
    return count > 0 and first + number % count == block
