"""Runs in the MicroPython VM with words of 32 bits: what the whole bus takes of the heap.

All modules come from .mpy files in one pack, as `make deploy` copies them, and start as main.py
starts them: 40 seats, every sensor, a policy of 201 zones, connected and sealed. steps() is a
generator, because this VM collects garbage only between two steps (tools/vm32/run.mjs). It prints
lines `name number ...`, and maps of the heap between `map name` and `end`.

    heap_vm.py BUS_JSON IDENTITY_JSON POLICY_JSON
"""

import gc
import sys

import micropython
import vfs

sys.path.append("/sim/wires")  # for heap_parts
import heap_parts
from heap_parts import UART, Dialer, Pin, speak

TICKS = 600  # a minute


class Bench:
    """The bus, its board and its clock."""

    def __init__(self):
        self.now_ms = 0
        self.second = 0

    def run(self, ticks):
        """Ticks and turns as main.py does them, in so many steps of 100 ms."""
        bus, gnss = self.bus, self.gnss
        for _ in range(ticks):
            if self.now_ms % 1000 == 0:
                gnss.say()
            if self.now_ms >= bus.next_tick_ms:
                bus.tick(self.now_ms)
                self.leave_used(sys.modules, bus)
            for _ in range(4):
                if not bus.turn(self.now_ms):
                    break
            self.now_ms += 100

    def speak(self, seconds):
        speak(self.second, seconds)
        self.second += seconds


def _map(name):
    print("map", name)
    micropython.mem_info(1)
    print("end")


def steps():
    """See above."""
    heap_parts.put_in_place()
    for name, path in (("/bus.json", 1), ("/identity.json", 2), ("/policy.json", 3)):
        with open(sys.argv[path], "rb") as file:
            content = file.read()
        with open(name, "wb") as file:
            file.write(content)
    del content
    bench = Bench()
    bench.speak(60)
    yield True
    _map("empty")
    print("map own")
    micropython.qstr_info()
    print("end")
    empty = gc.mem_alloc()
    from packed import Packed  # of the pack

    pack = Packed("/program.pack")
    vfs.mount(pack, "/m", readonly=True)
    sys.path.insert(0, "/m")
    _start(bench)
    from drivers.board.leave import SELFTEST, STARTERS, leave, leave_used

    yield True
    print("modules", gc.mem_alloc() - empty)
    _load(bench)
    yield True
    print("start", gc.mem_alloc() - empty)
    bench.leave_used = leave_used
    leave(sys.modules, STARTERS)
    leave(sys.modules, SELFTEST)
    pack.forget_index()
    bench.gnss = UART.made
    ignition(True)
    while bench.bus.policy.hash is None:
        bench.bus.turn(0)
        yield True
    leave_used(sys.modules, bench.bus)
    yield True
    print("policy", gc.mem_alloc() - empty)
    for _ in range(6):
        bench.run(100)
        yield True
    s = bench.bus.snapshot
    assert s.trip.phase == "driving", s.trip.phase
    assert bench.bus.uplink.connected
    assert s.place.limit_kmh is not None
    assert not s.silent, s.silent
    for _ in range(6):
        bench.speak(10)
        yield True
        bench.run(100)
        yield True
    UART.told.clear()
    yield True
    print("live", gc.mem_alloc() - empty)
    _map("live")
    print("map names")
    micropython.qstr_info()
    print("end")
    bench.speak(TICKS // 10)
    yield True
    sent = Dialer.sock.published
    before = gc.mem_alloc()
    bench.run(TICKS)
    print("tick", (gc.mem_alloc() - before) / TICKS)
    print("published", Dialer.sock.published - sent)
    _map("driving")
    yield True


def ignition(on):
    Pin.levels[32] = 0 if on else 1


def _start(bench):
    """What main.py imports."""
    import drivers.board.board
    import drivers.board.files
    import drivers.board.garbage
    import drivers.board.nvs
    import drivers.board.start
    import drivers.radio.dial
    import firmware.bus
    import firmware.clock
    import firmware.config.in_use
    import firmware.identity
    import firmware.memory
    import firmware.selftest  # noqa: F401 - main.py does

    drivers.board.board.Dialer = Dialer


def _load(bench):
    """What main.py's run() does before its loop."""
    import machine
    from esp32 import NVS

    from drivers.board.board import Board
    from drivers.board.files import Files
    from drivers.board.nvs import Nvs
    from drivers.board.start import Start
    from firmware.bus import Bus
    from firmware.config.in_use import Settings
    from firmware.identity import identity_of
    from firmware.memory import Memory

    bench.start = Start(Memory(Nvs(lambda: NVS("start"))), machine.RTC())
    files = Files("/")
    bench.settings = Settings(files, False, False)
    config, errors = bench.settings.config, bench.settings.errors
    config["identity"], wrong = identity_of(files, config)
    assert not errors and not wrong, errors or wrong
    bench.buffer = bytearray(512)
    bench.board = Board(config, bench.buffer)
    bench.bus = Bus(config, bench.board, 0, errors, bench.start.word, bench.start.crash)
    NVS.kept["unchecked"] = 0
