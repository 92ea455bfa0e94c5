"""Cells: the raw flash under the journal; Blocks: a lane's part of it. Both know no records.

The flash gives three answers: good, bad and refused.

A read that the flash refuses is no data (esp_flash_read into PSRAM needs internal memory and
fails when there is none). It raises Refused, and the caller tries again later: nothing is
acknowledged, passed over, erased or counted as damaged because of it. A program or an erase
that fails is bad: the block is worn.
"""

import errno

from micropython import const

from firmware.journal.form import OLD, place
from firmware.journal.sector import (
    HEADER,
    MAX_RECORD,
    SECTOR,
    get_header,
    is_erased,
    put_header,
)

_CHUNK = const(256)
_COUNT = const(4)  # ioctl
_ERASE = const(6)


class Refused(OSError):
    """The flash did not answer."""


class Cells:
    """scratch: what is programmed stands at its start; may be used by all, until the next call.

    refuses: a block that did not answer has not been read since.
    """

    def __init__(self, device):
        """device: like esp32.Partition, blocks of 4096 B."""
        self.blocks = device.ioctl(_COUNT, 0)
        self.scratch = memoryview(bytearray(MAX_RECORD))
        self.head = memoryview(bytearray(HEADER))
        self.refuses = False
        self._silent = 0  # that block
        self._device = device
        self._chunk = memoryview(bytearray(_CHUNK))

    def load(self, block, offset, buf):
        """Fills buf from that byte of the block on. False: the partition has no such block."""
        if block >= self.blocks:
            return False
        try:
            self._device.readblocks(block, buf, offset)
        except OSError:
            self.refuses = True
            self._silent = block
            raise Refused(errno.EIO)
        if block == self._silent:
            self.refuses = False
        return True

    def ask(self):
        """Whether that block answers again, should nobody else read it. Refused."""
        self.load(self._silent, 0, self.head)

    def erase(self, block):
        """True if the flash says that it is done; is_blank() looks."""
        if block >= self.blocks:
            return False
        try:
            self._device.ioctl(_ERASE, block)
        except OSError:
            return False
        return True

    def is_blank(self, block):
        """True if the whole block reads erased."""
        chunk = self._chunk
        for offset in range(0, SECTOR, _CHUNK):
            self.load(block, offset, chunk)
            if not is_erased(chunk):
                return False
        return True

    def program(self, block, offset, size):
        """The first bytes of the scratch buffer, in one call. True if they read back equal.

        Refused: they may be there or not.
        """
        data = self.scratch[:size]
        try:
            self._device.writeblocks(block, data, offset)
        except OSError:
            return False
        for at in range(0, size, _CHUNK):
            part = self._chunk[: min(_CHUNK, size - at)]
            self.load(block, offset + at, part)
            if part != data[at : at + len(part)]:
                return False
        return True


class Blocks:
    """By sector number: sector s stands in block s modulo the lane's blocks.

    marks: a record carries the number of its place in the lane (sector.py).
    """

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
