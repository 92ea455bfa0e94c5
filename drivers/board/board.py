"""Board: the parts of one bus, as its board's table (drivers/board/tables.py) and bus.json have it.

wire.py makes those that are wired to it.
"""

import os
import sys
import time

import machine
from esp32 import NVS, Partition
from machine import WDT, Pin

from drivers.board.files import Files
from drivers.board.flash import Flash
from drivers.board.nvs import Nvs, ask
from drivers.board.slots import Slots
from drivers.radio.dial import Dialer
from firmware.memory import Memory

_RESET_CAUSES = {
    machine.PWRON_RESET: "power_on",
    machine.HARD_RESET: "external",
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "deep_sleep",
    machine.SOFT_RESET: "soft",
}
_BLOCKS = 4  # ioctl
_WATCHDOG_MS = 8000
_2000_S = 946684800


class Board:
    """Everything that firmware.bus.Bus asks for, as attributes.

    errors: sentences about settings that this board cannot carry out; it runs without them.
    """

    def __init__(self, config, flash_buffer):
        """config: as firmware/config/in_use.py found it; flash_buffer: see Flash (flash.py).
        Raises OSError if there is no `journal` partition.
        """
        from drivers.board.tables import NAMES, table  # leaves the heap after the start
        from drivers.radio.make_radio import make_radio

        name = config["board"]
        own = table(name) if name in NAMES else None
        self.errors = []
        self.inputs = []  # (pin, pull)
        if config["wired"]:
            from drivers.board.wire import wire

            wire(self, config, own)
        else:
            from drivers.board.unwired import unwire

            self.watch()
            unwire(self)
        self.flash = Flash(_journal_partition(), flash_buffer)
        self.errors += _too_large_lanes(config["journal"], self.flash)
        self.nvs = Nvs(lambda: NVS("busguard"))
        self.files = Files("/")  # main.py may run in a slot
        start = Memory(Nvs(lambda: NVS("start")))
        self.slots = Slots(self.files, start)
        self.board_name = config["board"]
        self.mpy = getattr(sys.implementation, "_mpy", None)  # of the .mpy files that it can run
        self.mpython = "%d.%d.%d" % sys.implementation.version[:3]
        self.radio = make_radio(config, own, self.nvs)
        self.dialer = Dialer()
        self.reset_cause = _RESET_CAUSES.get(machine.reset_cause(), "power_on")
        self.reset = lambda: _reset(start)
        self.entropy = os.urandom

    def watch(self):
        """Starts the watchdog."""
        self.watchdog = WDT(timeout=_WATCHDOG_MS)

    def set_utc(self, utc_s):
        """Sets the clock that TLS goes by. utc_s: int, s since 1970; the ESP32 counts from 2000."""
        year, month, day, hour, minute, second = time.gmtime(utc_s - _2000_S)[:6]
        machine.RTC().datetime((year, month, day, 0, hour, minute, second, 0))

    def sleep(self, ms):
        """Light sleep: RAM, outputs and the watchdog's count stay as they are; time goes on.

        What a UART receives meanwhile is lost, and the radios have to be off. The pull-ups of
        the RTC pins are set again: their power domain may be switched off.
        Source: MicroPython 1.29, ports/esp32/modmachine.c (machine_sleep_helper); ESP-IDF 5.5
        programming guide, Sleep Modes (Light-sleep; Power-down of RTC peripherals).
        """
        machine.lightsleep(ms)
        for pin, pull in self.inputs:
            pin.init(Pin.IN, pull)


def _reset(start):
    """The bus asks for it."""
    ask(start)
    machine.reset()


def _too_large_lanes(kept, flash):
    """-> sentences. The journal then makes the warning lane smaller, and the alarm lane last."""
    journal_kb = flash.ioctl(_BLOCKS, 0) * 4
    asked_kb, most_kb = kept["alarm_kb"] + kept["warning_kb"], journal_kb * 3 // 4
    if asked_kb <= most_kb:
        return []
    return [
        "journal.alarm_kb and journal.warning_kb are %d KB together; this board's journal has "
        "%d KB, and positions need a quarter of it: make them %d KB or less."
        % (asked_kb, journal_kb, most_kb)
    ]


def _journal_partition():
    found = Partition.find(Partition.TYPE_DATA, label="journal")
    if not found:
        raise OSError("The flash has no partition named journal; see docs/wiring.md.")
    return found[0]
