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
_PIECE = const(512)
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
        # As it is in the file: 200 tuples in a dictionary would take four times the heap.
        self._index = list(self._pieces())
        found = 0
        for piece in self._index:
            found = crc32(piece, found)
        if found != crc:
            raise ValueError(path + " has a damaged index")

    def forget_index(self):
        """The start is over: what is imported later is looked for in the file, piece by piece."""
        self._index = None

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def stat(self, path):
        if path.endswith(".mpy"):
            return (_FILE, 0, 0, 0, 0, 0, self._find(path)[1], 0, 0, 0)
        # import asks for each name as a folder, as .py and as .mpy.
        if path.endswith(".py") or not self._line(b" " + path[1:].encode() + b"/"):
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
        line = self._line(b" " + path[1:].encode() + b"\n")
        if not line:
            raise OSError(_ENOENT)
        offset, length = line.split(b" ")[:2]
        return self._start + int(offset), int(length)

    def _line(self, word):
        """-> bytes: the beginning of the first line of the index with this word, as far as the
        word; b"": there is none."""
        for piece in self._pieces() if self._index is None else self._index:
            at = piece.find(word)
            if at >= 0:
                return piece[piece.rfind(b"\n", 0, at) + 1 : at + 1]
        return b""

    def _pieces(self):
        """Generator: the index in pieces of whole lines."""
        left, line = self._start - _HEAD, b""
        with open(self._path, "rb") as file:
            file.seek(_HEAD)
            while left > 0:
                piece = line + file.read(min(_PIECE, left))
                left -= _PIECE
                end = piece.rfind(b"\n") + 1
                line = piece[end:]
                yield piece[:end]
        if line:
            yield line  # damaged
