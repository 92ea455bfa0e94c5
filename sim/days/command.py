"""python -m sim board --days: how the days are run, and what is told of them."""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt

from firmware import VERSION
from firmware.config.load import parse
from firmware.identity import FILE as IDENTITY
from firmware.identity import Identity
from sim import wording
from sim.bench.tick import crowded
from sim.bus.city import City
from sim.bus.identities import fields
from sim.days.days import DAY_S, HOUR_S, AtCity, Days, Figures
from sim.days.updates import deployed
from sim.live.morning import broker_at, subscribed
from sim.live.run import Stop
from sim.network.proxy import HOST, Proxy
from sim.progress import Progress
from sim.virtual.board import VirtualBoard
from sim.virtual.harness import Harness
from sim.virtual.image import FlashImage
from sim.virtual.install import every_sensor, install, settings
from sim.virtual.run import Runner
from sim.world.day import school_day, school_morning
from sim.world.world import MISCHIEF, World

MARGIN = 15  # % above the smallest heap that ran
SPEED = 20_000  # while the board sleeps; awake it is as fast as this computer
_LEAST_KB, _MOST_KB, _STEP_KB = 256, 2048, 8
_TRIAL_WAITS_S, _TRIAL_S = 240, 600
_TRIAL_OUTAGE_S = (420.0, 450.0, True)
_RUNS = ((0,), (3,))  # of a school day's four: one in the morning, next day one in the afternoon
_UPDATE_DAY = 2  # Wednesday, or the last one
_WAKE_S = 3600  # a bus that sleeps sends its next state so late
_DRAIN_S, _OFTEN_S = 3900, 60  # of the board's time: what it recorded asleep waits till it wakes
_STRIDE = 8  # requests of the board between two looks at Ctrl-C and the clock


class Broken(Exception):
    """Ctrl-C."""


class Running:
    """The city, and one board after another with a heap of so many KB."""

    def __init__(self, city: AtCity, seed: int, stop: Stop):
        self._city = city
        self.seed = seed
        self._stop = stop

    @contextmanager
    def board(self, world: World, heap_kb: int) -> Iterator[tuple[Runner, Days]]:
        broker = {"host": HOST, "port": self._city.proxy.port, "tls": False}
        bus = {**every_sensor(), "broker": broker, "sleep": {"wake_s": _WAKE_S}}
        own = fields(bus["fleet"], bus["bus"], city_keys=[self._city.key.public])
        config, errors = parse(json.dumps(bus))
        assert not errors, errors
        with tempfile.TemporaryDirectory(prefix="busguard-days-") as folder, ExitStack() as stack:
            image = FlashImage(Path(folder, "board.img"), self.seed)
            stack.callback(image.close)
            install(image, {**deployed(VERSION), **settings(bus, crowded()),
                            IDENTITY: json.dumps(own).encode()})  # fmt: skip
            board = VirtualBoard(image, lambda clock: Harness(world, config, clock), SPEED)
            days: Days | None = None
            runner = Runner(board, heap_kb * 1024, lambda told: days.say(told) if days else None)
            stack.callback(runner.close)
            days = Days(runner, bus, Identity(own), self._city, self.seed)
            stack.callback(days.close)
            runner.power_on()
            yield runner, days

    def until(self, runner: Runner, days: Days, done: Callable[[], bool]) -> bool:
        """-> whether it came so far with nothing wrong. Broken: Ctrl-C."""
        while not days.wrong:
            if self._stop.asked:
                raise Broken
            if done():
                return True
            for _ in range(_STRIDE):
                runner.step()
            days.step()
        return False

    def fits(self, heap_kb: int) -> str:
        """A short trial: parked, a policy with 200 zones in place of one with 200, a drive, an
        outage -> what went wrong, or ""."""
        world = school_morning(seed=self.seed, stands_ms=_TRIAL_WAITS_S * 1000)
        with self.board(world, heap_kb) as (runner, days):
            days.outages.add(*_TRIAL_OUTAGE_S)
            if self.until(runner, days, lambda: days.now_s >= 30):
                days.send_policy()
            self.until(runner, days, lambda: days.now_s >= _TRIAL_S)
            if not days.wrong and days.is_sending:
                return "the policy did not arrive"
            return days.wrong


def smallest(running: Running, tell: Callable[[str], None]) -> int:
    """-> KB, the smallest heap in which the trial ran."""
    low, high = _LEAST_KB // _STEP_KB, _MOST_KB // _STEP_KB  # low fails
    while high - low > 1:
        middle = (low + high) // 2
        wrong = running.fits(middle * _STEP_KB)
        tell(f"  a heap of {middle * _STEP_KB} KB: {wrong or 'it ran'}")
        low, high = (middle, high) if wrong else (low, middle)
    return high * _STEP_KB


