"""Restarts a board and shows how each of its parts is: python -m tools.selftest"""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.table import Table

from sim import wording
from tools.board import AttachedBoard, Trouble, arguments, choose, run
from tools.slots import Slots

WAIT_S = 120  # the firmware gives the broker up after 60 s
_HOPELESS = 5  # crashes: the code before and the safe mode have had their turn
MARK = "selftest "
SIGNS = {True: "[green]ok[/green]", False: "[red]FAILS[/red]", None: "[yellow]?[/yellow]"}
STARTS = {
    "normal": "",
    "previous": "The new code crashed three times: the code before it runs again.",
    "safe": "Safe mode: the code crashed three times. Policy and optional parts stay unused.",
}


def wait(board: AttachedBoard, console: Console, seconds: float = WAIT_S) -> dict[str, Any]:
    """The report after a restart. What else the console says meanwhile is shown in grey."""
    crashes = 0
    with console.status("The board starts and tests its parts and its way to the broker ..."):
        for line in board.lines(seconds):
            if line.startswith(MARK):
                try:
                    return json.loads(line[len(MARK) :])
                except ValueError:
                    raise Trouble(f"The self-test cannot be read: {line}") from None
            if line.startswith("The program has crashed"):
                crashes += 1
                if crashes == _HOPELESS:
                    break
            if line.strip():
                said = wording.console_line(line)
                console.print(said, style="dim", markup=False, highlight=False)
    if crashes:
        raise Trouble("The program crashes on this board; its last words stand above.")
    raise Trouble(f"No self-test came within {seconds:.0f} s. `make logs` shows what it says.")


def check_program(board: AttachedBoard) -> None:
    """Trouble if no slot of a stopped board holds a program: nothing would ever answer."""
    if not Slots(board).running and not board.ask("'main.py' in __import__('os').listdir('/')"):
        raise Trouble("There is no program on this board: make deploy BUS=...")


def show(report: dict[str, Any], console: Console) -> bool:
    """-> bool: nothing fails."""
    table = Table(title=f"{report['bus']}, firmware {report['fw']}, start {report['boot']}")
    for column in ("part", "", "what it says"):
        table.add_column(column)
    for name, ok, text in report["parts"]:
        table.add_row(name, SIGNS[ok], text)
    console.print(table)
    told = STARTS[report["start"]]
    if told:
        console.print(told, style="red")
    failing = [name for name, ok, _ in report["parts"] if ok is False]
    if failing:
        console.print(f"Not all is well: {', '.join(failing)}.", style="red")
    return not failing and report["start"] == "normal"


def main() -> int:
    options = arguments(__doc__).parse_args()
    console = Console()
    with AttachedBoard(choose(options.port)) as board:
        board.stop()
        check_program(board)
        board.restart()
        return 0 if show(wait(board, console), console) else 1


if __name__ == "__main__":
    run(main)
