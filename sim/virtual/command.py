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

from firmware import identity as identity_file
from firmware.config.load import parse
from firmware.identity import Identity
from sim.bus import settings_file
from sim.live.morning import broker_at, subscribed
from sim.live.run import Stop
from sim.network.proxy import HOST, Proxy
from sim.virtual.arguments import HEAP_KB, PSRAM_HEAP_KB, WIFI
from sim.virtual.board import VirtualBoard
from sim.virtual.harness import Harness
from sim.virtual.image import FlashImage
from sim.virtual.install import every_sensor, install
from sim.virtual.morning import Morning, prepare
from sim.virtual.run import Runner
from sim.wires.flash import TEARS
from sim.world.day import school_morning
from sim.world.world import Script, World

_CUT_AFTER_S = (20.0, 100.0)  # of the board's time
_MORNING_CUT_AFTER_S = (120.0, 600.0)  # three in five minutes are a crash loop
_DRAIN_S, _DRAIN_MINUTES = 30.0, 1.5  # at least; positions wait for up to a minute to be sent
_WALK_AFTER_MS, _PRESS_MS = 30_000, 1000
_NO_WRITE_S = 20.0  # if nothing is written for so long, the power is cut without a write


class Cuts:
    """Cuts the power at random moments: at one of the next writes to the flash, or without one."""

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
            _tell("The power was cut while the flash was being written.")
        elif self._now_s() < self._due_s:
            return
        elif not self._armed:
            self._armed = True
            self._due_s += _NO_WRITE_S
            tear = self._rng.randrange(len(TEARS))
            self._runner.board.image.cut(after=self._rng.randrange(8), tear=tear)
            return
        else:
            _tell("The power was cut.")
            self._runner.power_cut()
        self.count += 1
        self._runner.power_on()
        self._plan()


def greeting(flash: Path, path: str, config: dict[str, Any], bus: str = "bus-07") -> list[str]:
    """What a newcomer has to know to go on. config: what is fitted, as bus.json says it."""
    wifi = {key: config["wifi"][key] for key in WIFI}
    known = f'"wifi": {json.dumps(wifi)}' if wifi == WIFI else "the one of the file of --bus"
    finds = f"The Wi-Fi that it finds: {known}"
    if "wifi" not in config["radios"]:
        finds = "It finds no Wi-Fi: its modem has a network"
    return [
        f"A board with {flash} as its flash is on {path}",
        f"Connect to it with: mpremote connect {path} repl    (Ctrl-C here ends the board)",
        f"It gets the program from another terminal: make deploy BUS={bus} PORT={path}",
        f"Board: {config['board']}. {finds}",
    ]


def run(args: argparse.Namespace) -> int:
    """Until Ctrl-C, or the morning's end. Exit status 2 with a sentence: the VM, the image, the
    settings or the broker cannot be used; 1: the city lacks a record of the morning; 130: Ctrl-C
    broke the start or the delivery off."""
    with ExitStack() as stack:
        return _run(args, stack)


def _run(args: argparse.Namespace, stack: ExitStack) -> int:
    stop = stack.enter_context(Stop())
    _tell("Starting the virtual board, some seconds ...")
    seed = random.SystemRandom().getrandbits(31) if args.seed is None else int(args.seed)
    try:
        config = fitted(args.bus)
        seats = config["seats"]["count"]
        world = school_morning(seed=seed, seats=seats) if args.morning else standing(args, seats)
        image = FlashImage(args.flash)
        stack.callback(image.close)
        board = VirtualBoard(image, lambda clock: Harness(world, config, clock), int(args.speed))
        identity = None
        if args.identity is not None:
            content = args.identity.read_bytes()
            identity = identity_file.read(content)
            install(image, {identity_file.FILE: content})
        morning = _morning(args, board, stack, identity) if args.morning else None
        heap_kb = int(args.heap or (PSRAM_HEAP_KB if board.harness.has_psram else HEAP_KB))
        runner = Runner(board, heap_kb * 1024, _tell)
        stack.callback(runner.close)
    except (OSError, ValueError, LookupError) as error:
        print(f"python -m sim board: {str(error).rstrip('.')}.", file=sys.stderr)
        return 2
    path = runner.console.user.path
    named = {} if args.bus is None else {"bus": config["bus"]}
    print(*greeting(args.flash, path, config, **named), sep="\n", flush=True)
    if args.morning or args.cut:
        print(f"This morning again: --seed {seed}" if args.morning else f"Seed: {seed}", flush=True)
    if morning is not None:
        runner.console.on_output = morning.read
    runner.power_on()
    after_s = _CUT_AFTER_S if morning is None else _MORNING_CUT_AFTER_S
    cuts = Cuts(runner, random.Random(seed), after_s) if args.cut else None
    stop.runs = True
    if morning is None:
        _drive(runner, cuts, lambda: stop.asked)
        return 0
    _drive(runner, cuts, lambda: stop.asked or morning.minutes >= args.minutes, morning)
    return _give_account(runner, cuts, morning, stop)


