"""The seal of a message: time in the MicroPython VM, and bytes of a school day with and without."""

from __future__ import annotations

from collections.abc import Callable

from firmware.uplink import seal
from sim.bench import vm64
from sim.bench.uplink_day import day
from sim.virtual.process import find

_GOAL = 1.10


def run(say: Callable[[str], None]) -> None:
    say(f"The seal: {seal.BYTES} B a message, HMAC-SHA256 by the bus's key")
    vm = find("micropython")
    if vm is None:
        say("  time: skipped, there is no MicroPython VM here")
    else:
        _time(say, vm)
    plain, sealed = day(), day(is_sealed=True)
    before, after = sum(plain.bytes.values()), sum(sealed.bytes.values())
    count = sum(sealed.messages.values())
    say(f"  a school day of 16 h: {before:,} B without, {after:,} B sealed, in {count:,} messages: "
        f"{after / before:.3f} x (goal {_GOAL})")  # fmt: skip
    records = sealed.messages["event"] + sealed.messages["track"]
    more = sum(sealed.bytes[name] - plain.bytes[name] for name in ("event", "track"))
    say(f"  its records: {more:,} B more in {records:,} messages of events and positions")


def _time(say: Callable[[str], None], vm: str) -> None:
    lines = vm64.told(vm, "seal_vm.py", heap="32m")
    for name, line in zip(("state", "event", "track"), lines, strict=True):
        size, us, plain, garbage = line.split()
        ratio = float(us) / float(plain)
        say(f"  {name:<6} of {size:>3} B  {float(us):>5.1f} us a seal in the VM, "
            f"{ratio:.1f} x one SHA-256 of it; {garbage} B of garbage")  # fmt: skip
