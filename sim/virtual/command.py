"""python -m sim board: the virtual board at the command line (arguments.py)."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from firmware.config.load import load, parse
from sim.live.morning import broker_at, subscribed
from sim.live.run import Stop
from sim.network.proxy import HOST, Proxy
from sim.virtual.arguments import HEAP_KB, PSRAM_HEAP_KB
from sim.virtual.board import VirtualBoard
from sim.virtual.harness import Harness
from sim.virtual.image import Image
from sim.virtual.install import every_sensor
from sim.virtual.morning import Morning, prepare
from sim.virtual.run import Runner
from sim.wires.flash import TEARS
from sim.world.day import school_morning
from sim.world.world import World

_CUT_AFTER_S = (20.0, 100.0)  # of the board's time
_MORNING_CUT_AFTER_S = (120.0, 600.0)  # three in five minutes are a crash loop
_DRAIN_S = 30.0
_NO_WRITE_S = 20.0  # nothing is written for so long, and it is cut all the same


class Cuts:
    """Cuts of the power by the dice: at one of the next writes to the flash, or without one."""

    def __init__(self, runner: Runner, rng: random.Random, after_s: tuple[float, float]):
        """after_s: from one to the next, at least and at most, of the board's time."""
        self._runner = runner
        self._rng = rng
        self._after_s = after_s
        self.count = 0
        self._plan()

    def _now_s(self) -> float:
        return self._runner.board.clock.now_us() / 1e6

    def _plan(self) -> None:
        self._due_s = self._now_s() + self._rng.uniform(*self._after_s)
        self._armed = False

    def step(self) -> None:
        """Call it between the steps of the runner."""
        if self._armed and self._runner.pid is None:
            _tell("the power was cut while the flash was written")
        elif self._now_s() < self._due_s:
            return
        elif not self._armed:
            self._armed = True
            self._due_s += _NO_WRITE_S
            tear = self._rng.randrange(len(TEARS))
            self._runner.board.image.cut(after=self._rng.randrange(8), tear=tear)
            return
        else:
            _tell("the power was cut")
            self._runner.power_cut()
        self.count += 1
        self._runner.power_on()
        self._plan()


def run(args: argparse.Namespace) -> int:
    """Until Ctrl-C, or the morning's end. Exit status 2 with a sentence: there is no VM, no such
    image, no broker; 1: the morning lost a record."""
    with ExitStack() as stack:
        return _run(args, stack)


def _run(args: argparse.Namespace, stack: ExitStack) -> int:
    seed = random.SystemRandom().getrandbits(31) if args.seed is None else int(args.seed)
    try:
        config = fitted(args.bus)
        seats = config["seats"]["count"]
        world = school_morning(seed=seed, seats=seats) if args.morning else World(seats=seats)
        image = Image(args.flash)
        stack.callback(image.close)
        board = VirtualBoard(image, lambda clock: Harness(world, config, clock), int(args.speed))
        morning = _morning(args, board, stack) if args.morning else None
        heap_kb = int(args.heap or (PSRAM_HEAP_KB if board.harness.has_psram else HEAP_KB))
        runner = Runner(board, heap_kb * 1024, _tell)
        stack.callback(runner.close)
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
    stop = stack.enter_context(Stop())
    if morning is not None:
        runner.console.on_output = morning.read
    runner.power_on()
    after_s = _CUT_AFTER_S if morning is None else _MORNING_CUT_AFTER_S
    cuts = Cuts(runner, random.Random(seed), after_s) if args.cut else None
    if morning is None:
        _drive(runner, cuts, lambda: stop.asked)
        return 0
    _drive(runner, cuts, lambda: stop.asked or morning.minutes >= args.minutes, morning)
    return _give_account(runner, cuts, morning)


def _drive(
    runner: Runner, cuts: Cuts | None, ended: Callable[[], bool], morning: Morning | None = None
) -> None:
    while not ended():
        runner.step()
        if morning is not None:
            morning.step()
        if cuts is not None:
            cuts.step()


def _morning(args: argparse.Namespace, board: VirtualBoard, stack: ExitStack) -> Morning:
    """OSError with a sentence: there is no broker."""
    bus = every_sensor() if args.bus is None else json.loads(args.bus.read_bytes())
    if "fleet" not in bus or "bus" not in bus:
        raise ValueError(f"{args.bus}: fleet and bus are needed, the names of the city's topics")
    host, port, what = stack.enter_context(broker_at(args.broker))
    subscriber = stack.enter_context(subscribed(host, port, bus["fleet"]))
    _tell(f"MQTT broker: {what}")
    proxy = stack.enter_context(Proxy(host, port))
    bus = prepare(board.image, bus, (HOST, proxy.port))
    return Morning(board, bus, subscriber, _tell, proxy)


def _give_account(runner: Runner, cuts: Cuts | None, morning: Morning) -> int:
    """What the bus still holds is delivered first, as long as that takes."""
    _tell("The bus delivers what it still holds ...")
    end_s = time.monotonic() + _DRAIN_S
    seen_s = 0.0

    def delivered() -> bool:
        nonlocal seen_s
        now_s = time.monotonic()
        if now_s - seen_s < 0.5:
            return now_s >= end_s
        seen_s = now_s
        return morning.missing() == 0

    _drive(runner, cuts, delivered, morning)
    print(*morning.summary(), sep="\n", flush=True)
    if cuts is not None:
        _tell(f"  cuts of the power                    {cuts.count:7}")
    try:
        morning.check()
    except AssertionError as error:
        _tell(f"Wrong: {error}")
        return 1
    return 1 if morning.missing() or not morning.city else 0


def fitted(path: Path | None) -> dict[str, Any]:
    """The harness that bus.json asks for, or a full one. ValueError names what is wrong in it."""
    config, errors = parse(json.dumps(every_sensor())) if path is None else load(str(path))
    if errors:
        raise ValueError("; ".join(str(error).rstrip(".") for error in errors))
    return config


def _tell(what: str) -> None:
    print(what, flush=True)