def _drive(
    runner: Runner, cuts: Cuts | None, ended: Callable[[], bool], morning: Morning | None = None
) -> None:
    while not ended():
        runner.step()
        if morning is not None:
            morning.step()
        if cuts is not None:
            cuts.step()


def _morning(
    args: argparse.Namespace, board: VirtualBoard, stack: ExitStack, identity: Identity | None
) -> Morning:
    """OSError with a sentence: no broker answers."""
    bus = every_sensor() if args.bus is None else json.loads(args.bus.read_bytes())
    if "fleet" not in bus or "bus" not in bus:
        raise ValueError(f"{args.bus}: fleet and bus are needed, the names of the city's topics")
    host, port, what = stack.enter_context(broker_at(args.broker))
    subscriber = stack.enter_context(subscribed(host, port, bus["fleet"]))
    _tell(f"MQTT broker: {what}.")
    _tell("The program is compiled and put onto the flash, half a minute at most ...")
    proxy = stack.enter_context(Proxy(host, port))
    bus = prepare(board.image, bus, (HOST, proxy.port))
    return Morning(board, bus, subscriber, _tell, proxy, identity)


def _give_account(runner: Runner, cuts: Cuts | None, morning: Morning, stop: Stop) -> int:
    """What the bus still holds is delivered first, for a bounded time."""
    stop.asked = False
    _tell("The bus delivers what it still holds. Ctrl-C ends the wait.")
    end_s, end_minutes = time.monotonic() + _DRAIN_S, morning.minutes + _DRAIN_MINUTES
    seen_s = 0.0

    def ended() -> bool:
        nonlocal seen_s
        now_s = time.monotonic()
        if stop.asked or (now_s >= end_s and morning.minutes >= end_minutes):
            return True
        if now_s - seen_s < 0.5:
            return False
        seen_s = now_s
        return morning.missing() == 0

    _drive(runner, cuts, ended, morning)
    print(*morning.summary(), sep="\n", flush=True)
    if cuts is not None:
        _tell(f"  cuts of the power                    {cuts.count:7}")
    try:
        morning.check()
    except AssertionError as error:
        _tell(f"Wrong: {error}")
        return 1
    if morning.missing() and stop.asked:
        _tell("You ended the delivery: what is missing is still in the board's journal.")
        return 130
    return 1 if morning.missing() or not morning.city else 0


def standing(args: argparse.Namespace, seats: int) -> World:
    """A bus that nobody drives. Its day is today: a station would call an older one silent."""
    world = World(utc_ms=time.time_ns() // 1_000_000, seats=seats)
    if args.walk:
        world.run(_walk(world))
    return world


def _walk(world: World) -> Script:
    yield _WALK_AFTER_MS
    world.check_button_pressed = True
    yield _PRESS_MS
    world.check_button_pressed = False


def fitted(path: Path | None) -> dict[str, Any]:
    """What bus.json says is fitted, or everything. ValueError names what is wrong in it."""
    if path is None:
        return parse(json.dumps(every_sensor()))[0]
    return settings_file.read(path)[1]


def _tell(what: str) -> None:
    print(what, flush=True)
