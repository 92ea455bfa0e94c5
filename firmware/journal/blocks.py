"""Blocks: one lane's part of the flash, addressed by sector number. It knows no records.

Sector number s is in block s modulo the lane's number of blocks. Nothing here raises: if the
flash refuses, the result is False or None.
"""

from micropython import const

from firmware.journal.sector import HEADER, SECTOR, get_header, is_erased, put_header

_CHUNK = const(256)
_ERASE = const(6)  # ioctl


class Blocks:
    def __init__(self, device, scratch, lane, alarms, total, epoch):
        """scratch: memoryview of MAX_RECORD bytes, may be shared; program() writes its first
        bytes. alarms, total: sectors of the alarm lane and of both lanes."""
        self.count = total - alarms if lane else alarms
        self.scratch = scratch
        self._device = device
        self._first = alarms if lane else 0
        self._ours = (lane, alarms, total, epoch)
        self._chunk = memoryview(bytearray(_CHUNK))
        self._head = memoryview(bytearray(HEADER))

    def salt(self, number):
        """int, the CRCs of a sector's records begin with it, so that old bytes never match."""
        return self._ours[3] ^ number

    def header(self, number):
        """-> (number, start, floor, index) of that sector, or None if it is not there."""
        if not self.load(number, 0, self._head):
            return None
        header = get_header(self._head)
        if header is None or header[:4] != self._ours or header[4] != number:
            return None
        return header[4:]

    def put_header(self, number, start, floor, index):
        """Writes a sector's header into the scratch buffer."""
        put_header(self.scratch, *self._ours, number, start, floor, index)

    def load(self, number, offset, buf):
        """Fills buf from that byte of the sector on -> bool: False if the flash refuses."""
        try:
            self._device.readblocks(self._block(number), buf, offset)
        except OSError:
            return False
        return True

    def erase(self, number):
        """Erases the sector's block -> bool: the whole block reads erased."""
        chunk = self._chunk
        try:
            self._device.ioctl(_ERASE, self._block(number))
        except OSError:
            return False
        for offset in range(0, SECTOR, _CHUNK):
            if not self.load(number, offset, chunk) or not is_erased(chunk):
                return False
        return True

    def program(self, number, offset, size):
        """Writes the first bytes of scratch, in one call -> bool: they read back equal."""
        data = self.scratch[:size]
        try:
            self._device.writeblocks(self._block(number), data, offset)
        except OSError:
            return False
        for at in range(0, size, _CHUNK):
            part = self._chunk[: min(_CHUNK, size - at)]
            if not self.load(number, offset + at, part) or part != data[at : at + len(part)]:
                return False
        return True

    def _block(self, number):
        return self._first + number % self.count
