"""The bus on its board: bus.json + drivers/board.py -> firmware.bus.Bus, for ever."""

import gc
import time

from drivers.board import Board
from firmware.bus import Bus
from firmware.clock import Uptime
from firmware.config import load


def tell(event):
    """Every event is also a line on the console (UART0)."""
    print(event.severity, event.kind, event.state, event.data)


def main():
    config, errors = load("bus.json")
    for error in errors:
        print(error)
    board = Board(config)
    uptime = Uptime(time.ticks_ms())
    bus = Bus(config, board, uptime.now_ms(time.ticks_ms()), errors)
    bus.on_event = tell
    while True:
        now_ms = uptime.now_ms(time.ticks_ms())
        if now_ms >= bus.next_tick_ms:
            bus.tick(now_ms)
            gc.collect()  # here it costs no alarm any time: the next tick is 100 ms away
        if not bus.turn(now_ms):
            time.sleep_ms(5)


main()
