"""An evidence file: what `make pull` took from a board, and the records of the journal in it.

A zip with `journal.bin` (the partition, byte by byte), the board's settings without their
passwords, and `about.json` with the SHA-256 of everything in it.
"""

from __future__ import annotations

import hashlib
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
    told = json.dumps({**about, "sha256": digests(files)}, indent=1).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in {ABOUT: told, **files}.items():
            pack.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """-> (about, files). Trouble if anything in it has changed since."""
    about, files = opened_zip(path)
    listed = about.get("sha256", {})
    for name in sorted(listed.keys() | files.keys()):
        if name not in files or hashlib.sha256(files[name]).hexdigest() != listed.get(name):
            raise Trouble(f"{path}: {name} is not what was taken from the board.")
    return about, files


def opened_zip(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """-> (about, files), whatever has changed since. Trouble if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as pack:
            names = pack.namelist()
            files = {name: pack.read(name) for name in names}
        about = json.loads(files.pop(ABOUT))
        if not isinstance(about, dict) or len(set(names)) != len(names):
            raise ValueError("a name stands twice, or about.json holds no object")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise Trouble(f"{path} is no evidence file, or it is damaged: {error}") from error
    return about, files


def records(journal: bytes) -> Iterator[dict[str, Any]]:
    """Every record on the partition, sent or not, alarm lane first, each lane in its order."""
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
