"""Cells: the raw flash under the journal. It gives three answers: good, bad and refused.

A read that the flash refuses is no data (esp_flash_read into PSRAM needs internal memory and
fails when there is none). It raises Refused, and the caller tries again later: nothing is
acknowledged, passed over, erased or counted as damaged because of it. A program or an erase
that fails is bad: the block is worn.
"""

import errno

from micropython import const

from firmware.journal.sector import HEADER, MAX_RECORD, SECTOR, is_erased

_CHUNK = const(256)
_COUNT = const(4)  # ioctl
_ERASE = const(6)


class Refused(OSError):
    """The flash did not answer."""


class Cells:
    """scratch: what is programmed stands at its start; may be used by all, until the next call.

    refuses: the newest read was refused.
    """

    def __init__(self, device):
        """device: like esp32.Partition, blocks of 4096 B."""
        self.blocks = device.ioctl(_COUNT, 0)
        self.scratch = memoryview(bytearray(MAX_RECORD))
        self.head = memoryview(bytearray(HEADER))
        self.refuses = False
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
            raise Refused(errno.EIO)
        self.refuses = False
        return True

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
