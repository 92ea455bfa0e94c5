"""Shows what a running board says on its console, with the time; Ctrl-C does not stop the bus."""

from __future__ import annotations

import sys
from datetime import datetime

from rich.console import Console

from sim import wording
from tools.board import AttachedBoard, arguments, choose, run

STYLES = {"alarm": "bold red", "warning": "yellow", "info": "green", "selftest": "cyan"}


def main() -> int:
    options = arguments(__doc__).parse_args()
    console = Console()
    with AttachedBoard(choose(options.port)) as board:
        print(f"Listening at {board.port}. Ctrl-C ends this; the bus goes on.", file=sys.stderr)
        try:
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
