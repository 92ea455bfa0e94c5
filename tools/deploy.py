"""Puts the program and its settings onto a board: python -m tools.deploy --bus bus-07

The settings come from fleet/<bus>.json, the identity from fleet/<bus>.identity.json. The code is
compiled from this tree, or that of a release. It goes into the slot that does not run, is proven by
its SHA-256, and takes over with one rename; if anything breaks before that, the bus keeps the code
that it had. The journal is not touched, except if the board becomes another bus
(tools/new_name.py).
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from drivers.board.tables import NAMES, table
from firmware.config.load import parse
from firmware.identity import FILE
from sim.program import release as releases
from sim.program.compiled import ROOT, CannotCompile, architecture, build, sha256
from sim.program.pack import slot
from tools import fleet, new_name, selftest
from tools.board import AttachedBoard, Trouble, arguments, chip_id, choose, examine, run
from tools.chips import CHIPS
from tools.slots import Slots

NEEDS_KB, NEEDS_KB_64 = 480, 600
"""With words of 32 and 64 bits; docs/memory.md says what a running program takes."""
PSRAM_KB = 1024  # without it no ESP32 has so much
HAS_PIN = """
from machine import Pin
def has_pin(number):
    try:
        Pin(number)
    except ValueError:
        return False
    return True
"""


def table_of(config: bytes) -> dict:
    """This bus's board, as drivers/board/tables.py has it."""
    return table(parse(config)[0]["board"])


def kept_high(board: dict) -> int:
    """The pin that has to be high from the start; 0: none."""
    return board["on_board"][board["high"][0]] if board["high"] else 0


def check_chip(board: AttachedBoard, own: dict) -> None:
    """Trouble if the chip is not that of the table: each has pins that the other one lacks."""
    board.run(HAS_PIN)
    there = board.ask("(has_pin(23), has_pin(47))")
    chip = {(True, False): "esp32", (False, True): "esp32s3"}.get(there)
    if chip == own["chip"]:
        return
    if chip is None:
        machine = board.ask("__import__('sys').implementation._machine")
        raise Trouble(
            f"Busguard's boards have an ESP32 or an ESP32-S3; this one says that it is: {machine}."
        )
    fitting = " or ".join(name for name in NAMES if table(name)["chip"] == chip)
    raise Trouble(
        f"This board has an {CHIPS[chip].name}, and bus.json has the table of a board with an "
        f"{CHIPS[own['chip']].name}, the {own['name']}: board has to be {fitting}."
    )


def check_memory(board: AttachedBoard, own: dict) -> None:
    """Trouble if the program would not start there, or if PSRAM uses pins of this wiring."""
    _, free, largest = board.ask(
        "(__import__('gc').collect(), __import__('gc').mem_free(), __import__('sys').maxsize)"
    )
    needs_kb = NEEDS_KB if largest < 2**32 else NEEDS_KB_64
    if free < needs_kb * 1024:
        raise Trouble(
            f"This board has {free // 1024} KB of memory for programs, and Busguard needs "
            f"{needs_kb}. Take a board with PSRAM, flashed with MicroPython's file for it "
            f"({CHIPS[own['chip']].file}); docs/memory.md has what else can be done."
        )
    if free > PSRAM_KB * 1024 and not own["psram"]:
        with_psram = " or ".join(
            name for name in NAMES if table(name)["psram"] and table(name)["chip"] == own["chip"]
        )
        raise Trouble(
            "This board has PSRAM, which uses GPIO16 and 17, and bus.json has the table of "
            f"another one, the {own['name']}: board has to be {with_psram}."
        )


def check_identity(config: dict, identity: bytes | None, owner: new_name.Owner) -> None:
    """Trouble if the bus would have no identity for TLS. One that the board has already is kept."""
    broker, bus = config["broker"], config["bus"]
    has_own = owner.serial and owner.names[0] == f"{config['fleet']}/{bus}"
    if broker["host"] and broker["tls"] and not identity and not has_own:
        raise Trouble(
            f"{bus} has no identity, and TLS needs one: make enrol BUS={bus} first. Without TLS, "
            'everybody on the way can read along; if that is meant, say "tls": false in the broker '
            f"of fleet/{bus}.json."
        )


def code_for(mpy: int, name: str, release: Path | None) -> dict[str, bytes]:
    """The files of a slot: compiled from this tree, or those of a release with what makes the bus
    know it. name: the board's table. Trouble."""
    if release is None:
        return slot(build(mpy))
    public = fleet.release_keys()
    if not public:
        raise Trouble("fleet/release.pub is missing: without it no release can be verified.")
    try:
        files = releases.opened(release, public).get(architecture(mpy) or "")
    except ValueError as error:
        raise Trouble(str(error)) from error
    if files is not None:
        signed = files.pop(releases.MANIFEST)
        told = json.loads(signed)
        if told["mpy"] == [mpy & 0xFF, mpy >> 8 & 3] and name in told["boards"]:
            return {**files, "signed": signed}
    raise Trouble(f"{release} has no program for this board ({name}) and its MicroPython.")


def deploy(
    board: AttachedBoard,
    text: bytes,
    console: Console,
    identity: bytes | None = None,
    may_rename: bool = False,
    release: Path | None = None,
) -> None:
    """board: stopped. text: of bus.json. Leaves it so that the next start runs the new code."""
    own, config = table_of(text), parse(text)[0]
    mpy = examine(board)
    check_chip(board, own)
    check_memory(board, own)
    name, owner = f"{config['fleet']}/{config['bus']}", new_name.Owner(board)
    check_identity(config, identity, owner)
    is_other = not owner.is_new and not owner.is_only(name)
    if is_other:
        old = owner.other(name)
        new_name.confirm(board.port, old, name, may_rename)
        new_name.take_journal(board, old, console)
    with console.status("The program is compiled for this board ..."):
        files = code_for(mpy, config["board"], release)
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
    if is_other:
        new_name.forget(board)
        console.print(f"The board has forgotten that it was {old}.")
        slots.send_functions()
    at_root = {"boot.py": (ROOT / "boot.py").read_bytes(), FILE: identity, "bus.json": text}
    at_root["release.pub"] = "".join(f"{key}\n" for key in fleet.release_keys()).encode() or None
    for path, data in at_root.items():
        if data is not None and slots.hash("/" + path) != sha256(data):
            slots.place("/" + path, data)
            console.print(f"{path} is new.")
    slots.switch(kept_high(own))


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--bus", required=True, help="name of the file in fleet/, without .json")
    parser.add_argument("--rename", action="store_true", help="the board may become another bus; "
                        "nobody is asked")  # fmt: skip
    parser.add_argument("--release", type=Path, help="a release; else the program is compiled")
    options = parser.parse_args()
    console = Console()
    bus = Path(options.bus).name.removesuffix(".json")
    text, config = fleet.settings(bus)
    identity = fleet.identity(bus, config)
    with AttachedBoard(choose(options.port)) as board:
        board.stop()
        board.feed()
        try:
            chip = chip_id(board)
            if identity:
                fleet.refuse_second_board(bus, identity, chip)
            deploy(board, text, console, identity, options.rename, options.release)
        except (Trouble, CannotCompile):
            with contextlib.suppress(Trouble):
                board.restart()  # with its old code: it watches the children again at once
            raise
        if identity:
            fleet.note_board(bus, identity, chip)
        board.restart()
        return 0 if selftest.show(selftest.wait(board, console), console) else 1


if __name__ == "__main__":
    run(main)
