"""Pin and ADC of the ESP32 and the ESP32-S3.

Source: ports/esp32/machine_pin.c, machine_pin.h, machine_adc.c, machine_adc_block.c.
"""

import _ops
import _wire

_ESP32 = 40, (24, 28, 29, 30, 31)  # ports/esp32/machine_pin.h: 20, 37 and 38 are there
_WITH_PSRAM = 40, (24, 28, 29, 30, 31, 16, 17)
_S3 = 49, tuple(range(19, 21)) + tuple(range(22, 38))  # USB, then what is not there, flash, PSRAM
_PINS = _ESP32, _WITH_PSRAM, _S3  # by _wire.chip: the end, and those that are missing
_FIRST_INPUT_ONLY = 34
_ADC_PINS = (32, 33, 34, 35, 36, 37, 38, 39, 0, 2, 4, 12, 13, 14, 15, 25, 26, 27)
_ADC_PINS_S3 = tuple(range(1, 21))


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    DRIVE_0, DRIVE_1, DRIVE_2, DRIVE_3 = 0, 1, 2, 3

    def __init__(self, id, mode=None, pull=-1, *, value=None, drive=None, hold=None):
        if isinstance(id, Pin):
            id = id._id
        end, missing = _PINS[_wire.chip]
        if not isinstance(id, int) or not 0 <= id < end or id in missing:
            raise ValueError("invalid pin")
        self._id = id
        if (mode, pull, value) != (None, -1, None):
            self.init(mode, pull, value=value)

    def init(self, mode=None, pull=-1, *, value=None, drive=None, hold=None):
        if mode is not None and mode & 2 and self._id >= _FIRST_INPUT_ONLY and _wire.chip < 2:
            raise ValueError("pin can only be input")
        told = 0 if value is None else 2 if value else 1
        pull = 0 if pull is None else 3 if pull == -1 else pull
        _wire.ask(_ops.PIN_OPEN, self._id, (mode or 0) | pull << 4 | told << 8)

    def value(self, x=None):
        if x is None:
            return _wire.ask(_ops.PIN_GET, self._id)
        _wire.ask(_ops.PIN_SET, self._id, 1 if x else 0)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(1 - self.value())

    def __repr__(self):
        return "Pin(%d)" % self._id


class ADC:
    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = 0, 1, 2, 3
    WIDTH_9BIT, WIDTH_10BIT, WIDTH_11BIT, WIDTH_12BIT = 9, 10, 11, 12

    def __init__(self, pin, *, atten=ATTN_11DB):
        self._id = Pin(pin)._id
        if self._id not in (_ADC_PINS_S3 if _wire.chip == 2 else _ADC_PINS):
            raise ValueError("invalid pin")
        self.atten(atten)

    def atten(self, atten):
        if atten not in (0, 1, 2, 3):
            raise ValueError("invalid atten")
        self._atten = atten

    def read_uv(self):
        """OSError(ESP_ERR_TIMEOUT) on the second converter's pins while the WiFi has it."""
        return _wire.ask(_ops.ADC_UV, self._id, self._atten)

    def read_u16(self):
        return self.read_uv() * 65535 // (950000, 1250000, 1750000, 3100000)[self._atten]

    def read(self):
        return self.read_u16() >> 4
