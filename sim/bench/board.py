"""The whole bus on the virtual board: heap, lateness of ticks, collections of garbage.

40 seats, every sensor, a policy of 200 zones, the full window, .mpy, main.py, a real broker;
the heap is bounded, so a bus that needs more does not start or ends with MemoryError. If it
does not run in what the goal allows, it is measured with more.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.bench.tick import ZONES, crowded
from sim.network import brokers
from sim.network.proxy import Proxy
from sim.program.compiled import build
from sim.virtual.board import VirtualBoard
from sim.virtual.command import fitted
from sim.virtual.harness import Harness
from sim.virtual.image import FlashImage
from sim.virtual.install import MPY, every_sensor, install, packed_code, settings
from sim.virtual.run import Runner, run_until
from sim.world.day import school_morning
from sim.world.world import World

GOAL_KB = 160
ROOMY_KB = 1024
MINUTES = 4
_SPEED = 100
_OUT_OF_REACH_S = 30  # of each 150: the broker is gone, the uplink dials, then drains
_OFTEN_S = 150
_LONGEST_S = 30  # for a minute of the morning
_FAILURES = ("Error", "starts again", "memory allocation failed", " fault raised")


def bus_json(port: int) -> dict[str, Any]:
    """Every sensor, 40 seats."""
    return {**every_sensor(), "broker": {"host": "127.0.0.1", "port": port, "tls": False}}


class Measured:
    """Runs main.py in the hands of sim/bench/board_vm.py; `figures` are its newest."""

    def __init__(self, folder: Path, heap_kb: int, port: int, world: World, config: dict[str, Any]):
        self.figures: dict[str, Any] = {}
        self.lines: list[str] = []
        self._text = b""
        self.image = FlashImage(folder / "board.img")
        files = {**packed_code(), **settings(bus_json(port), crowded())}
        files["app.py"] = files["main.py"]
        files["main.py"] = (Path(__file__).parent / "board_vm.py").read_bytes()
        install(self.image, files)
        self.board = VirtualBoard(self.image, lambda clock: Harness(world, config, clock), _SPEED)
        self.runner = Runner(self.board, heap_kb * 1024, self.lines.append)
        self.runner.console.on_output = self._hear

    def _hear(self, data: bytes) -> None:
        *lines, self._text = (self._text + data).split(b"\r\n")
        for line in lines:
            word, _, rest = line.decode(errors="replace").partition(" ")
            if word == "measured":
                self.figures = json.loads(rest)
            else:
                self.lines.append(line.decode(errors="replace"))

    @property
    def has_failed(self) -> bool:
        return any(word in line for line in self.lines for word in _FAILURES)

    def close(self) -> None:
        self.runner.close()
        self.image.close()


def run(say: Callable[[str], None], heap_kb: int = GOAL_KB, minutes: int = MINUTES) -> None:
    """heap_kb: what the bus gets. minutes: of the board's time, of a school morning from 06:00."""
    say(f"The whole bus on the virtual board: {minutes} minutes of a school morning, 40 seats, "
        f"{ZONES} zones, 64-bit words")  # fmt: skip
    sizes = [len(data) for data in build(MPY).values()]
    say(f"  {len(sizes)} files of .mpy, {sum(sizes):,} B, in one pack; the peaks below are over "
        "these minutes")  # fmt: skip
    if not _measure(say, heap_kb, minutes) and heap_kb < ROOMY_KB:
        _measure(say, ROOMY_KB, minutes)


def _measure(say: Callable[[str], None], heap_kb: int, minutes: int) -> bool:
    """-> whether it ran in that heap."""
    config = fitted(None)
    with (
        brokers.start() as broker,
        Proxy(broker.host, broker.port) as proxy,
        tempfile.TemporaryDirectory() as folder,
    ):
        measured = Measured(Path(folder), heap_kb, proxy.port, school_morning(seed=1), config)
        clock = measured.board.clock
        try:
            measured.runner.power_on()

            def ended() -> bool:
                now_s = clock.now_us() // 1_000_000
                is_out = now_s % _OFTEN_S >= _OFTEN_S - _OUT_OF_REACH_S
                if is_out and not proxy.hangs_up:
                    proxy.reset()
                proxy.hangs_up = is_out
                return measured.has_failed or now_s >= minutes * 60 + 30

            run_until(measured.runner, ended, _LONGEST_S * (minutes + 1))
        finally:
            measured.close()
        _tell(say, measured, heap_kb)
    return not measured.has_failed


def _tell(say: Callable[[str], None], measured: Measured, heap_kb: int) -> None:
    if measured.has_failed or not measured.figures:
        why = [line for line in measured.lines if any(word in line for word in _FAILURES)]
        say(f"  it does not run in {heap_kb} KB: {(why or measured.lines[-1:] or ['silent'])[0]}")
    else:
        say(f"  it runs in {heap_kb} KB; the goal is {GOAL_KB}")
    f = measured.figures
    if not f:
        return
    say(f"  heap after start    {f['start'] / 1024:8.1f} KB, code included")
    say(f"  heap at the peak    {f['peak'] / 1024:8.1f} KB    goal at most {GOAL_KB} KB")
    say(f"  allocated a tick    {f['allocated']:8,} B, most {f['most_allocated']:,} B; "
        "most of it by the stand-ins for machine, which are C on an ESP32")  # fmt: skip
    say(f"  garbage collected   {f['collections']:8,} times, behind ticks; "
        f"{f['pause_us'] / 1000:.1f} ms each, longest "
        f"{f['worst_pause_us'] / 1000:.1f} ms (this computer's)")  # fmt: skip
    say(f"  ticks               {f['ticks']:8,}, late by more than 20 ms: {f['late']} (goal 0), "
        f"most {f['worst_late_ms']} ms; without what this computer kept from it "
        f"{f['late_itself']}, most {f['worst_itself_ms']} ms; "
        f"longest turn {f['worst_turn_us'] / 1000:.1f} ms; "
        f"{f['connects']} connects")  # fmt: skip


if __name__ == "__main__":
    import sys

    run(print, *(int(argument) for argument in sys.argv[1:]))
