"""The two code slots of a board, and how new code takes over: docs/boot.md.

What the board has already is copied there and not sent: files of the slot that runs, and the
modules of packs, also of one that was sent in part when an earlier deploy broke off.

Nothing that the board runs is touched until every new file is there and proven by its SHA-256; then
/slot is replaced by one rename, which happens at once or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from firmware.update.slot_manifest import slot_manifest
from sim.program.compiled import ROOT, sha256
from sim.program.pack import PACK, parts
from tools.board import AttachedBoard, Trouble

FEED_S = 10  # of the 120 s that a session has
PIECE = 16384
OLD_PACK = "old.pack"
"""Of the idle slot, while its new one is written."""
ON_BOARD = ROOT / "tools" / "on_board.py"


def manifest(hashes: dict[str, str]) -> bytes:
    """{path: SHA-256} -> what manifest.json says: how many files, and the SHA-256 of the lines
    `digest path`, sorted by path. One for each file would take five blocks of a slot."""
    return slot_manifest([(path, 0, bytes.fromhex(hashes[path])) for path in sorted(hashes)])


def pieces(
    data: bytes, held: dict[str, tuple[str, int]]
) -> Iterator[tuple[str | None, int, bytes]]:
    """A file -> (file on the board, offset there, bytes) in their order; None: to be sent.

    Parts that follow one another there too are one piece; what is sent has pieces of 16 KB.
    """
    source: str | None = None
    begin, piece = 0, b""
    for part in parts(data):
        file, offset = held.get(sha256(part), (None, 0))
        if piece and (file != source or (file and offset != begin + len(piece))):
            yield from _cut(source, begin, piece)
            piece = b""
        if not piece:
            source, begin = file, offset
        piece += part
    yield from _cut(source, begin, piece)


def _cut(source: str | None, begin: int, piece: bytes) -> Iterator[tuple[str | None, int, bytes]]:
    for at in range(0, len(piece), PIECE):
        yield source, begin + at, piece[at : at + PIECE]


class Slots:
    def __init__(self, board: AttachedBoard):
        """board: stopped."""
        self._board = board
        self.send_functions()
        self.running = self._chosen()
        self.idle = "b" if self.running == "a" else "a"
        self._fed_s = 0.0
        self.sent = self.copied = 0
        """Bytes, by fill()."""

    def send_functions(self) -> None:
        """A restart forgets them."""
        self._board.run(ON_BOARD.read_text(encoding="utf-8"))

    def _chosen(self) -> str | None:
        """The slot that boot.py would start; None: the code stands at the root, or nowhere."""
        return self._board.run("chosen()").strip() or None

    def hashes(self, path: str) -> dict[str, str]:
        """Folder -> {path below it: SHA-256 of what the flash gives back}."""
        lines = self._board.run(f"hash_folder({path!r})").splitlines()
        pairs = [line.split(" ", 1) for line in lines]
        return {name[len(path) + 1 :]: digest for digest, name in pairs}

    def hash(self, path: str) -> str | None:
        """SHA-256 of one file; None if it is not there."""
        told = self._board.run(f"try:\n hash_file({path!r})\nexcept OSError:\n pass")
        return told.split(" ", 1)[0] if told else None

    def fill(self, files: dict[str, bytes], told: Callable[[int], None]) -> Iterator[str]:
        """Puts the files into the idle slot; yields after each step what was done.

        told(n): n more bytes are there, sent or copied.
        """
        board, here = self._board, "/" + self.idle
        # An update over the air that was under way in this slot is none any more.
        for name in ("/update.json", "/sensed.json", f"{here}/manifest.json", f"{here}/proven"):
            board.run(f"gone({name!r})")
        board.run(f"folder({here!r})")
        yield "the idle slot counts as empty"
        wanted = {path: sha256(data) for path, data in files.items()}
        idle = self.hashes(here)
        if PACK in idle and idle[PACK] != wanted.get(PACK):
            idle.pop(PACK)
            board.run(f"os.rename({f'{here}/{PACK}'!r}, {f'{here}/{OLD_PACK}'!r})")
        for path in idle.keys() - wanted.keys() - {OLD_PACK}:
            self._feed()
            board.run(f"gone({here + '/' + path!r})")
            yield f"removed {path}"
        self._make_folders(here, wanted)
        held = self._held()
        for path, data in files.items():
            if idle.get(path) == wanted[path]:
                told(len(data))
            else:
                yield from self._put(path, data, held, told)
        board.run(f"gone({f'{here}/{OLD_PACK}'!r})")
        board.feed()
        self._prove(wanted)
        self.place(f"{here}/manifest.json", manifest(wanted))
        yield "wrote manifest.json"

    def _held(self) -> dict[str, tuple[str, int]]:
        """SHA-256 of what can be copied on the board -> where it is: file, offset."""
        found = {}
        packs = [f"/{self.idle}/{OLD_PACK}"]
        if self.running:
            packs.append(f"/{self.running}/{PACK}")
            for path, digest in self.hashes(f"/{self.running}").items():
                found[digest] = (f"/{self.running}/{path}", 0)
        for pack in packs:
            for line in self._board.run(f"hash_pack({pack!r})").splitlines():
                digest, offset = line.split(" ")
                found[digest] = (pack, int(offset))
        return found

    def _put(
        self,
        path: str,
        data: bytes,
        held: dict[str, tuple[str, int]],
        told: Callable[[int], None],
    ) -> Iterator[str]:
        board = self._board
        board.create(f"/{self.idle}/{path}")
        for source, offset, piece in pieces(data, held):
            self._feed()
            if source is None:
                board.send(piece, told)
                self.sent += len(piece)
                board.run("file.flush()")  # what is there stays there if the deploy breaks off
                yield f"sent {len(piece)} B of {path}"
            else:
                board.run(f"copy({source!r}, {offset}, {len(piece)})")
                self.copied += len(piece)
                told(len(piece))
                yield f"copied {len(piece)} B of {path}"
        board.close_file()

    def _feed(self) -> None:
        """Between two files: the watchdog of the session, now and then."""
        if time.monotonic() - self._fed_s > FEED_S:
            self._board.feed()
            self._fed_s = time.monotonic()

    def _make_folders(self, here: str, paths: Iterable[str]) -> None:
        """The folders of these files, and no others: MicroPython imports an empty folder
        `firmware/journal/` of another layout rather than the module `firmware/journal.mpy`."""
        self._board.run(f"prune({here!r})")
        folders = {str(folder) for path in paths for folder in PurePosixPath(here, path).parents}
        for folder in sorted(folders - {"/"}):
            self._board.run(f"folder({folder!r})")

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
        """From the next start on the idle slot runs; that start does not count as a crash, and
        what ran before is on trial no more.

        high: pin that boot.py drives high on this board; 0: none.
        """
        told = {"trial": 0, "back": 0, "resets": -1, "dips": 0, "minutes": 0, "how": 0,
                "high": high}  # fmt: skip
        sets = "".join(f"_n.set_i32({key!r}, {value})\n" for key, value in told.items())
        self._board.run(f"from esp32 import NVS\n_n = NVS('start')\n{sets}_n.commit()")
        self.place("/slot", self.idle.encode())
