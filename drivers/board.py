"""The supported boards: which part hangs on which pin. A new board is one table.

ESP32-DevKitC (WROOM-32): Espressif ESP32-DevKitC V4 pin layout. Left alone: the
strapping pins 0, 2, 5, 12, 15, the flash's 6 to 11 and the console's 1 and 3.
Pins 34 to 39 are inputs without pull-ups: for what drives them both ways.
"""

import os

import machine
from esp32 import NVS, Partition
from machine import ADC, I2C, UART, WDT, Pin

from drivers.dial import Dialer
from drivers.files import Files
from drivers.flash import Flash
from drivers.gnss import Gnss
from drivers.lis3dh import LIS3DH
from drivers.lm75 import LM75
from drivers.mcp23017 import MCP23017
from drivers.nvs import Nvs
from drivers.output import Output
from drivers.supply import Supply
from drivers.switch import Switch
from drivers.wireless import make_radio

PINS = {
    "devkit": {
        "sda": 21,
        "scl": 22,
        "sda_2": 13,
        "scl_2": 14,
        "gnss_rx": 16,
        "gnss_tx": 17,
        "ignition": 32,
        "front_door": 33,
        "emergency_door": 25,
        "check_button": 26,
        "sos_button": 27,
        "buzzer": 18,
        "lamp": 19,
        "horn": 23,
        "supply": 34,
        "lamp_sense": 35,
        "buzzer_sense": 36,
        "horn_sense": 39,
    },
}

_RESET_CAUSES = {
    machine.PWRON_RESET: "power_on",
    machine.HARD_RESET: "external",
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "deep_sleep",
    machine.SOFT_RESET: "soft",
}
_WATCHDOG_MS = 8000
_GNSS_BAUD = 9600
_DIVIDER_OHM = (100000, 10000)  # 36 V of a 24 V bus -> 3.3 V


class Board:
    """Everything that firmware.bus.Bus asks for, as attributes."""

    def __init__(self, config):
        """config: from firmware.config. Raises OSError if there is no `journal` partition."""
        pins = PINS[config["board"]]
        sensed = config["readback"]["fitted"]
        # The horn first: whatever fails further on, it is not left as it was.
        self.horn = _output(pins, "horn", sensed)
        self.buzzer = _output(pins, "buzzer", sensed)
        self.lamp = _output(pins, "lamp", sensed)
        self.watchdog = WDT(timeout=_WATCHDOG_MS)
        i2c = I2C(0, sda=Pin(pins["sda"]), scl=Pin(pins["scl"]), freq=400000, timeout=5000)
        i2c_2 = I2C(1, sda=Pin(pins["sda_2"]), scl=Pin(pins["scl_2"]), freq=400000, timeout=5000)
        seats = config["seats"]
        self.expanders = [MCP23017(i2c, address) for address in seats["expanders"]]
        self.expanders += [MCP23017(i2c_2, address) for address in seats["expanders_2"]]
        self.accelerometer = LIS3DH(i2c) if config["accelerometer"]["fitted"] else None
        uart = UART(
            1, baudrate=_GNSS_BAUD, rx=Pin(pins["gnss_rx"]), tx=Pin(pins["gnss_tx"]), rxbuf=2048
        )
        self.gnss = Gnss(uart)
        self.ignition = _switch(pins["ignition"], True)
        self.front_door = _switch(pins["front_door"], False)
        self.emergency_door = _switch(pins["emergency_door"], False)
        self.check_button = _switch(pins["check_button"], True)
        self.sos_button = _switch(pins["sos_button"], True)
        self.supply = Supply(ADC(Pin(pins["supply"]), atten=ADC.ATTN_11DB), *_DIVIDER_OHM)
        self.cabin = LM75(i2c) if config["cabin"]["fitted"] else None
        self.flash = Flash(_journal_partition())
        self.nvs = Nvs(NVS("busguard"))
        self.files = Files()
        self.radio = make_radio(config, pins)
        self.dialer = Dialer()
        self.reset_cause = _RESET_CAUSES.get(machine.reset_cause(), "power_on")
        self.reset = machine.reset
        self.entropy = os.urandom


def _output(pins, name, sensed):
    sense = Pin(pins[name + "_sense"], Pin.IN) if sensed else None
    return Output(Pin(pins[name], Pin.OUT, value=0), sense)


def _switch(number, when_closed):
    return Switch(Pin(number, Pin.IN, Pin.PULL_UP), when_closed)


def _journal_partition():
    found = Partition.find(Partition.TYPE_DATA, label="journal")
    if not found:
        raise OSError("The flash has no partition named journal; see docs/wiring.md.")
    return found[0]
