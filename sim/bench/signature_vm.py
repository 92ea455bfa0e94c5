"""Runs in the MicroPython VM: what it costs to verify a command, and whether a tick waits for it.

Prints one line each: `alone` us of a verification, slices, us of the longest slice, bytes of
garbage of all and of the most in a slice; `reads` us of the dearest unsigned packet; `bus`, of one
command: how many ticks began more than 20 ms late, ms to its answer, the
latest tick in ms, ticks, collections.

Each turn of a bus is measured, the least of some rounds; then main.py's loop is played on a clock
that is slower by as much as an ESP32 is.
"""

import gc
import time

import signed  # type: ignore[import-not-found]  # of tests/portable/support
from bus_bench import Parts  # type: ignore[import-not-found]
from nor import Flash  # type: ignore[import-not-found]
from parts import Nvs  # type: ignore[import-not-found]

from firmware.bus import Bus
from firmware.config.load import defaults
from firmware.ed25519 import verify
from firmware.uplink.inbox import LATER

_ROUNDS = 10
_COMMANDS = 12
_FACTOR = 95  # 6 to 10 us a step of a simple loop, and 84 ns in the VM
_COLLECTION_US = 2000  # in internal memory
_LATE_MS = 20
_GARBAGE = 5000  # bytes a turn
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


def turns(bus, least):
    """One command on a bus: the least us of each turn until it is done."""
    bus._parts.nvs["command_n"] = at = 0
    told = bus._answer("normal", signed.NORMAL_5, False)
    while told is LATER:
        began = us()
        bus.turn(2000)
        took = since(us(), began)
        if at == len(least):
            least.append(took)
        least[at] = min(least[at], took)
        at += 1
        if not bus.authority.is_examining:
            told = bus._answer("normal", signed.NORMAL_5, False)
        gc.collect()
    assert bus._parts.nvs["command_n"] == 5, told


def reads():
    """-> us of the dearest packet that is not signed, the least of some rounds, by a bus."""
    config = dict(defaults(), fleet="f", bus="b", identity=signed.identity())
    bus = Bus(config, Parts(Flash(64), Nvs({"unchecked": 0})), 0)
    head = b'{"v":1,"id":"a","for":"f","n":9,"until":2147483647,"by":"x","z":'
    dearest = 0
    for name, body in (
        ("ping", b"[" + b",".join([b"1"] * 22) + b"]}"),
        ("drill", b"{" + b",".join([b'"%d":1' % n for n in range(22)]) + b"}}"),
        ("drill", b'"' + b"x" * 880 + b'"}'),
        ("part", b'"' + b"\\u0e01" * 145 + b'"}'),
    ):
        least = 1 << 30
        for _ in range(_ROUNDS):
            gc.collect()
            began = us()
            bus._answer(name, head + body, False)
            least = min(least, since(us(), began))
        dearest = max(dearest, least)
    return dearest


def measured():
    """-> (us of each turn, us of a tick): the least; the computer has other things to do."""
    config = dict(defaults(), fleet="f", bus="b", identity=signed.identity())
    bus, tick_us = Bus(config, Parts(Flash(64), Nvs({"unchecked": 0})), 0), 1 << 30
    least: list[int] = []
    for now_ms in range(0, 2000, 100):
        gc.collect()
        began = us()
        bus.tick(now_ms)
        tick_us = min(tick_us, since(us(), began))
        bus.turn(now_ms)
    gc.disable()
    for _ in range(_COMMANDS):
        turns(bus, least)
    return least, tick_us


def on_a_board(each_us, tick_us):
    """main.py's loop in the time of an ESP32 -> (ticks late, ms to the answer, latest ms, ticks,
    collections): ten ticks a second, each followed by a collection in a tenth of the time at most,
    and one wherever so much garbage has come together."""
    now_us = due_us = late = latest = ticks = collections = fresh = collect_us = 0
    for took in each_us:
        if now_us >= due_us:
            behind = (now_us - due_us) // 1000
            ticks, late, latest = ticks + 1, late + (behind > _LATE_MS), max(latest, behind)
            now_us, due_us = now_us + tick_us * _FACTOR, due_us + 100000
            if now_us >= collect_us:
                now_us, collect_us, fresh = now_us + _COLLECTION_US, now_us + 11 * _COLLECTION_US, 0
                collections += 1
        fresh += _GARBAGE
        if fresh > _THRESHOLD:
            now_us, fresh, collections = now_us + _COLLECTION_US, 0, collections + 1
        now_us += took * _FACTOR + 1000  # its sleep
    return late, now_us // 1000, latest, ticks, collections


found = times()
print("alone", sum(found), len(found), max(found), *garbage())
print("reads", reads())
print("bus", *on_a_board(*measured()))
