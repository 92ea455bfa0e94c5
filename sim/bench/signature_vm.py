"""Runs in the MicroPython VM: what it costs to verify a command, and whether a tick waits for it.

Prints one line each: `alone` us of a verification, slices, us of the longest slice, bytes of
garbage of all and of the most in a slice; `bus`, of one command: how many ticks began more than
20 ms late, ms to its answer, the latest tick in ms, ticks, collections.

The bus runs as main.py runs it, on a clock that is slower by as much as an ESP32 is. A collection
counts there as long as it takes an ESP32, and not as long as it takes a computer.
"""

import gc
import time

import signed  # type: ignore[import-not-found]  # of tests/portable/support
from bus_bench import Parts  # type: ignore[import-not-found]
from nor import Flash  # type: ignore[import-not-found]
from parts import Nvs  # type: ignore[import-not-found]

from drivers.board.garbage import Garbage
from firmware.bus import Bus
from firmware.config.load import defaults
from firmware.ed25519 import verify
from firmware.uplink.inbox import LATER

_ROUNDS = 10
_COMMANDS = 30
_FACTOR = 95  # 6 to 10 us a step of a simple loop, and 84 ns in the VM
_COLLECTION_US = 2000  # in internal memory
_LATE_MS = 20
_THRESHOLD = 65536  # bytes, as main.py has it without PSRAM
_SIGNED = b"busguard-cmd\nnormal\n" + signed.NORMAL_5[:-96]
us = time.ticks_us  # type: ignore[attr-defined]
since = time.ticks_diff  # type: ignore[attr-defined]


def slices():
    """The work of one verification, and nothing beside it."""
    from binascii import a2b_base64, unhexlify

    signature = a2b_base64(signed.NORMAL_5[-88:-2] + b"==")
    return verify(unhexlify(signed.KEYS[0]), _SIGNED, signature)


def times():
    """-> us of each slice, the least of some rounds."""
    least: list[int] = []
    for _ in range(_ROUNDS):
        gc.collect()
        work, at = slices(), 0
        while True:
            began = us()
            try:
                next(work)
            except StopIteration as done:
                assert done.value
                break
            took = since(us(), began)
            if at == len(least):
                least.append(took)
            least[at] = min(least[at], took)
            at += 1
    return least


def garbage():
    """-> bytes of all, of the most in a slice."""
    gc.collect()
    gc.disable()
    most, work = 0, slices()
    first = last = gc.mem_alloc()  # type: ignore[attr-defined]
    for _ in work:
        now = gc.mem_alloc()  # type: ignore[attr-defined]
        most, last = max(most, now - last), now
    gc.enable()
    return last - first, most


class Slow:
    """The time as an ESP32 has it."""

    def __init__(self):
        self._begin = us()

    def ticks_ms(self):
        return since(us(), self._begin) * _FACTOR // 1000

    @staticmethod
    def ticks_diff(a, b):
        return a - b

    def collect(self):
        """gc.collect(), in the time of an ESP32."""
        began = us()
        gc.collect()
        self._begin += since(us(), began) - _COLLECTION_US // _FACTOR
        self.count += 1
        self.base = gc.mem_alloc()  # type: ignore[attr-defined]

    count = base = 0

    def collect_if_due(self):
        began = us()
        is_due = gc.mem_alloc() - self.base > _THRESHOLD  # type: ignore[attr-defined]
        self._begin += since(us(), began)  # a board need not ask
        if is_due:
            self.collect()


def on_a_bus(bus, clock):
    """One command -> (ticks late, ms until it is done, latest ms, ticks, collections)"""
    after_tick = Garbage(clock, clock)
    clock.collect()
    began_ms = bus.next_tick_ms = clock.ticks_ms()
    bus._parts.nvs["command_n"] = ticks = late = latest = clock.count = 0
    while True:
        now_ms = clock.ticks_ms()
        if now_ms >= bus.next_tick_ms:
            behind = now_ms - bus.next_tick_ms
            ticks, late, latest = ticks + 1, late + (behind > _LATE_MS), max(latest, behind)
            bus.tick(now_ms)
            bus.snapshot.utc_ms = signed.NOW_MS
            after_tick.collect(now_ms)
            now_ms = clock.ticks_ms()
        is_new = not bus.authority.is_examining
        if is_new and bus._answer("normal", signed.NORMAL_5, False) is not LATER:
            return late, now_ms - began_ms, latest, ticks, clock.count
        bus.turn(now_ms)
        clock.collect_if_due()


def rounds():
    """-> the best: the computer may be busy with something else."""
    config = dict(defaults(), fleet="f", bus="b", identity=signed.identity())
    bus, clock = Bus(config, Parts(Flash(64), Nvs({"unchecked": 0})), 0), Slow()
    for now_ms in range(0, 1000, 100):
        bus.tick(now_ms)
        bus.turn(now_ms)
    bus.snapshot.utc_ms = signed.NOW_MS
    gc.disable()
    return min([on_a_bus(bus, clock) for _ in range(_COMMANDS)])


found = times()
print("alone", sum(found), len(found), max(found), *garbage())
print("bus", *rounds())
