"""The flash of the virtual board: an image file of 4 MiB, as esptool would read it from a board.

A new one has a partition table and nothing else. What is programmed stands in the file at once,
so the flash keeps it whatever process is killed.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

from sim.virtual.partitions import FLASH_BYTES, PARTITIONS, partition
from sim.wires.flash import SECTOR, Flash

TABLE = 0x8000
_ENTRY = struct.Struct("<2sBBII16sI")  # ESP-IDF Programming Guide, Partition Tables
_MAGIC, _MD5 = b"\xaa\x50", b"\xeb\xeb" + b"\xff" * 14
_IS_ERASED = bytes([0] * 255 + [1])


class FlashImage(Flash):
    """The NOR of sim/wires/flash.py over a file: it tears at a cut and counts its erases."""

    def __init__(self, path: Path, seed: int = 1):
        """ValueError, with a sentence: the file cannot be used, is not of a flash's size, or
        another board runs on it."""
        self.path = path.resolve()
        try:
            is_new = not path.exists()
            if is_new:
                path.write_bytes(b"\xff" * FLASH_BYTES)
            self._file = path.open("r+b")
        except OSError as error:
            raise ValueError(f"{path} cannot be used as a flash: {error.strerror}") from error
        size = path.stat().st_size
        if size != FLASH_BYTES:
            self._file.close()
            raise ValueError(
                f"{path} cannot be used as a flash: it has {size:,} bytes, not {FLASH_BYTES:,}"
            )
        super().__init__(0, seed)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise ValueError(f"{path} is the flash of another board that runs now") from error
        self._map = mmap.mmap(self._file.fileno(), FLASH_BYTES)
        self.blocks = FLASH_BYTES // SECTOR
        self.data = self._map  # type: ignore[assignment]  # a buffer like any other
        self._erased = bytearray(self._map[:].translate(_IS_ERASED))
        self.reset_counts()
        vfs = partition("vfs")
        self.reprograms = range(vfs.offset // SECTOR, (vfs.offset + vfs.size) // SECTOR)
        if is_new:
            self.put(TABLE, table())

    def put(self, at: int, content: bytes) -> None:
        """Writes as esptool does, whatever was there before."""
        self._map[at : at + len(content)] = content
        self._erased[at : at + len(content)] = content.translate(_IS_ERASED)

    def close(self) -> None:
        self._map.close()
        self._file.close()


def table() -> bytes:
    """The sector at 0x8000: sim/virtual/partitions.py as the boot loader reads it."""
    entries = b"".join(
        _ENTRY.pack(_MAGIC, one.type, one.subtype, one.offset, one.size, one.name.encode(), 0)
        for one in PARTITIONS
    )
    entries += _MD5 + hashlib.md5(entries, usedforsecurity=False).digest()
    return entries.ljust(SECTOR, b"\xff")


def pieces(at: int, size: int) -> Iterator[tuple[int, int, int, int]]:
    """-> begin, block, offset in it, size of each piece of what lies in one block."""
    begin = 0
    while begin < size:
        block, offset = divmod(at + begin, SECTOR)
        piece = min(size - begin, SECTOR - offset)
        yield begin, block, offset, piece
        begin += piece
