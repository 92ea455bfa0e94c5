"""Packed: the modules of a code slot from one file, as a file system to import from.

littlefs gives every file a block of 4 KiB at least, so the modules as files take more than three
times their bytes. main.py mounts this one; sim/program/pack.py makes the file:

    16 bytes    magic and version, bytes of the index, bytes of the file, CRC-32 of the index;
                little-endian
    index       a line `offset length path` for each module; offset from the end of the index
    modules     .mpy files, one behind the other
"""

import struct
from binascii import crc32

from micropython import const

_MAGIC = b"BGP1"
_HEAD = const(16)
_FOLDER, _FILE = const(0x4000), const(0x8000)
_ENOENT, _EROFS = const(2), const(30)


class Packed:
    """What vfs.mount() takes, and os.stat(), open() and import ask of it."""

    def __init__(self, path):
        """path: of the pack, from the root. ValueError: it is not one, or it is damaged; OSError.

        The modules themselves are not checked here: `make deploy` has proven the file.
        """
        self._path = path
        with open(path, "rb") as file:
            head = file.read(_HEAD)
            if len(head) < _HEAD or head[:4] != _MAGIC:
                raise ValueError(path + " is no pack of modules")
            _, length, whole, crc = struct.unpack("<4sIII", head)
            size = file.seek(0, 2)
            if size != whole:
                raise ValueError("%s has %d bytes of %d" % (path, size, whole))
            self._start = _HEAD + length
            if self._start > size:
                raise ValueError(path + " has a damaged index")
            file.seek(_HEAD)
            # As it is in the file: 200 tuples in a dictionary would take four times the heap.
            self._index = file.read(length)
        if crc32(self._index) != crc:
            raise ValueError(path + " has a damaged index")

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def stat(self, path):
        if path.endswith(".mpy"):
            return (_FILE, 0, 0, 0, 0, 0, self._find(path)[1], 0, 0, 0)
        # import asks for each name as a folder, as .py and as .mpy.
        if path.endswith(".py") or self._index.find(b" " + path[1:].encode() + b"/") < 0:
            raise OSError(_ENOENT)
        return (_FOLDER, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    def open(self, path, mode):
        """-> the pack itself, at the first byte of this module. It does not end with the module:
        import reads as far as the module says, and no copy of it is made."""
        if mode not in ("r", "rb"):
            raise OSError(_EROFS)
        offset = self._find(path)[0]
        file = open(self._path, mode)  # noqa: SIM115 - import closes it
        file.seek(offset)
        return file

    def _find(self, path):
        """-> (offset in the pack, length)"""
        end = self._index.find(b" " + path[1:].encode() + b"\n")
        if end < 0:
            raise OSError(_ENOENT)
        begin = self._index.rfind(b"\n", 0, end) + 1
        offset, length = self._index[begin:end].split(b" ")
        return self._start + int(offset), int(length)
