"""The journal's partition of the ESP32's flash, as the block device that Journal takes.

Source: MicroPython esp32.Partition, extended block protocol (os.AbstractBlockDev): reads and
programs at an offset leave the rest of the block alone and erase nothing.
"""

import errno

from micropython import const

_BLOCK_COUNT = const(4)
_BLOCK_SIZE = const(5)
_LEAST = const(4)  # blocks that a journal needs


class Flash:
    """Every method raises OSError if the flash refuses."""

    def __init__(self, partition):
        """partition: esp32.Partition. OSError(ENODEV) unless it has four blocks of 4096 B."""
        size = partition.ioctl(_BLOCK_SIZE, 0)
        count = partition.ioctl(_BLOCK_COUNT, 0)
        if size != 4096 or count < _LEAST:
            raise OSError(errno.ENODEV)
        self._partition = partition

    def readblocks(self, block, buf, offset):
        """Fills buf from byte `offset` of a block."""
        self._partition.readblocks(block, buf, offset)

    def writeblocks(self, block, buf, offset):
        """Programs buf at byte `offset` of a block; clears bits, erases nothing."""
        self._partition.writeblocks(block, buf, offset)

    def ioctl(self, op, arg):
        """4: blocks; 5: bytes in a block; 6: erases block `arg`, about 45 ms."""
        return self._partition.ioctl(op, arg)
