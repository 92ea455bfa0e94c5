"""An evidence file: what `make pull` took from a board, and the records of the journal in it.

A zip with `journal.bin` (the partition, byte by byte), the board's settings without their
passwords, and `about.json` with the SHA-256 of everything in it.

Nothing in the zip is compressed, and the same content always gives the same bytes: so a byte that
no program of Busguard wrote is found, wherever in the file it stands.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING, Journal
from firmware.journal.reader import Reader
from firmware.messages import POSITION_FORMAT
from tools.board import Trouble

SECTOR = 4096
ABOUT = "about.json"
JOURNAL = "journal.bin"
MAX_BYTES = 256 << 20
"""More than any journal or day holds: a file that unpacks to more was made to stop its reader."""
DAMAGED = (ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError,
           ValueError, struct.error, zipfile.BadZipFile, zlib.error)  # fmt: skip
"""What reading may raise if the content is not what Busguard writes."""
_LANES = {ALARM: "alarm", WARNING: "warning", TRACK: "track"}


class Copy:
    """The journal's partition in memory. What a Journal writes at its start stays here."""

    def __init__(self, content: bytes):
        self._bytes = bytearray(content)

    def readblocks(self, block: int, buf: Any, offset: int = 0) -> None:
        at = block * SECTOR + offset
        buf[:] = self._bytes[at : at + len(buf)]

    def writeblocks(self, block: int, buf: Any, offset: int = 0) -> None:
        at = block * SECTOR + offset
        self._bytes[at : at + len(buf)] = buf

    def ioctl(self, op: int, arg: int) -> int:
        if op == 6:
            self._bytes[arg * SECTOR : (arg + 1) * SECTOR] = b"\xff" * SECTOR
        return {4: len(self._bytes) // SECTOR, 5: SECTOR}.get(op, 0)


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """Name -> SHA-256."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def canonical(about: dict[str, Any]) -> bytes:
    """What the board seals: the same object gives the same bytes."""
    return json.dumps(about, sort_keys=True, separators=(",", ":")).encode()


def write(path: Path, about: dict[str, Any], files: dict[str, bytes]) -> str:
    """-> SHA-256 of the evidence file. The same content gives the same bytes."""
    content = packed({**about, "sha256": digests(files)}, files)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def packed(about: dict[str, Any], files: dict[str, bytes]) -> bytes:
    """The zip: about.json first, then the files in the order of their names."""
    out = io.BytesIO()
    told = json.dumps(about, indent=1, sort_keys=True).encode() + b"\n"
    with zipfile.ZipFile(out, "w") as pack:
        for name, data in ((ABOUT, told), *sorted(files.items())):
            member = zipfile.ZipInfo(name)
            member.create_system = 3  # on every system the same
            pack.writestr(member, data)
    return out.getvalue()


def read(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """-> (about, files). Trouble if anything in it has changed since."""
    about, files = _opened_zip(_content(path), path)
    try:
        listed, actual = dict(about.get("sha256", {})), digests(files)
    except DAMAGED as error:
        raise Trouble(f"{path} is no evidence file, or it is damaged: {error}") from error
    for name in sorted(listed.keys() | actual.keys()):
        if listed.get(name) != actual.get(name):
            raise Trouble(f"{path}: {name} is not what was taken from the board.")
    return about, files


def read_exactly(path: Path) -> tuple[dict[str, Any], dict[str, bytes], bool]:
    """-> (about, files, whether every byte is as Busguard writes it). Trouble if it cannot be
    read. The last finds what one reader of zip or JSON sees and another does not: doubled names,
    a second zip before the first, comments, extra fields, headers that contradict each other."""
    content = _content(path)
    about, files = _opened_zip(content, path)
    try:
        return about, files, packed(about, files) == content
    except DAMAGED as error:
        raise Trouble(f"{path} is no evidence file, or it is damaged: {error}") from error


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise Trouble(f"{path} is no evidence file: it is larger than any.")
    return content


def _opened_zip(content: bytes, path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """-> (about, files), whatever has changed since. Trouble if it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            members = pack.infolist()
            if len({one.filename for one in members}) != len(members):
                raise ValueError("a name stands twice")
            if sum(one.file_size for one in members) > MAX_BYTES:
                raise ValueError("it unpacks to more than any evidence")
            files = {one.filename: _member(pack, one) for one in members}
        about = json.loads(files.pop(ABOUT))
        if not isinstance(about, dict):
            raise ValueError("about.json holds no object")
    except DAMAGED as error:
        raise Trouble(f"{path} is no evidence file, or it is damaged: {error}") from error
    return about, files


def _member(pack: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Never more than the zip says of it. Files of earlier versions are compressed."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is compressed in another way")
    with pack.open(member) as file:
        return file.read(member.file_size)


def visible(sentence: str) -> str:
    """What a forger wrote into the file gives the terminal no orders."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in sentence)


def records(journal: bytes) -> Iterator[dict[str, Any]]:
    """Every record on the partition, sent or not, alarm lane first, each lane in its order.
    Trouble where it cannot be read any further."""
    try:
        yield from _records(journal)
    except DAMAGED as error:
        raise Trouble(f"The journal cannot be read any further: {error}.") from error


def _records(journal: bytes) -> Iterator[dict[str, Any]]:
    kept = Journal(Copy(journal), random.Random(0).randbytes)
    for lane in kept._book.lanes:
        reader = Reader(lane.ring)
        sent_up_to = lane.tail.seq
        while reader.read():
            sent = reader.seq <= sent_up_to
            found = {"lane": _LANES[lane.lane], "seq": reader.seq, "sent": sent}
            yield {**found, **opened(reader.kind, bytes(reader.payload))}


def opened(kind: int, payload: bytes) -> dict[str, Any]:
    if kind == KIND_EVENT:
        return json.loads(b"{" + payload)
    t, lat, lon, speed, heading = struct.unpack(POSITION_FORMAT, payload)
    return {
        "kind": "position",
        "t": t,
        "lat": lat / 1e7,
        "lon": lon / 1e7,
        "speed_kmh": None if speed == 0xFFFF else speed / 10,
        "heading_deg": None if heading == 0xFFFF else heading,
    }
