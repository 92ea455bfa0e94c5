"""Shows what a running board says on its console, with the time; Ctrl-C does not stop the bus.

It begins with what the bus is doing now: a `?` on the console asks for that, and stops nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime

from rich.console import Console

from sim import wording
from tools.board import AttachedBoard, arguments, choose, run

STYLES = {"alarm": "bold red", "warning": "yellow", "info": "green", "selftest": "cyan"}


ANSWER_S = 3.0  # a parked bus looks once a second
NO_ANSWER = (
    "The bus does not say what it is doing: it is starting, it sleeps (turn the ignition on), "
    "its code is older than this tool, it has no program yet (make deploy BUS=...), or it is "
    "stopped at a prompt."
)


def present(board: AttachedBoard) -> Iterator[str]:
    """What the bus is doing, within a second or so; before it, what it says by itself."""
    board.ask_now()
    for line in board.lines(ANSWER_S):
        yield wording.console_line(line)
        if line.startswith(wording.NOW):
            return
    yield NO_ANSWER


def main() -> int:
    options = arguments(__doc__).parse_args()
    console = Console()
    with AttachedBoard(choose(options.port)) as board:
        print(f"Listening at {board.port}. Ctrl-C ends this; the bus goes on.", file=sys.stderr)
        try:
            for line in present(board):
                console.print(line, style="bold", markup=False, highlight=False)
            for line in board.lines(None):
                style = STYLES.get(line.split(" ", 1)[0])
                now = datetime.now().strftime("%H:%M:%S")
                said = wording.console_line(line)
                console.print(f"{now}  {said}", style=style, markup=False, highlight=False)
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    run(main)
