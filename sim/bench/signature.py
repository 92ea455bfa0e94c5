"""What it costs a bus to verify a command of the city, and that no tick waits for it."""

from __future__ import annotations

from collections.abc import Callable

from sim.bench import vm64
from sim.bench.tick import SUPPORT
from sim.shim import LIBRARY
from sim.virtual.process import find

_KNOWN_MS = 10.5
"""A verification in one piece, measured in the VM before there was this one."""
_SLOWER = (71, 119)
"""An ESP32 takes 6 to 10 us for a step of a simple loop, and the VM took 84 ns."""

_FREE = 3600 * 1024
"""What 4 MB of PSRAM leave, as sim/bench/heap.py has it."""


def run(say: Callable[[str], None]) -> None:
    say("A signed command: Ed25519 in slices between the ticks, in the MicroPython VM")
    vm = find("micropython")
    if vm is None:
        say("  skipped: there is no MicroPython VM for this computer")
        return
    lines = vm64.told(vm, "signature_vm.py", heap="4m", beside=(SUPPORT, LIBRARY))
    told = {name: [int(n) for n in rest] for name, *rest in map(str.split, lines)}
    us, slices, longest_us, garbage, most = told["alone"]
    late, took_ms, latest_ms, ticks, collections = told["bus"]
    low, high = (longest_us * times / 1000 for times in _SLOWER)
    (read_us,) = told["reads"]
    low_read, high_read = (read_us * times / 1000 for times in _SLOWER)
    say(f"  to refuse a packet  {read_us:6} us   the dearest that nobody signed: {low_read:.0f} to "
        f"{high_read:.0f} ms on an ESP32, one a turn (goal 20)")  # fmt: skip
    say(f"  a verification      {us / 1000:6.1f} ms   yardstick, in one piece: {_KNOWN_MS} ms")
    say(f"  slices              {slices:6}      longest {longest_us} us: "
        f"{low:.1f} to {high:.1f} ms on an ESP32 (goal 8)")  # fmt: skip
    say(f"  garbage             {garbage / 1024:6.0f} KB   at most {most} B a slice")
    say(f"  ticks late          {late:6}      of {ticks}, on a clock as slow as an ESP32: by more "
        f"than 20 ms (goal 0); the latest {latest_ms} ms")  # fmt: skip
    say(f"  an answer           {took_ms:6} ms   after the command, on that clock; {collections} "
        "collections of 2 ms meanwhile")  # fmt: skip
    with_psram = -(-garbage // (_FREE // 2))
    say(f"  with PSRAM          {with_psram:6}      collection at most meanwhile, as main.py makes "
        f"one after half of {_FREE // 1024:,} KB free")  # fmt: skip