def line(number: int, f: Figures) -> str:
    return (
        f"Day {number + 1}: live heap {f.live / 1024:.1f} KB, largest free block "
        f"{f.largest / 1024:.1f} KB, collections {f.collections}, resets {f.starts}; "
        f"records confirmed {f.confirmed}, delivered {f.confirmed - f.lost}, lost {f.lost}; "
        f"ticks {f.ticks}, late {f.late}, the latest by {f.worst_ms} ms; "
        f"outages {f.outages}, policies {f.policies}, updates {f.updates}."
    )


def run(args: argparse.Namespace) -> int:
    """0: nothing was wrong. 1: something was, with a sentence. 2: the VM or the broker cannot be
    used. 130: Ctrl-C."""
    seed = random.SystemRandom().getrandbits(31) if args.seed is None else int(args.seed)
    with ExitStack() as stack:
        stop = stack.enter_context(Stop())
        try:
            return _run(args, stack, stop, seed)
        except (OSError, ValueError) as error:
            print(f"python -m sim board: {str(error).rstrip('.')}.", file=sys.stderr)
            return 2


def _run(args: argparse.Namespace, stack: ExitStack, stop: Stop, seed: int) -> int:
    host, port, what = stack.enter_context(broker_at(args.broker))
    _tell(f"MQTT broker: {what}.")
    fleet = every_sensor()["fleet"]
    proxy = stack.enter_context(Proxy(host, port))
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="busguard-policies")
    client.connect(host, port)
    client.loop_start()
    stack.callback(client.loop_stop)
    stack.callback(client.disconnect)
    city = AtCity(proxy, stack.enter_context(subscribed(host, port, fleet)), client, City())
    _tell(f"The same days again: python -m sim board --days {args.days:g} --seed {seed}")
    stop.runs = True
    running = Running(city, seed, stop)
    try:
        if args.heap is None:
            _tell("The smallest heap that runs is searched for, some minutes:")
            need_kb = smallest(running, _tell)
            heap_kb = need_kb * (100 + MARGIN) // 100
            _tell(f"It needs {need_kb} KB, and gets {MARGIN} % more: {heap_kb} KB.")
        else:
            heap_kb = int(args.heap)
            _tell(f"It gets {heap_kb} KB, as --heap says.")
        return _days(running, float(args.days), heap_kb)
    except Broken:
        _tell("Ended by Ctrl-C.")
        return 130


def _days(running: Running, count: float, heap_kb: int) -> int:
    seats = every_sensor()["seats"]["count"]
    world = school_day(seed=running.seed, seats=seats, habits=MISCHIEF,
days=math.ceil(count), weekends=True, runs=_RUNS)  # fmt: skip
    progress = Progress(round(24 * count), "hours")
    began_s = time.monotonic()
    with running.board(world, heap_kb) as (runner, days):
        number = 0
        try:
            for number in range(math.ceil(count)):
                days.begin(number, number == min(_UPDATE_DAY, math.ceil(count) - 1))
                end_s = min(number + 1, count) * DAY_S

                def done(end_s: float = end_s) -> bool:
                    progress.show(int(days.now_s // HOUR_S))
                    return days.now_s >= end_s

                running.until(runner, days, done)
                running.until(runner, days, _delivered(days, end_s))
                progress.clear()
                wrong = _account(number, days)
                if wrong:
                    _tell(f"Wrong on day {number + 1}, after {days.now_s / HOUR_S:.1f} h: {wrong}")
                    _tell(*[f"  {text}" for text in days.lines[-12:]])
                    return 1
        except Broken:
            progress.clear()
            _account(number, days)
            raise
    took_s = time.monotonic() - began_s
    _tell(f"{count:g} days in {wording.duration(took_s)}: no reset, no MemoryError, nothing lost.")
    return 0


def _delivered(days: Days, end_s: float) -> Callable[[], bool]:
    """Asks now and then only: it reads the whole journal."""
    asked_s = 0.0

    def asked() -> bool:
        nonlocal asked_s
        if days.now_s < asked_s + _OFTEN_S:
            return False
        asked_s = days.now_s
        return days.morning.missing() == 0 or asked_s >= end_s + _DRAIN_S

    return asked


def _account(number: int, days: Days) -> str:
    try:
        figures = days.end()
    except AssertionError as error:
        return str(error)
    _tell(line(number, figures))
    if days.wrong:
        return days.wrong
    if figures.starts:
        return f"the board has started {figures.starts} times more"
    return f"the city lacks {figures.lost} records" if figures.lost else ""


def _tell(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)
