"""Takes the journal and the settings from a board, and shows them: evidence after an accident.

  python -m tools.pull take --out bus-07.zip     from the board, with a SHA-256
  python -m tools.pull show bus-07.zip           lists the records, sent or not

The journal is read, never written. The passwords in bus.json and the secrets of the bus's identity
are left out of the file. A board with an identity seals the file.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from firmware.identity import FILE
from sim import wording
from sim.program.compiled import ROOT, sha256
from tools import evidence_file as evidence
from tools.board import AttachedBoard, Trouble, arguments, chip_id, choose, examine, parser, run
from tools.evidence_file import SECTOR

ON_BOARD = ROOT / "tools" / "on_board_pull.py"
PARTITION = """
from esp32 import Partition
journal = Partition.find(Partition.TYPE_DATA, label="journal")[0]
"""
FILES = ("bus.json", "policy.json", "slot", "boot.py", "a/manifest.json", "b/manifest.json")
FEED_EVERY = 16  # blocks


def take(board: AttachedBoard) -> tuple[dict[str, Any], dict[str, bytes]]:
    """board: stopped -> (about, files). Trouble if what came is not what the flash holds."""
    examine(board)
    board.run(ON_BOARD.read_text(encoding="utf-8") + PARTITION)
    count = board.ask("journal.ioctl(4, 0)")
    blocks = []
    with Progress() as progress:
        for number in progress.track(range(count), description="journal"):
            if number % FEED_EVERY == 0:
                board.feed()
            told = board.run(f"send_block({number})").strip()
            blocks.append(_decoded(told) if told else b"\xff" * SECTOR)
    journal = b"".join(blocks)
    if board.ask("binascii.hexlify(whole.digest())").decode() != sha256(journal):
        raise Trouble("What arrived over the line is not what the flash holds; try again.")
    files = {evidence.JOURNAL: journal}
    for name in FILES:
        data = _file(board, "/" + name)
        if data is not None:
            files[name] = _without_passwords(data) if name == "bus.json" else data
    known = board.run("send_identity()").strip()
    if known:
        files[FILE] = known.encode()
    about = {
        "what": "Busguard evidence",
        "taken_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "micropython": board.ask("__import__('sys').version"),
        "chip_id": chip_id(board),
        "sha256": evidence.digests(files),
    }
    if known:
        about["seal"] = seal(board, about, json.loads(known)["serial"], blocks)
    return about, files


def seal(
    board: AttachedBoard, about: dict[str, Any], serial: str, blocks: list[bytes]
) -> dict[str, Any]:
    """The board puts in the sectors as its flash has them, and the key does not leave it."""
    sealed: dict[str, Any] = {"sectors": [], "serial": serial}
    text = evidence.canonical({**about, "seal": sealed})
    before, after = text.split(b'"sectors":[]')
    before, after = before + b'"sectors":[', b"]" + after
    sealed["sectors"] = [sha256(block) for block in blocks]
    given = [f"decoded({base64.b64encode(part)!r})" for part in (before, after)]
    board.feed()
    return {**sealed, "mac": board.run(f"send_seal({', '.join(given)})").strip()}


def _decoded(told: str) -> bytes:
    try:
        return base64.b64decode(told)
    except ValueError as error:
        raise Trouble(f"There is noise on the line ({error}); try again.") from error


def _file(board: AttachedBoard, path: str) -> bytes | None:
    program = (
        f"try:\n with open({path!r}, 'rb') as _f:\n  _n = _f.read(384)\n"
        "  while _n:\n   print(binascii.b2a_base64(_n).decode().strip())\n   _n = _f.read(384)\n"
        " print('.')\nexcept OSError:\n pass"
    )
    lines = board.run(program).split()
    return b"".join(_decoded(line) for line in lines[:-1]) if lines else None


def _without_passwords(text: bytes) -> bytes:
    """A reader of the evidence must not be able to speak for the bus."""

    def cleaned(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {k: "(left out)" if k == "password" else cleaned(v) for k, v in value.items()}

    try:
        return json.dumps(cleaned(json.loads(text)), indent=2).encode()
    except ValueError:
        return b"(bus.json is no JSON, and was left out)"


def _take(options: argparse.Namespace) -> int:
    out = Path(options.out)
    if out.exists():
        raise Trouble(f"{out} exists; evidence is never overwritten.")
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise Trouble(f"{out} cannot be written: {out.parent} is no folder that you may write to.")
    with AttachedBoard(choose(options.port)) as board:
        board.stop()
        about, files = take(board)
        board.restart()
    digest = evidence.write(out, about, files)
    print(
        f"{out}: {out.stat().st_size:,} bytes, SHA-256 {digest}\n"
        "Note the SHA-256 down, with time and place."
    )
    return 0


def _show(options: argparse.Namespace) -> int:
    about, files = evidence.read(Path(options.file))
    console = Console()
    taken = f"taken {about.get('taken_at')} from chip {about.get('chip_id')}"
    console.print(evidence.visible(taken) + "; every SHA-256 is right", markup=False)
    found = 0
    for record in evidence.records(files.get(evidence.JOURNAL, b"")):
        found += 1
        if options.json:
            print(json.dumps(record))
        else:
            console.print(_shown(record), markup=False, highlight=False, soft_wrap=True)
    if not options.json:
        print(f"{found} records")
    return 0


def _shown(record: dict[str, Any]) -> str:
    """A record that no bus wrote is shown as it is."""
    try:
        return evidence.visible(line(record))
    except evidence.DAMAGED:
        return json.dumps(record)


def line(record: dict[str, Any]) -> str:
    """One record as a person reads it."""
    sent = "sent" if record["sent"] else "NOT SENT"
    head = f"{record['seq']:>8}  {record['lane']}  {sent:8}"
    if record["kind"] == "position":
        at = datetime.fromtimestamp(record["t"], timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        speed = "?" if record["speed_kmh"] is None else record["speed_kmh"]
        return f"{head}  {at}  {record['lat']:.7f}, {record['lon']:.7f}  {speed} km/h"
    at = record["at"]
    if at is None:
        at = f"{wording.duration(record['up_ms'] / 1000)} after start {record['boot']}"
    what = wording.event(record["kind"], record["state"], record["data"])
    return f"{head}  {at}  {record['severity']}: {what}  why {json.dumps(record['why'])}"


def main() -> int:
    pull = parser(__doc__)
    ways = pull.add_subparsers(required=True)
    taking = ways.add_parser("take", help="from a board", parents=[arguments("")], add_help=False)
    taking.add_argument("--out", required=True, help="the evidence file to write")
    taking.set_defaults(do=_take)
    showing = ways.add_parser("show", help="list the records")
    showing.add_argument("file")
    showing.add_argument("--json", action="store_true", help="a line of JSON for each record")
    showing.set_defaults(do=_show)
    options = pull.parse_args()
    return options.do(options)


if __name__ == "__main__":
    run(main)
