"""The journal's partition of the ESP32's flash, as the block device that Journal takes.

Source: MicroPython esp32.Partition, extended block protocol (os.AbstractBlockDev): reads and
programs at an offset leave the rest of the block alone and erase nothing. On a board with PSRAM
esp_flash_read() cannot read into it directly: it asks for internal memory each time, and fails when
there is none (ESP-IDF, issue 4769). So every read goes through one buffer that main.py allocates
before the rest fills the internal memory.
"""

import errno

from micropython import const

_BLOCK_COUNT = const(4)
_BLOCK_SIZE = const(5)
_LEAST = const(9)  # blocks that a journal needs


class Flash:
    """Every method raises OSError if the flash refuses."""

    def __init__(self, partition, buffer):
        """partition: esp32.Partition. buffer: bytearray that all reads go through.
        OSError(ENODEV) unless the partition has nine blocks of 4096 B.
        """
        size = partition.ioctl(_BLOCK_SIZE, 0)
        count = partition.ioctl(_BLOCK_COUNT, 0)
        if size != 4096 or count < _LEAST:
            raise OSError(errno.ENODEV)
        self._partition = partition
        self._view = memoryview(buffer)

    def readblocks(self, block, buf, offset):
        """Fills buf from byte `offset` of a block."""
        view, size = self._view, len(buf)
        for at in range(0, size, len(view)):
            part = view[: min(len(view), size - at)]
            self._partition.readblocks(block, part, offset + at)
            buf[at : at + len(part)] = part

    def writeblocks(self, block, buf, offset):
        """Programs buf at byte `offset` of a block; clears bits, erases nothing."""
        self._partition.writeblocks(block, buf, offset)

    def ioctl(self, op, arg):
        """4: blocks; 5: bytes in a block; 6: erases block `arg`, about 45 ms."""
        return self._partition.ioctl(op, arg)
