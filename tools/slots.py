"""The two code slots of a board, and how new code takes over: docs/boot.md.

Nothing that the board runs is touched until every new file is there and proven by its SHA-256; then
/slot is replaced by one rename, which happens at once or not at all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from sim.virtual.compiled import sha256
from tools.board import AttachedBoard, Trouble

FEED_S = 10  # of the 120 s that a session has
ON_BOARD = """
import os, hashlib, binascii
_b = bytearray(2048)
_m = memoryview(_b)
def _walk(folder):
    try:
        names = list(os.ilistdir(folder))
    except OSError:
        return
    for entry in names:
        path = folder + "/" + entry[0]
        if entry[1] == 0x4000:
            _walk(path)
        else:
            _hash(path)
def _hash(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        n = f.readinto(_b)
        while n:
            h.update(_m[:n])
            n = f.readinto(_b)
    print(binascii.hexlify(h.digest()).decode(), path)
def _copy(old, new):
    with open(old, "rb") as f, open(new, "wb") as g:
        n = f.readinto(_b)
        while n:
            g.write(_m[:n])
            n = f.readinto(_b)
def _gone(path):
    try:
        os.remove(path)
    except OSError:
        pass
def _folder(path):
    try:
        os.mkdir(path)
    except OSError:
        pass
def _prune(folder):
    for entry in list(os.ilistdir(folder)):
        if entry[1] == 0x4000:
            _prune(folder + "/" + entry[0])
    try:
        os.rmdir(folder)
    except OSError:
        pass
"""


def manifest(hashes: dict[str, str]) -> bytes:
    """{path: SHA-256} -> what manifest.json says: how many files, and the SHA-256 of the lines
    `digest path`, sorted by path. One for each file would take five blocks of a slot."""
    lines = "".join(f"{digest} {path}\n" for path, digest in sorted(hashes.items()))
    return json.dumps({"files": len(hashes), "sha256": sha256(lines.encode())}).encode()


class Slots:
    def __init__(self, board: AttachedBoard):
        """board: stopped."""
        self._board = board
        board.run(ON_BOARD)
        self.running = self._named()
        self.idle = "b" if self.running == "a" else "a"
        self._fed_s = 0.0

    def _named(self) -> str | None:
        """The slot that boot.py would start; None: the code stands at the root, or nowhere."""
        name = self._board.run(
            "try:\n print(open('/slot').read().strip())\nexcept OSError:\n print('')"
        ).strip()
        return name if name in ("a", "b") else None

    def hashes(self, path: str) -> dict[str, str]:
        """Folder -> {path below it: SHA-256 of what the flash gives back}."""
        lines = self._board.run(f"_walk({path!r})").splitlines()
        pairs = [line.split(" ", 1) for line in lines]
        return {name[len(path) + 1 :]: digest for digest, name in pairs}

    def hash(self, path: str) -> str | None:
        """SHA-256 of one file; None if it is not there."""
        told = self._board.run(f"try:\n _hash({path!r})\nexcept OSError:\n pass")
        return told.split(" ", 1)[0] if told else None

    def fill(self, files: dict[str, bytes], told: Callable[[int], None]) -> Iterator[str]:
        """Puts the files into the idle slot; yields after each step what was done.

        told(n): n more bytes are there, sent or copied.
        """
        board, here = self._board, "/" + self.idle
        board.run(f"_gone('{here}/manifest.json'); _gone('{here}/proven'); _folder({here!r})")
        yield "the idle slot counts as empty"
        wanted = {path: sha256(data) for path, data in files.items()}
        idle = self.hashes(here)
        old = self.hashes("/" + self.running) if self.running else {}
        held = {digest: path for path, digest in old.items()}
        for path in idle.keys() - wanted.keys():
            self._feed()
            board.run(f"_gone({here + '/' + path!r})")
            yield f"removed {path}"
        self._make_folders(here, wanted)
        for path, data in files.items():
            if idle.get(path) == wanted[path]:
                told(len(data))
                continue
            self._feed()
            if wanted[path] in held:
                source = f"/{self.running}/{held[wanted[path]]}"
                board.run(f"_copy({source!r}, {here + '/' + path!r})")
                told(len(data))
                yield f"kept {path}"
            else:
                board.write(here + "/" + path, data, told)
                yield f"sent {path}"
        board.feed()
        self._prove(wanted)
        self.place(f"{here}/manifest.json", manifest(wanted))
        yield "wrote manifest.json"

    def _feed(self) -> None:
        """Between two files: the watchdog of the session, now and then."""
        if time.monotonic() - self._fed_s > FEED_S:
            self._board.feed()
            self._fed_s = time.monotonic()

    def _make_folders(self, here: str, paths: Iterable[str]) -> None:
        """The folders of these files, and no others: MicroPython imports an empty folder
        `firmware/journal/` of another layout rather than the module `firmware/journal.mpy`."""
        self._board.run(f"_prune({here!r})")
        folders = {str(folder) for path in paths for folder in PurePosixPath(here, path).parents}
        for folder in sorted(folders - {"/"}):
            self._board.run(f"_folder({folder!r})")

    def _prove(self, wanted: dict[str, str]) -> None:
        found = self.hashes("/" + self.idle)
        wrong = sorted(path for path, digest in wanted.items() if found.get(path) != digest)
        if wrong:
            raise Trouble(
                f"{len(wrong)} files on the board are not what was sent, first {wrong[0]}. The old "
                "code stays in use. Try again; if it happens again, the flash is worn out."
            )

    def place(self, path: str, data: bytes) -> None:
        """Writes a file beside `path`, proves it, and renames it to `path` in one step."""
        self._board.write(path + ".new", data)
        if self.hash(path + ".new") != sha256(data):
            raise Trouble(f"{path} on the board is not what was sent; the old one stays.")
        self._board.run(f"os.rename({path + '.new'!r}, {path!r})")

    def switch(self, high: int = 0) -> None:
        """From the next start on the idle slot runs; that start does not count as a crash.

        high: pin that boot.py drives high on this board; 0: none.
        """
        told = {"resets": -1, "minutes": 0, "how": 0, "high": high}
        sets = "".join(f"_n.set_i32({key!r}, {value})\n" for key, value in told.items())
        self._board.run(f"from esp32 import NVS\n_n = NVS('start')\n{sets}_n.commit()")
        self.place("/slot", self.idle.encode())
