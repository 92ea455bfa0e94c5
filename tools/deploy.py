"""Puts the program and its settings onto a board: python -m tools.deploy --bus bus-07

The settings come from fleet/<bus>.json. The code goes into the slot that does not run, is
proven by its SHA-256, and takes over with one rename; if anything breaks before that, the bus
keeps the code that it had. The journal is never touched.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from drivers.board.tables import BOARDS
from firmware.config.load import parse
from sim.bus import settings_file
from sim.virtual.compiled import ROOT, CannotCompile, build, sha256
from sim.virtual.pack import slot
from tools import selftest
from tools.board import AttachedBoard, Trouble, arguments, choose, run
from tools.slots import Slots

FLEET = ROOT / "fleet"
NEEDS_KB, NEEDS_KB_64 = 440, 600
"""With words of 32 and 64 bits; docs/memory.md says what a running program takes."""
PSRAM_KB = 1024  # without it no ESP32 has so much
OWN = ("boot.py", "main.py", "bus.json", "bus.last.json", "policy.json", "slot", "a", "b")
"""Names that are taken at the root of a board."""


def settings(name: str) -> bytes:
    """fleet/<name>.json, as it is to stand on the board. Trouble names every fault in it."""
    path = FLEET / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in FLEET.glob("*.json")))
        raise Trouble(
            f"fleet/{name}.json does not exist. "
            + (f"These buses are there: {known}. " if known else "")
            + "For a new bus copy bus.example.json to it."
        )
    try:
        text, config = settings_file.read(path)
    except ValueError as error:
        raise Trouble(f"{error}\nNothing was sent to the board: mend the file first.") from error
    for key in ("fleet", "bus"):
        if config[key] == "unconfigured":
            raise Trouble(f"fleet/{name}.json: {key} is missing; the city could not tell the bus.")
    certificate(text)
    return text


def certificate(config: bytes) -> list[tuple[str, bytes]]:
    """The file that broker.ca names, from fleet/; without it the bus could verify no broker."""
    name = parse(config)[0]["broker"]["ca"].lstrip("/")
    if not name:
        return []
    if "/" in name or name in OWN:
        raise Trouble(f"broker.ca: {name} has to be a plain file name, such as city.pem.")
    try:
        return [(name, (FLEET / name).read_bytes())]
    except OSError as error:
        raise Trouble(f"broker.ca: fleet/{name} cannot be read: {error.strerror}.") from error


def table_of(config: bytes) -> dict:
    """This bus's board, as drivers/board/tables.py has it."""
    return BOARDS[parse(config)[0]["board"]]


def kept_high(table: dict) -> int:
    """The pin that has to be high from the start; 0: none."""
    return table["on_board"][table["high"][0]] if table["high"] else 0


def check_memory(board: AttachedBoard, table: dict) -> None:
    """Trouble if the program would not start there, or if PSRAM uses pins of this wiring."""
    _, free, largest = board.ask(
        "(__import__('gc').collect(), __import__('gc').mem_free(), __import__('sys').maxsize)"
    )
    needs_kb = NEEDS_KB if largest < 2**32 else NEEDS_KB_64
    if free < needs_kb * 1024:
        raise Trouble(
            f"This board has {free // 1024} KB of memory for programs, and Busguard needs "
            f"{needs_kb}. Take a board with PSRAM, flashed with MicroPython's file for it "
            "(ESP32_GENERIC-SPIRAM); docs/memory.md has what else can be done."
        )
    if free > PSRAM_KB * 1024 and not table["psram"]:
        with_psram = " or ".join(name for name in BOARDS if BOARDS[name]["psram"])
        raise Trouble(
            "This board has PSRAM, which uses GPIO16 and 17, and bus.json has the table of "
            f"another one, the {table['name']}: board has to be {with_psram}."
        )


def examine(board: AttachedBoard) -> int:
    """-> sys.implementation._mpy. Trouble if this board cannot keep a journal."""
    mpy = board.ask("__import__('sys').implementation._mpy")
    found = board.ask(
        "len(__import__('esp32').Partition.find("
        "__import__('esp32').Partition.TYPE_DATA, label='journal'))"
    )
    if not found:
        raise Trouble("This board has no journal partition. `make firmware` makes one.")
    return mpy


def deploy(board: AttachedBoard, config: bytes, console: Console) -> None:
    """board: stopped. Leaves it so that the next start runs the new code."""
    table = table_of(config)
    mpy = examine(board)
    check_memory(board, table)
    with console.status("The program is compiled for this board ..."):
        files = slot(build(mpy))
    slots = Slots(board)
    total = sum(len(data) for data in files.values())
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(f"slot {slots.idle}", total=total)
        for told in slots.fill(files, lambda n: progress.advance(bar, n)):
            progress.update(bar, description=told)
        progress.update(bar, description=f"slot {slots.idle}", completed=total)
    console.print(
        f"{total:,} bytes in slot {slots.idle}: {slots.sent:,} sent, {slots.copied:,} copied on "
        f"the board, {total - slots.sent - slots.copied:,} were there; all proven by SHA-256."
    )
    boot = (ROOT / "boot.py").read_bytes()
    for path, data in (("boot.py", boot), *certificate(config), ("bus.json", config)):
        if slots.hash("/" + path) != sha256(data):
            slots.place("/" + path, data)
            console.print(f"{path} is new.")
    slots.switch(kept_high(table))


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--bus", required=True, help="name of the file in fleet/, without .json")
    options = parser.parse_args()
    console = Console()
    config = settings(Path(options.bus).name.removesuffix(".json"))
    with AttachedBoard(choose(options.port)) as board:
        board.stop()
        board.feed()
        try:
            deploy(board, config, console)
        except (Trouble, CannotCompile):
            with contextlib.suppress(Trouble):
                board.restart()  # with its old code: it watches the children again at once
            raise
        board.restart()
        return 0 if selftest.show(selftest.wait(board, console), console) else 1


if __name__ == "__main__":
    run(main)
