"""A board that becomes another bus: it takes nothing of the bus that it was along.

Its journal would reach the city as the new bus's, and what it remembers (seats out of service, the
trip, the last command) would be believed of the new one. So the journal is taken to a file, and
then everything but the code is erased.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from typing import Any

from rich.console import Console
from rich.prompt import Prompt

from tools import evidence_file as evidence
from tools import fleet, pull
from tools.board import AttachedBoard, Trouble

OWNER = """
import json
def _names(path):
    try:
        with open(path) as file:
            known = json.load(file)
        return [known["fleet"], known["bus"], known.get("serial")]
    except (OSError, ValueError, KeyError, TypeError):
        return None
from esp32 import Partition
_p = Partition.find(Partition.TYPE_DATA, label="journal")[0]
_b = bytearray(4096)
def _is_blank():
    for n in range(_p.ioctl(4, 0)):
        _p.readblocks(n, _b, 0)
        if _b != b"\\xff" * 4096:
            return False
    return True
print(json.dumps([_names("/identity.json"), _names("/bus.json"), _is_blank()]))
"""
ERASE = """
from esp32 import Partition
def _erase(label, first, last):
    found = Partition.find(Partition.TYPE_DATA, label=label)[0]
    for n in range(first, min(last, found.ioctl(4, 0))):
        found.ioctl(6, n)
"""
AT_ONCE = 64  # sectors, 45 ms each: a board has 10 s for an answer
FILES = (
    "update.json",
    "change.json",
    "sensed.json",
    "bus.last.json",
    "policy.json",
    "identity.json",
    "bus.json",
    "slot",
)
"""Without /slot no code runs: nothing is recorded by a bus that has no name."""
UNKNOWN = "(its name cannot be read)"


class Owner:
    """Which bus a board is. names: "fleet/bus" of identity.json and of bus.json, those that are
    there; serial: str, of its identity, or None. is_new: it is no bus, and its journal is blank.
    """

    def __init__(self, board: AttachedBoard):
        identity, settings, is_blank = json.loads(board.run(OWNER))
        self.names = [f"{one[0]}/{one[1]}" for one in (identity, settings) if one]
        self.serial = identity[2] if identity else None
        self.is_new = is_blank and not self.names

    def is_only(self, name: str) -> bool:
        """Nothing on the board is another bus's."""
        return self.is_new or set(self.names) == {name}

    def other(self, name: str) -> str:
        return next((one for one in self.names if one != name), UNKNOWN)


def confirm(port: str, old: str, new: str, may_rename: bool) -> None:
    """Trouble unless a person types the new name, or said RENAME=1."""
    bus = new.split("/")[1]
    print(
        f"The board at {port} is {old}, and becomes {new}. Its journal is taken to a file in\n"
        f"fleet/; then the journal, and all that the board remembers of {old}, is erased."
    )
    if may_rename:
        return
    if not sys.stdin.isatty():
        raise Trouble(
            "Nobody is there to confirm it, so nothing was done. If it is meant: "
            f"make deploy BUS={bus} RENAME=1"
        )
    if Prompt.ask(f"Type {bus} to go on") != bus:
        raise Trouble("Nothing was done: the name that was typed is another.")


def take_journal(board: AttachedBoard, old: str, console: Console) -> None:
    """To fleet/<old bus>-<time>.zip, as `make pull` does. It is read again before anything is
    erased."""
    about, files = pull.take(board)
    bus = "board" if old == UNKNOWN else old.split("/")[1]
    now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    path = fleet.FLEET / f"{bus}-{now}.zip"
    digest = evidence.write(path, about, files)
    kept = [*evidence.records(evidence.read(path)[1][evidence.JOURNAL])]
    open_ones = sum(not record["sent"] for record in kept)
    console.print(
        f"fleet/{path.name} has the journal of {old}: {len(kept)} records, {open_ones} of them not "
        f"sent to the city; SHA-256 {digest}"
        + (". Give this file to the city." if open_ones else ""),
        soft_wrap=True,
    )


def forget(board: AttachedBoard) -> None:
    """Journal and memory first, the names last: if it breaks off, the next deploy begins anew.
    The restart makes MicroPython read the memory (NVS) again."""
    board.run(ERASE)
    for label in ("journal", "nvs"):
        count = board.ask(f"Partition.find(Partition.TYPE_DATA, label={label!r})[0].ioctl(4, 0)")
        for first in range(0, count, AT_ONCE):
            board.feed()
            board.run(f"_erase({label!r}, {first}, {first + AT_ONCE})")
    gone: Any = "".join(
        f"try:\n os.remove({'/' + one!r})\nexcept OSError:\n pass\n" for one in FILES
    )
    board.run("import os\n" + gone)
    board.reset()
    for line in board.lines(5):
        if line.strip():
            break
    board.stop()
    board.feed()
