"""Analog seat mats on an ADS1115: four mats a chip, each watched for a broken wire.

Source: Texas Instruments SBAS444E, 8.6.3 (config register), table 8-1 (full scale: 4.096 V is
125 uV a step), 7.5 (a single conversion at 128 a second: 7.8 ms, +-10 %).

A mat has 10 kOhm across it at its far end and is fed through 10 kOhm from 3.3 V. An empty mat
reads 1.65 V, a taken one less. A cut wire reads 3.3 V and a shorted one 0 V: then the seat is
unknown.
"""

from micropython import const

_CONVERSION = const(0x00)
_CONFIG = const(0x01)
_START = b"\xc3\xd3\xe3\xf3"  # of each channel: begin, AINx to ground, 4.096 V, one conversion
_RATE = const(0x83)  # 128 a second, comparator off
_READY = const(0x80)
_TAKES_MS = const(10)
_CYCLE_MS = const(100)
_EIO = const(5)


class ADS1115:
    """banks: one for each mat, so that each broken mat is reported by itself."""

    def __init__(self, i2c, address, limits):
        """limits: config["seats"]["mats"]: short_mv, empty_mv and open_mv at the input."""
        self._i2c = i2c
        self._address = address
        self._limits = limits
        self._channel = 0
        self._begun_ms = None  # when the running conversion began
        self._cycle_ms = None
        self._word = bytearray(2)
        self._settings = bytearray(2)
        self.banks = [_Mat() for _ in range(4)]

    def turn(self, now_ms):
        """Begins or reads one conversion, without waiting -> bool: there is more to do soon."""
        if self._begun_ms is None:
            if self._channel == 0:
                if self._cycle_ms is not None and now_ms - self._cycle_ms < _CYCLE_MS:
                    return False
                self._cycle_ms = now_ms
            self._begin(now_ms)
            return True
        if now_ms - self._begun_ms < _TAKES_MS:
            return True
        self._begun_ms = None
        self.banks[self._channel].level = self._finish()
        self._channel = self._channel + 1 & 3
        return True

    def _begin(self, now_ms):
        self._settings[0] = _START[self._channel]
        self._settings[1] = _RATE
        self._begun_ms = now_ms
        try:
            self._i2c.writeto_mem(self._address, _CONFIG, self._settings)
        except OSError:
            pass  # _finish() detects it

    def _finish(self):
        """-> 1: taken, 0: empty, None: unknown."""
        word, limits = self._word, self._limits
        try:
            self._i2c.readfrom_mem_into(self._address, _CONFIG, word)
            # A chip that was reset in between has other settings, and has converted nothing.
            if word[0] | _READY != self._settings[0] or word[1] != _RATE or not word[0] & _READY:
                return None
            self._i2c.readfrom_mem_into(self._address, _CONVERSION, word)
        except OSError:
            return None
        steps = word[0] << 8 | word[1]
        mv = 0 if steps & 0x8000 else steps >> 3
        if mv < limits["short_mv"] or mv > limits["open_mv"]:
            return None
        return 1 if mv < limits["empty_mv"] else 0


class _Mat:
    inputs = 1
    resets = 0

    def __init__(self):
        self.level = None

    def read(self):
        """-> 1: taken, 0: empty. OSError: the chip is silent, or the wire is cut or shorted."""
        if self.level is None:
            raise OSError(_EIO)
        return self.level
