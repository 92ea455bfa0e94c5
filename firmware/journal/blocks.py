"""Blocks: a lane's part of the flash, by sector number. Knows no records.

Sector number s stands in block s modulo the lane's blocks: a number says where it is.
Every read may raise Refused (cells.py).
"""

from firmware.journal.form import OLD, place
from firmware.journal.sector import get_header, put_header


class Blocks:
    """marks: a record carries the number of its place in the lane (sector.py)."""

    def __init__(self, cells, form, lane):
        self.cells = cells
        self.form = form
        self.marks = form[0] != OLD
        self.first, self.count = place(form, lane)
        self._lane = lane

    def salt(self, number):
        """What the CRCs of a sector's records begin with, so that old bytes never match."""
        return self.form[4] ^ number

    def block(self, number):
        return self.first + number % self.count

    def header(self, number):
        """-> (number, start, floor, index) of that sector, or None if it isn't there."""
        head = self.cells.head
        if not self.cells.load(self.block(number), 0, head):
            return None
        found = get_header(head)
        if found is None or found[0] != self.form or found[1] != self._lane or found[2] != number:
            return None
        return found[2:]

    def put_header(self, number, start, floor, index):
        """Into the scratch buffer."""
        put_header(self.cells.scratch, self.form, self._lane, number, start, floor, index)

    def load(self, number, offset, buf):
        """Fills buf from that byte of the sector on. False: there is no such block."""
        return self.cells.load(self.block(number), offset, buf)

    def erase(self, number):
        return self.cells.erase(self.block(number))

    def is_blank(self, number):
        return self.cells.is_blank(self.block(number))

    def program(self, number, offset, size):
        return self.cells.program(self.block(number), offset, size)
