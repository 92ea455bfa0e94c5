"""Puts the program and its settings onto a board: python -m tools.deploy --bus bus-07

The settings come from fleet/<bus>.json. The code goes into the slot that does not run, is
proven file by file, and takes over with one rename; if anything breaks before that, the bus
goes on with the code it had. The journal is never touched.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from drivers.boards import BOARDS
from firmware.config import load, parse
from tools import selftest
from tools.board import Board, Trouble, arguments, choose, run
from tools.compiled import ROOT, build, sha256
from tools.slots import Slots

FLEET = ROOT / "fleet"
OWN = ("boot.py", "main.py", "bus.json", "policy.json", "slot", "a", "b")
"""What has a meaning of its own on a board."""


def settings(name: str) -> bytes:
    """fleet/<name>.json, as it is to stand on the board. Trouble names every fault in it."""
    path = FLEET / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in FLEET.glob("*.json"))) or "none yet"
        raise Trouble(
            f"fleet/{name}.json does not exist; copy bus.example.json to it. There are: {known}."
        )
    config, errors = load(str(path))
    if errors:
        raise Trouble("\n".join(str(error) for error in errors))
    for key in ("fleet", "bus"):
        if config[key] == "unconfigured":
            raise Trouble(f"fleet/{name}.json: {key} is missing; the city could not tell the bus.")
    text = path.read_bytes()
    certificate(text)
    return text


def certificate(config: bytes) -> list[tuple[str, bytes]]:
    """The file that broker.ca names, from fleet/; without it the bus would speak to no broker."""
    name = parse(config)[0]["broker"]["ca"].lstrip("/")
    if not name:
        return []
    if "/" in name or name in OWN:
        raise Trouble(f"broker.ca: {name} has to be a plain file name, such as city.pem.")
    try:
        return [(name, (FLEET / name).read_bytes())]
    except OSError as error:
        raise Trouble(f"broker.ca: fleet/{name} cannot be read: {error.strerror}.") from error


def kept_high(config: bytes) -> int:
    """The pin that has to be high from the start on this bus's board; 0: none."""
    board = BOARDS[parse(config)[0]["board"]]
    return board["on_board"][board["high"][0]] if board["high"] else 0


def examine(board: Board) -> int:
    """-> sys.implementation._mpy. Trouble if this board cannot keep a journal."""
    mpy = board.ask("__import__('sys').implementation._mpy")
    found = board.ask(
        "len(__import__('esp32').Partition.find("
        "__import__('esp32').Partition.TYPE_DATA, label='journal'))"
    )
    if not found:
        raise Trouble("This board has no journal partition. `make firmware` makes one.")
    return mpy


def deploy(board: Board, config: bytes, console: Console) -> None:
    """board: stopped. Leaves it so that the next start runs the new code."""
    mpy = examine(board)
    files = build(mpy)
    slots = Slots(board)
    total = sum(len(data) for data in files.values())
    done = {"sent": 0, "kept": 0}
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(f"slot {slots.idle}", total=total)
        for told in slots.fill(files, lambda n: progress.advance(bar, n)):
            word = told.split(" ", 1)[0]
            if word in done:
                done[word] += 1
                progress.update(bar, description=told)
        progress.update(bar, description=f"slot {slots.idle}", completed=total)
    console.print(
        f"{len(files)} files in slot {slots.idle}: {done['sent']} sent, {done['kept']} copied on "
        f"the board, {len(files) - done['sent'] - done['kept']} were there; all proven by SHA-256."
    )
    boot = (ROOT / "boot.py").read_bytes()
    for path, data in (("boot.py", boot), *certificate(config), ("bus.json", config)):
        if slots.hash("/" + path) != sha256(data):
            slots.place("/" + path, data)
            console.print(f"{path} is new.")
    slots.switch(kept_high(config))


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--bus", required=True, help="name of the file in fleet/, without .json")
    options = parser.parse_args()
    console = Console()
    config = settings(Path(options.bus).name.removesuffix(".json"))
    with Board(choose(options.port)) as board:
        board.stop()
        board.feed()
        deploy(board, config, console)
        board.restart()
        return 0 if selftest.show(selftest.wait(board, console), console) else 1


if __name__ == "__main__":
    run(main)
