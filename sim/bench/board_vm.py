"""Runs on the virtual board as its main.py: measures the bus, then starts the real main.py.

That one stands beside it as app.py; it gets a MeasuredBus and a gc that keep count. Prints
`measured {json}` every minute of the board's time. Bytes of the heap are those of 64-bit words:
objects take half of it on an ESP32, bytecode and buffers the same.
"""

import gc
import json
import sys
import time

import utime as computer
import vfs

gc.threshold(16384)  # as in main.py
gc.collect()
EMPTY = gc.mem_alloc()

from packed import Packed  # noqa: E402 - what it takes is measured

vfs.mount(Packed("/program.pack"), "/m", readonly=True)  # as in main.py
sys.path.insert(0, "/m")
import firmware.bus  # noqa: E402 - as above

LATE_MS = 20
REPORT_MS = 60000


class Figures:
    start = peak = ticks = late = late_itself = worst_late_ms = worst_itself_ms = 0
    collections = allocated = most_allocated = pauses_us = worst_pause_us = worst_turn_us = (
        connects
    ) = 0


class Stall:
    """How long this process waited for the processor while others had it."""

    def __init__(self):
        self.ms()

    def ms(self):
        """Since the last call."""
        wall_us, cpu_s = computer.ticks_us(), computer.clock()
        if hasattr(self, "_cpu_s"):
            ran_us = int((cpu_s - self._cpu_s) * 1000000)
            stalled_ms = (computer.ticks_diff(wall_us, self._wall_us) - ran_us) // 1000
        else:
            stalled_ms = 0
        self._wall_us, self._cpu_s = wall_us, cpu_s
        return max(0, stalled_ms)


STALL = Stall()


class Collector:
    """In place of `gc` in main.py."""

    threshold, mem_free = gc.threshold, gc.mem_free  # what garbage.py and main.py ask

    def collect(self):
        began_us = time.ticks_us()
        gc.collect()
        us = time.ticks_diff(time.ticks_us(), began_us)
        Figures.pauses_us += us
        Figures.collections += 1
        Figures.worst_pause_us = max(Figures.worst_pause_us, us)
        Figures.peak = max(Figures.peak, gc.mem_alloc() - EMPTY)


class MeasuredBus(firmware.bus.Bus):
    _was_connected = False
    _report_ms = REPORT_MS

    def tick(self, now_ms):
        if not Figures.ticks:
            gc.collect()
            Figures.start = gc.mem_alloc() - EMPTY
        late_ms = now_ms - self.next_tick_ms if Figures.ticks else 0  # the first begins the count
        stalled_ms = STALL.ms()
        before = gc.mem_alloc()
        super().tick(now_ms)
        used = gc.mem_alloc() - before
        Figures.ticks += 1
        Figures.late += late_ms > LATE_MS
        Figures.worst_late_ms = max(Figures.worst_late_ms, late_ms)
        itself_ms = late_ms - stalled_ms
        Figures.late_itself += itself_ms > LATE_MS
        Figures.worst_itself_ms = max(Figures.worst_itself_ms, itself_ms)
        if used > 0:  # else it was collected in between
            Figures.allocated += used
            Figures.most_allocated = max(Figures.most_allocated, used)

    def turn(self, now_ms):
        began_us = time.ticks_us()
        more = super().turn(now_ms)
        us = time.ticks_diff(time.ticks_us(), began_us)
        Figures.worst_turn_us = max(Figures.worst_turn_us, us)
        if self.uplink.connected != self._was_connected:
            self._was_connected = self.uplink.connected
            Figures.connects += self._was_connected
        if now_ms >= self._report_ms:
            self._report_ms += REPORT_MS
            self._report()
        return more

    def _report(self):
        f = Figures
        figures = {
            "start": f.start,
            "peak": f.peak,
            "ticks": f.ticks,
            "late": f.late,
            "worst_late_ms": f.worst_late_ms,
            "late_itself": f.late_itself,
            "worst_itself_ms": f.worst_itself_ms,
            "allocated": f.allocated // f.ticks,
            "most_allocated": f.most_allocated,
            "pause_us": f.pauses_us // max(1, f.collections),
            "collections": f.collections,
            "worst_pause_us": f.worst_pause_us,
            "worst_turn_us": f.worst_turn_us,
            "connects": f.connects,
        }
        print("measured", json.dumps(figures))


firmware.bus.Bus = MeasuredBus
sys.modules["gc"] = Collector()
vfs.umount("/m")  # main.py mounts it
sys.path.pop(0)
import app  # noqa: E402, F401 - the real main.py: it never ends
