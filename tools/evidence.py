"""An evidence file: what `make pull` took from a board, and the records of the journal in it.

  python -m tools.evidence verify FILE [--city-key HEX|FILE] [--identity FILE]

proves such a file, or a station's export of one bus's day, complete and unchanged, or names the
first record that is not (tools/evidence_board.py, tools/evidence_day.py). Exit status 0: proven.

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
    about, files = _opened_zip(path)
    listed = about.get("sha256", {})
    for name in sorted(listed.keys() | files.keys()):
        if name not in files or hashlib.sha256(files[name]).hexdigest() != listed.get(name):
            raise Trouble(f"{path}: {name} is not what was taken from the board.")
    return about, files


def _opened_zip(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
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


def verify(path: Path, city_key: str | None, identities: list[dict[str, Any]]) -> int:
    """Prints what is proven, and what is not. -> exit status."""
    from tools import evidence_board, evidence_day

    about, files = _opened_zip(path)
    if about.get("what") == evidence_day.WHAT:
        text = files.pop(evidence_day.RECORDS, b"")
        said, wrong = evidence_day.verify(about, text, city_key, identities)
        wrong += [f"{name} does not belong into this file." for name in sorted(files)]
        if not wrong:
            wrong = evidence_day.not_here(about)
            end = "unchanged, but not complete." if wrong else "complete and unchanged."
        else:
            end = "NOT proven."
    else:
        said, wrong = evidence_board.verify(about, files, identities)
        end = "NOT proven." if wrong else "complete and unchanged."
    for sentence in (*said, *wrong):
        print(sentence)
    print(f"{path}: {end}")
    return 1 if wrong else 0


def _city_key(given: str) -> str:
    """64 hex digits, or a file that holds them (city.pub)."""
    path = Path(given)
    text = path.read_text(encoding="utf-8").strip() if path.is_file() else given
    try:
        right = len(bytes.fromhex(text)) == 32
    except ValueError:
        right = False
    if not right:
        raise Trouble(f"{given} is neither 64 hexadecimal digits nor a file that holds them.")
    return text


def _identity(given: str) -> dict[str, Any]:
    try:
        known = json.loads(Path(given).read_text(encoding="utf-8"))
        bytes.fromhex(known["mac_key"])
        return {name: known[name] for name in ("fleet", "bus", "serial", "mac_key")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{given} holds no identity of a bus: {error}.") from error


def main() -> int:
    from tools.board import parser

    top = parser(__doc__)
    ways = top.add_subparsers(required=True)
    verifying = ways.add_parser("verify", help="prove a file, or name the first wrong record")
    verifying.add_argument("file", type=Path)
    verifying.add_argument("--city-key", metavar="HEX|FILE", help="city.pub, or what is in it")
    verifying.add_argument("--identity", metavar="FILE", action="append", default=[],
                           help="fleet/BUS.identity.json; may be given again")  # fmt: skip
    options = top.parse_args()
    key = None if options.city_key is None else _city_key(options.city_key)
    return verify(options.file, key, [_identity(one) for one in options.identity])


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


if __name__ == "__main__":
    from tools.board import run

    run(main)
