"""Manifest: what a release is for, and the SHA-256 of every file in it (docs/mqtt.md, cmd/release).

It is signed with the release key, which is neither the city's nor ever at the station. The bus has
its public part in /release.pub, and only a cable brings it there.
"""

from binascii import unhexlify

from micropython import const

from firmware.ed25519 import verify
from firmware.jsonstrict import parse
from firmware.signature import TAIL, signature_of
from firmware.update.refusal import Refusal

KEYS = "release.pub"
FILES = ("main.py", "packed.mpy", "program.pack")
ROW = const(12)  # bytes of a part in the table of parts
_DOMAIN = b"busguard-release\n"
_SETS = {2: "x64", 10: "xtensawin"}  # by the architecture in sys.implementation._mpy
_FORM = "The manifest of the release has another form than this firmware knows."
_DIGITS = const(6)  # of each of the three numbers of a version
_MOST = const(1 << 22)  # bytes of a file


class Manifest:
    """version: str. files: [(name, bytes, SHA-256)] in the order of the image; parts: (bytes,
    SHA-256) of the table of parts."""

    def __init__(self, text):
        """text: bytes, the signature in it is right. Refusal, if it has another form."""
        try:
            given = parse(text)
            if type(given["v"]) is not int or given["v"] != 1:
                raise ValueError
            self.version = given["version"]
            self._number = number(self.version)
            self._set = given["set"]
            self._boards = given["boards"]
            self._mpy = tuple(given["mpy"])
            self.files = [(name, _size(size), _digest(sha)) for name, size, sha in given["files"]]
            size, sha = given["parts"]
            self.parts = _size(size), _digest(sha)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Refusal("unsigned", _FORM)
        names = tuple([name for name, _, _ in self.files])
        boards = self._boards
        if names != FILES or self.parts[0] % ROW or not isinstance(boards, list):
            raise Refusal("unsigned", _FORM)
        if not all(isinstance(board, str) for board in boards):
            raise Refusal("unsigned", _FORM)

    def must_fit(self, board, mpy, running, may_be_older):
        """board: str; mpy: int, sys.implementation._mpy; running: str, the version that runs.
        Refusal, if the release is not for this bus."""
        if board not in self._boards:
            text = "This release is for other boards (%s), and this is a %s."
            raise Refusal("other_board", text % (", ".join(self._boards), board))
        have = mpy & 0xFF, mpy >> 8 & 3
        name = _SETS.get(mpy >> 10 & 0xF, "another")
        if name != self._set or have != self._mpy:
            text = "This release is the set %s for .mpy %s; this board runs %s with .mpy %s."
            raise Refusal("other_set", text % (self._set, _dotted(self._mpy), name, _dotted(have)))
        if self._number < number(running) and not may_be_older:
            text = "Version %s is older than %s, which runs; a downgrade has to be asked for."
            raise Refusal("older", text % (self.version, running))


def keys(files):
    """-> list of public keys, 32 bytes each; Refusal without one. files: of the root."""
    found = []
    try:
        file = files.open(KEYS, "rb")
        try:
            found = [unhexlify(line) for line in file.read(200).split()]
        finally:
            file.close()
    except (OSError, ValueError):
        pass
    if not 1 <= len(found) <= 2 or not all(len(key) == 32 for key in found):
        text = "This bus has no key for releases (release.pub): a technician deploys it by cable."
        raise Refusal("no_release_key", text)
    return found


def must_be_signed(text, keys):
    """Generator, a slice at a time: Refusal, if none of the keys has signed it."""
    signature = signature_of(text)
    if signature is not None:
        for key in keys:
            is_right = yield from verify(key, _DOMAIN + text[:-TAIL], signature)
            if is_right:
                return
    raise Refusal("unsigned", "The release is not signed with the release key of this bus.")


def number(version):
    """str -> tuple of three ints, to be compared. ValueError."""
    parts = version.split(".")
    if len(parts) != 3:
        raise ValueError
    for part in parts:
        if not 1 <= len(part) <= _DIGITS or not all(c in "0123456789" for c in part):
            raise ValueError
    return tuple([int(part) for part in parts])


def _dotted(numbers):
    return ".".join([str(one) for one in numbers])


def _size(value):
    if type(value) is not int or not 1 <= value <= _MOST:
        raise ValueError
    return value


def _digest(text):
    digest = unhexlify(text)
    if len(digest) != 32:
        raise ValueError
    return digest
