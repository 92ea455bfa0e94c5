"""Parts: the table of parts of a program.pack, to find what the bus has already.

12 bytes for each part, in the order of the pack: its length, and the first 8 bytes of its SHA-256.
The table is read from flash, a row at a time: as tuples it would take 20 KB.
"""

import struct

from micropython import const

NAME = "parts"
_ROW = const(12)


class Parts:
    """The parts of the pack that runs. A slot without the table has none."""

    def __init__(self, open_table):
        """open_table() -> a file; OSError: there is none."""
        self._open = open_table
        self._row = bytearray(_ROW)

    def find(self, row):
        """row: 12 bytes, of another table -> offset in this pack of the same part, or None."""
        try:
            file = self._open()
        except OSError:
            return None
        at, mine = 0, self._row
        try:
            while file.readinto(mine) == _ROW:
                if mine == row:
                    return at
                at += mine[0] | mine[1] << 8 | mine[2] << 16
        finally:
            file.close()
        return None


def row(file, number):
    """-> the 12 bytes of a part; file: of the table, open."""
    file.seek(number * _ROW)
    return file.read(_ROW)


def meaning(row):
    """-> (length, digest of 8 bytes)"""
    return struct.unpack("<I8s", row)
