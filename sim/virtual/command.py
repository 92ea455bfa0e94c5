"""python -m sim board: the command line of the virtual board."""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import Any

from firmware.config import defaults, load
from sim.day import school_morning
from sim.flash import TEARS
from sim.live import Stop
from sim.virtual.board import VirtualBoard
from sim.virtual.harness import Harness
from sim.virtual.image import Image
from sim.virtual.run import Runner
from sim.world import World

_CUT_AFTER_S = (20.0, 100.0)
_NO_WRITE_S = 5.0  # nothing is written for so long, and it is cut all the same


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
    command.add_argument(
        "--morning", action="store_true",
        help="drive a school morning of Laem Chabang with it (default: the bus stands)",
    )  # fmt: skip
    command.add_argument(
        "--cut", action="store_true",
        help="cut the power at random, about once a minute, in the middle of writing to the flash",
    )  # fmt: skip
    command.add_argument(
        "--seed", type=number(0, 2**31 - 1, int), metavar="N",
        help="of the morning and the cuts (default: by chance; it is printed)",
    )  # fmt: skip


class Cuts:
    """Cuts of the power by the dice: at one of the next writes to the flash, or without one."""

    def __init__(self, runner: Runner, image: Image, rng: random.Random):
        self._runner = runner
        self._image = image
        self._rng = rng
        self._plan()

    def _plan(self) -> None:
        self._due_s = time.monotonic() + self._rng.uniform(*_CUT_AFTER_S)
        self._armed = False

    def step(self) -> None:
        """Call it between the steps of the runner."""
        if self._armed and self._runner.pid is None:
            _tell("the power was cut while the flash was written")
        elif time.monotonic() < self._due_s:
            return
        elif not self._armed:
            self._armed = True
            self._due_s += _NO_WRITE_S
            tear = self._rng.randrange(len(TEARS))
            self._image.cut(after=self._rng.randrange(8), tear=tear)
            return
        else:
            _tell("the power was cut")
            self._runner.power_cut()
        self._runner.power_on()
        self._plan()


def run(args: argparse.Namespace) -> int:
    """Until Ctrl-C. Exit status 2 with a sentence: there is no VM, or no such image."""
    seed = random.SystemRandom().getrandbits(31) if args.seed is None else int(args.seed)
    try:
        config = fitted(args.bus)
        seats = config["seats"]["count"]
        world = school_morning(seed=seed, seats=seats) if args.morning else World(seats=seats)
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
    if args.morning or args.cut:
        print(f"Seed: {seed}", flush=True)
    with Stop() as stop:
        runner.power_on()
        cuts = Cuts(runner, image, random.Random(seed)) if args.cut else None
        try:
            while not stop.asked:
                runner.step()
                if cuts is not None:
                    cuts.step()
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
