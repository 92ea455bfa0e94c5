"""python -m sim board: the command line of the virtual board."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from firmware.config import defaults, load
from sim.live import Stop
from sim.virtual.board import VirtualBoard
from sim.virtual.harness import Harness
from sim.virtual.image import Image
from sim.virtual.run import Runner
from sim.world import World


def add_arguments(command: argparse.ArgumentParser, number) -> None:
    """number: the argument type of sim/__main__.py."""
    command.add_argument(
        "--flash", type=Path, default=Path("board.img"), metavar="FILE",
        help="the flash, 4 MiB; made if it is missing (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--bus", type=Path, metavar="FILE",
        help="a bus.json that says which board it is and what is fitted (default: devkit with "
        "40 seats on expanders and every sensor)",
    )  # fmt: skip
    command.add_argument(
        "--heap", type=number(64, 65536, int), default=160, metavar="KB",
        help="how much memory programs get (default: %(default)s; objects take twice the room "
        "they take on an ESP32, so 160 here is about 100 there)",
    )  # fmt: skip
    command.add_argument(
        "--speed", type=number(1, 1000, int), default=1, metavar="X",
        help="while the board sleeps, time passes so many times faster (default: %(default)s)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Until Ctrl-C. Exit status 2 with a sentence: there is no VM, or no such image."""
    try:
        config = fitted(args.bus)
        world = World(seats=config["seats"]["count"])
        image = Image(args.flash)
        board = VirtualBoard(image, lambda clock: Harness(world, config, clock), int(args.speed))
        runner = Runner(board, int(args.heap) * 1024, _tell)
    except (OSError, ValueError, LookupError) as error:
        print(f"python -m sim board: {error}.", file=sys.stderr)
        return 2
    path = runner.console.user.path
    print(
        f"A board with {args.flash} as its flash is on {path}\n"
        f"Connect with: mpremote connect {path} repl    (Ctrl-C here ends the board)",
        flush=True,
    )
    with Stop() as stop:
        runner.power_on()
        try:
            while not stop.asked:
                runner.step()
        finally:
            runner.close()
            image.close()
    return 0


def fitted(path: Path | None) -> dict[str, Any]:
    """The harness that bus.json asks for, or a full one. ValueError names what is wrong in it."""
    if path is None:
        config = defaults()
        for part in ("readback", "accelerometer", "cabin"):
            config[part]["fitted"] = True
        return config
    config, errors = load(str(path))
    if errors:
        raise ValueError("; ".join(str(error).rstrip(".") for error in errors))
    return config


def _tell(what: str) -> None:
    print(what, flush=True)
