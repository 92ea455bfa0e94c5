"""Runs on the virtual board as its main.py: the loop of main.py, measured.

Prints `measured {json}` every minute of the board's time. Bytes of the heap are those of 64-bit
words: objects take half of it on an ESP32, bytecode and buffers the same.
"""

import gc
import json
import time

gc.collect()
EMPTY = gc.mem_alloc()

from drivers.board import Board  # noqa: E402 - what they take is measured
from firmware.bus import Bus  # noqa: E402
from firmware.clock import Uptime  # noqa: E402
from firmware.config import load  # noqa: E402

LATE_MS = 20
config, errors = load("/bus.json")
for error in errors:
    print(error)
board = Board(config)
uptime = Uptime(time.ticks_ms())
bus = Bus(config, board, uptime.now_ms(time.ticks_ms()), errors)
gc.collect()
START = gc.mem_alloc() - EMPTY

peak = START
ticks = late = worst_late_ms = allocated = most_allocated = pauses_us = worst_pause_us = 0
worst_turn_us = connects = 0
was_connected = False
report_ms = 60000


def report():
    figures = {
        "start": START,
        "peak": peak,
        "free": gc.mem_free(),
        "ticks": ticks,
        "late": late,
        "worst_late_ms": worst_late_ms,
        "allocated": allocated // max(1, ticks),
        "most_allocated": most_allocated,
        "pause_us": pauses_us // max(1, ticks),
        "worst_pause_us": worst_pause_us,
        "worst_turn_us": worst_turn_us,
        "connects": connects,
        "backlog": bus.journal.backlog(0) + bus.journal.backlog(1),
        "phase": bus.trip.phase,
    }
    print("measured", json.dumps(figures))


while True:
    now_ms = uptime.now_ms(time.ticks_ms())
    if now_ms >= bus.next_tick_ms:
        due_ms = bus.next_tick_ms
        before = gc.mem_alloc()
        bus.tick(now_ms)
        used = gc.mem_alloc() - before
        began_us = time.ticks_us()
        gc.collect()
        pause_us = time.ticks_diff(time.ticks_us(), began_us)
        peak = max(peak, gc.mem_alloc() - EMPTY)
        ticks += 1
        late += now_ms - due_ms > LATE_MS
        worst_late_ms = max(worst_late_ms, now_ms - due_ms)
        if used > 0:
            allocated += used
            most_allocated = max(most_allocated, used)
        pauses_us += pause_us
        worst_pause_us = max(worst_pause_us, pause_us)
        if now_ms >= report_ms:
            report_ms += 60000
            report()
    began_us = time.ticks_us()
    more = bus.turn(now_ms)
    worst_turn_us = max(worst_turn_us, time.ticks_diff(time.ticks_us(), began_us))
    if bus.uplink.connected != was_connected:
        was_connected = bus.uplink.connected
        connects += was_connected
    if not more:
        time.sleep_ms(5)
