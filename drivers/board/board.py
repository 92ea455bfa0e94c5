"""Board: makes the parts of one bus from its board's table (drivers/board/tables.py) and bus.json.

A driver is imported only if its part is fitted: an unused one takes no memory.
"""

import os
import sys
import time

import machine
from esp32 import NVS, Partition
from machine import ADC, I2C, UART, WDT, Pin

from drivers.board.files import Files
from drivers.board.flash import Flash
from drivers.board.nvs import Nvs
from drivers.board.slots import Slots
from drivers.gnss import Gnss
from drivers.output import Output
from drivers.radio.dial import Dialer
from drivers.supply import Supply
from drivers.switch import Switch
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
_GNSS_BAUD = 9600
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
        self._inputs = []  # (pin, pull)
        if config["wired"]:
            self._wire(config, own)
        else:
            self.watchdog = WDT(timeout=_WATCHDOG_MS)
            from drivers.board.unwired import unwire

            unwire(self)
        self.flash = Flash(_journal_partition(), flash_buffer)
        self.errors += _too_large_lanes(config["journal"], self.flash)
        self.nvs = Nvs(lambda: NVS("busguard"))
        self.files = Files("/")  # main.py may run in a slot
        self.slots = Slots(self.files, Memory(Nvs(lambda: NVS("start"))))
        self.board_name = config["board"]
        self.mpy = getattr(sys.implementation, "_mpy", None)  # of the .mpy files that it can run
        self.mpython = "%d.%d.%d" % sys.implementation.version[:3]
        self.radio = make_radio(config, own, self.nvs)
        self.dialer = Dialer()
        self.reset_cause = _RESET_CAUSES.get(machine.reset_cause(), "power_on")
        self.reset = machine.reset
        self.entropy = os.urandom

    def _wire(self, config, table):
        from drivers.board.tables import far_inputs, way_pins
        from drivers.seat_wiring import seat_inputs

        pins = table["pins"]
        sensed = config["readback"]["fitted"]
        # The horn first: it is off even if something fails further on.
        self.horn = _output(pins, "horn", sensed)
        self.buzzer = _output(pins, "buzzer", sensed)
        self.lamp = _output(pins, "lamp", sensed)
        for name in table["high"]:
            Pin(table["on_board"][name], Pin.OUT, value=1)
        self.watchdog = WDT(timeout=_WATCHDOG_MS)
        i2c = I2C(0, sda=Pin(pins["sda"]), scl=Pin(pins["scl"]), freq=400000, timeout=5000)
        far = far_inputs(table, config["inputs"])
        self.seats = seat_inputs(table, config["seats"], i2c, far.get("address"), self.errors)
        self.accelerometer = _accelerometer(config["accelerometer"], i2c)
        uart = UART(
            table["uarts"]["gnss"],
            baudrate=_GNSS_BAUD,
            rx=Pin(pins["gnss_rx"]),
            tx=Pin(pins["gnss_tx"]),
            rxbuf=2048,
        )
        self.gnss = Gnss(uart, 200 if config["gnss"]["fast"] else 1000)
        self._make_switches(pins, far, config["inputs"], i2c, sensed)
        self.supply = Supply(
            ADC(Pin(pins["supply"]), atten=ADC.ATTN_11DB), *table["dividers"]["supply"]
        )
        self.backup = None
        if config["backup"]["fitted"] and "backup" in table["on_board"]:
            pin = Pin(table["on_board"]["backup"])
            self.backup = Supply(ADC(pin, atten=ADC.ATTN_11DB), *table["dividers"]["backup"])
        self.cabin = _cabin(
            config["cabin"], i2c, pins, way_pins(table, config["seats"]), self.errors
        )

    def _make_switches(self, pins, far, inputs, i2c, sensed):
        """far: inputs of the MCP23017 beside the board, by part; sensed: outputs are read back.

        A switch that is not fitted is None; presence: the presence inputs that are fitted.
        """
        from drivers.board.tables import SWITCHES, is_fitted

        self.switches = None
        if far:
            from drivers.mcp23017 import MCP23017
            from drivers.switch_expander import SwitchExpander

            self.switches = SwitchExpander(MCP23017(i2c, far["address"]))
            for name in ("lamp", "buzzer", "horn"):
                if sensed and name + "_sense" in far:
                    getattr(self, name).sense = self.switches.pin(far[name + "_sense"])
        self.presence = []
        for name, when_closed in SWITCHES:
            switch = None
            if is_fitted(name, inputs):
                switch = Switch(self._input(name, pins, far), when_closed)
                if name.startswith("presence"):
                    self.presence.append(switch)
            setattr(self, name, switch)

    def _input(self, name, pins, far):
        if name in far:
            return self.switches.pin(far[name])
        from drivers.board.tables import INPUT_ONLY

        pull = None if pins[name] in INPUT_ONLY else Pin.PULL_UP
        pin = Pin(pins[name], Pin.IN, pull)
        self._inputs.append((pin, pull))
        return pin

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
        for pin, pull in self._inputs:
            pin.init(Pin.IN, pull)


def _output(pins, name, sensed):
    sense = Pin(pins[name + "_sense"], Pin.IN) if sensed and name + "_sense" in pins else None
    return Output(Pin(pins[name], Pin.OUT, value=0), sense)


def _accelerometer(config, i2c):
    if not config["fitted"]:
        return None
    from drivers.lis3dh import LIS3DH

    return LIS3DH(i2c)


def _cabin(config, i2c, pins, taken, errors):
    """taken: the pins of the seats' wiring, which may need the thermometer's."""
    if not config["fitted"]:
        return None
    if config["chip"] == "lm75":
        from drivers.lm75 import LM75

        return LM75(i2c)
    if "one_wire" not in pins or pins["one_wire"] in taken.values():
        errors.append("bus.json: cabin.chip is ds18b20, but this board has no pin left for it.")
        return None
    from onewire import OneWire

    from drivers.ds18b20 import DS18B20

    return DS18B20(OneWire(Pin(pins["one_wire"], Pin.OPEN_DRAIN, value=1)))


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
