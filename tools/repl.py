"""A prompt on the board, by mpremote. The bus is stopped meanwhile, for 15 minutes at most.

Ctrl-] or Ctrl-X leaves it; then the board is started again.
"""

from __future__ import annotations

import subprocess
import sys

from tools.board import AttachedBoard, arguments, choose, run

QUARTER_MS = 900_000


def main() -> int:
    port = choose(arguments(__doc__).parse_args().port)
    with AttachedBoard(port) as board:
        board.stop()
        board.run(f"import machine; machine.WDT(timeout={QUARTER_MS}).feed()")
        board.leave()
    print("The bus is stopped and watches nothing. It starts again by itself in 15 minutes.")
    mpremote = [sys.executable, "-m", "mpremote", "connect", port, "resume"]
    status = subprocess.run([*mpremote, "repl"], check=False).returncode
    with AttachedBoard(port) as board:
        board.stop()
        board.restart()
    return status


if __name__ == "__main__":
    run(main)
