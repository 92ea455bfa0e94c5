"""Erases a board altogether: program, settings, and the journal with all that it has seen."""

from __future__ import annotations

from esptool import FatalError, cmds
from rich.prompt import Prompt

from tools.board import Trouble, arguments, choose, run
from tools.firmware import connect

WORD = "ERASE"


def main() -> int:
    port = choose(arguments(__doc__).parse_args().port)
    print(f"This erases the board at {port}, the journal too. After an accident it is evidence:")
    print("take it first, with `make pull`.")
    try:
        typed = Prompt.ask(f"Type {WORD} to go on")
    except KeyboardInterrupt:
        typed = ""
        print()
    if typed != WORD:
        print("Nothing was erased.")
        return 1
    esp = connect(port)
    try:
        cmds.erase_flash(esp)
    except FatalError as error:
        raise Trouble(f"Erasing broke off: {error}. Run it again.") from error
    cmds.reset_chip(esp, "hard-reset")
    esp._port.close()
    print("The board is empty. Next: make firmware BIN=...")
    return 0


if __name__ == "__main__":
    run(main, "The flash may be half erased: `make erase` again, then `make firmware`.")
