"""What the whole bus takes of a board's heap, in the VM with words of 32 bits, as on an ESP32.

40 seats, every sensor, 201 zones, all modules from .mpy files in a pack, started as main.py does
it, connected and driving. This VM is MicroPython 1.27; what an ESP32 has in C takes no heap here
either.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.bench import vm32
from sim.bench.tick import ZONES, crowded
from sim.program.compiled import build
from sim.program.pack import slot
from sim.virtual.install import every_sensor

MPY = 774
"""sys.implementation._mpy of this VM: version 6.3, no machine code."""
GOAL_KB = 225
BEFORE_KB = 436
"""The same bus before what docs/memory.md tells; 20 % less was wished."""
LARGEST = 1024
TICK = 600
POOL = 2560
"""Names: MicroPython makes room for as many more at once."""
_BLOCK = 16  # bytes: the heap's unit where words have 32 bits
_LINE = re.compile(r"([0-9a-f]{8}): (\S+)")


@dataclass
class Heap:
    """Bytes. modules: imported; start: the bus made; live: of the running bus; tick: garbage of
    one. published: messages in the minute of the ticks. names: those that MicroPython lacks.
    live_sizes: bytes of each object that stays, made_sizes: of each that a minute of driving
    makes, largest first."""

    modules: int
    start: int
    live: int
    tick: float
    published: int
    names: int
    live_sizes: list[int]
    made_sizes: list[int]


def objects(lines: list[str]) -> dict[int, int]:
    """A map of the heap (micropython.mem_info(1)) -> address: bytes, of each object."""
    found: dict[int, int] = {}
    last = 0
    for line in lines:
        row = _LINE.match(line)
        if row is None:
            continue
        for at, cell in enumerate(row[2]):
            address = int(row[1], 16) + _BLOCK * at
            if cell == "=":
                found[last] += _BLOCK
            elif cell != ".":
                last = address
                found[last] = _BLOCK
    return found


def _new(lines: list[str], before: list[str]) -> list[int]:
    """-> bytes of each object that was not there before, largest first."""
    old = objects(before)
    return sorted((n for at, n in objects(lines).items() if old.get(at) != n), reverse=True)


def measure() -> Heap | None:
    """None: this computer cannot run the VM. RuntimeError, with all that it said: it failed."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        bus = {**every_sensor(), "broker": {"host": "127.0.0.1", "port": 1883, "tls": False}}
        identity = {
            "v": 1, "fleet": bus["fleet"], "bus": bus["bus"], "serial": "0123456789abcdef",
            "at": 1750000000, "client_id": "laemchabang_bus-01", "password": "a" * 32,
            "user": f"{bus['fleet']}/{bus['bus']}", "mac_key": "ab" * 32,
            "city_keys": ["cd" * 32], "ca": "", "cert": "", "key": "",
        }  # fmt: skip
        given = []
        for name, content in ("bus", bus), ("identity", identity), ("policy", crowded()):
            given.append(place / f"{name}.json")
            given[-1].write_text(json.dumps(content))
        command = vm32.command("sim/bench/heap_vm.py", *map(str, given))
        if command is None:
            return None
        modules = place / "modules"
        modules.mkdir()
        for name, data in slot(build(MPY)).items():
            (modules / name).write_bytes(data)
        environment = {**os.environ, "MPY": str(modules)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return _read(done.stdout.splitlines())


def _read(lines: list[str]) -> Heap:
    told: dict[str, float] = {}
    maps: dict[str, list[str]] = {}
    name = None
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "map":
            name = rest
            maps[name] = []
        elif word == "end":
            name = None
        elif name is not None:
            maps[name].append(line)
        else:
            told[word] = float(rest)
    names = [int(re.findall(r"n_qstr=(\d+)", "".join(maps[name]))[0]) for name in ("own", "names")]
    live, made = _new(maps["live"], maps["empty"]), _new(maps["driving"], maps["live"])
    return Heap(
        modules=int(told["modules"]), start=int(told["start"]), live=int(told["live"]),
        tick=told["tick"], published=int(told["published"]), names=names[1] - names[0],
        live_sizes=live, made_sizes=made,
    )  # fmt: skip


def run(say: Callable[[str], None]) -> None:
    """Print the figures beside their goals."""
    say(f"The whole bus in a heap with words of 32 bits, 40 seats, {ZONES + 1} zones, connected")
    heap = measure()
    if heap is None:
        say("  skipped: no Node.js, or no VM with words of 32 bits: make setup")
        return
    say(f"  modules {heap.modules / 1024:.1f} KB, bus made {heap.start / 1024:.1f}")
    share = 100 * heap.live / 1024 / BEFORE_KB
    say(f"  live, from .mpy files  {heap.live / 1024:8.1f} KB    goal at most {GOAL_KB} KB; "
        f"{share:.0f} % of {BEFORE_KB} before (wished: 80)")  # fmt: skip
    for what, found in ("stays", heap.live_sizes), ("made while driving", heap.made_sizes):
        large = [str(n) for n in found if n > LARGEST]
        say(f"  largest that {what:19}{found[0]:7,} B     goal at most {LARGEST:,} B"
            + (f"; above it: {', '.join(large)}" if large else ""))  # fmt: skip
    say(f"  garbage a tick, driving {heap.tick:7.0f} B     goal at most {TICK} B")
    made = heap.tick * 36000
    for room_kb in (192, 3600):
        hourly = min(180.0, made / (room_kb * 1024 / 4))
        say(f"  collections an hour     {hourly:7.0f}       with {room_kb:,} KB free "
            "(drivers/board/garbage.py); goal at most 180")  # fmt: skip
    say(f"  names                   {heap.names:7,}       another {POOL:,} follow at {POOL:,}")


if __name__ == "__main__":
    run(print)
