"""LIS3DH: an accelerometer behind I2C, register by register.

Source: ST DocID17530 Rev 2: sensitivity table 4, FIFO 5.1, I2C sub-address 6.1.1,
registers and their power-on values table 17, chapter 8; ST AN3308: with the FIFO on,
a burst goes back from 0x2D to 0x28. A write to a reserved register may damage a real
chip: here it is an error of the test. Not modelled: the auxiliary ADC, the interrupt
and click engines, the high-pass filter, the self-test, stream-to-FIFO mode.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from itertools import chain

WHO_AM_I, CTRL_REG1, CTRL_REG4, CTRL_REG5 = 0x0F, 0x20, 0x23, 0x24
STATUS_REG, OUT_X_L, FIFO_CTRL_REG, FIFO_SRC_REG = 0x27, 0x28, 0x2E, 0x2F
_OUT_Z_H = 0x2D
_DEFAULTS = {WHO_AM_I: 0x33, CTRL_REG1: 0x07}
_READ_ONLY = {*range(0x07, 0x10), STATUS_REG, *range(OUT_X_L, _OUT_Z_H + 1), FIFO_SRC_REG, 0x31,
              0x39}  # fmt: skip
_RESERVED = {*range(0x00, 0x07), *range(0x10, 0x1F), *range(0x34, 0x38), *range(0x3E, 0x80)}
_ODR_HZ = (0, 1, 10, 25, 50, 100, 200, 400)  # CTRL_REG1, table 25; low-power rates are not modelled
_LEVELS = 32
_BYPASS, _FIFO, _STREAM = 0, 1, 2
_NOISE_MG = 4.0  # at most: 0.22 mg per root Hz over half of 100 Hz are 1.6 mg

Sample = tuple[int, int, int]
Feel = Callable[[int], "tuple[float, float, float]"]
"""ms -> what the chip feels then along its x, y and z, in mg, gravity included."""


class LIS3DH:
    """`feel` is asked once for each sample; `advance` lets time pass."""

    def __init__(self, feel: Feel, rng: random.Random | None = None):
        self._feel = feel
        self._rng = rng or random.Random(0)
        self.answers = True
        self._next_ms = 0.0
        self.reset()

    def reset(self) -> None:
        """Power-on: every register back to table 17; nothing is measured."""
        self._regs = bytearray(0x80)
        for register, value in _DEFAULTS.items():
            self._regs[register] = value
        self._set_format()
        self._pointer = 0
        self._counts_up = False
        self._queue: list[Sample] = []
        self._overrun = False
        self._out: Sample = (0, 0, 0)

    def flip(self, register: int, bit: int) -> None:
        """A disturbance turns one bit over."""
        self._regs[register] ^= 1 << bit
        self._set_format()
        if not self._keeps:
            self._queue.clear()
            self._overrun = False

    # the world side

    def advance(self, now_ms: int) -> None:
        """Take every sample that was due by now_ms."""
        rate = _ODR_HZ[self._regs[CTRL_REG1] >> 4] if self._regs[CTRL_REG1] >> 4 < 8 else 0
        if not rate:
            self._next_ms = now_ms
            return
        period_ms = 1000 / rate
        late_ms = now_ms - self._next_ms
        if self._mode != _FIFO and late_ms > (_LEVELS + 1) * period_ms:  # would be overwritten
            self._overrun = self._overrun or self._keeps
            self._next_ms = now_ms - _LEVELS * period_ms
        while self._next_ms <= now_ms:
            self._take(int(self._next_ms))
            self._next_ms += period_ms

    @property
    def _keeps(self) -> bool:
        return bool(self._regs[CTRL_REG5] & 0x40) and self._mode != _BYPASS

    @property
    def _mode(self) -> int:
        return self._regs[FIFO_CTRL_REG] >> 6

    def _take(self, at_ms: int) -> None:
        x, y, z = self._feel(at_ms)
        bits = self._rng.getrandbits(24)  # three numbers of 8 bits
        noise = _NOISE_MG / 128
        sample = (
            self._digits(x + ((bits & 255) - 128) * noise),
            self._digits(y + ((bits >> 8 & 255) - 128) * noise),
            self._digits(z + ((bits >> 16) - 128) * noise),
        )
        if not self._keeps:
            self._out = sample
            return
        if len(self._queue) == _LEVELS:
            self._overrun = True
            if self._mode == _FIFO:
                return
            self._queue.pop(0)
        self._queue.append(sample)

    def _set_format(self) -> None:
        """Bits and mg of a digit, table 4: high-resolution, low-power or normal mode."""
        high, low = self._regs[CTRL_REG4] & 0x08, self._regs[CTRL_REG1] & 0x08
        bits = 12 if high else 8 if low else 10
        self._format = bits, (1, 2, 4, 12)[self._regs[CTRL_REG4] >> 4 & 3] << 12 - bits

    def _digits(self, mg: float) -> int:
        """mg -> as it stands in OUT_L and OUT_H: left-justified, clipped at full scale."""
        bits, mg_per_digit = self._format
        digits = round(mg / mg_per_digit)
        most = 1 << bits - 1
        if not -most <= digits < most:
            digits = -most if digits < 0 else most - 1
        return digits << 16 - bits & 0xFFFF

    # the bus side

    def receive(self, data: bytes) -> None:
        """A write transfer: the sub-address, then bytes to write from there on."""
        if not data:
            return
        self._pointer, self._counts_up = data[0] & 0x7F, bool(data[0] & 0x80)
        for value in data[1:]:
            self._write(self._pointer, value)
            self._advance()

    def transmit(self, buf) -> None:
        """A read transfer from the sub-address on; without its bit 7 always the same register."""
        if self._pointer == OUT_X_L and self._counts_up and self._empties(buf):
            return
        for at in range(len(buf)):
            buf[at] = self._read(self._pointer)
            self._advance()

    def _empties(self, buf) -> bool:
        """A burst of whole samples that are all there: the usual case, in one go."""
        count, rest = divmod(len(buf), 6)
        if rest or not 0 < count <= len(self._queue):
            return False
        taken = self._queue[:count]
        del self._queue[:count]
        self._overrun = False
        self._out = taken[-1]
        buf[:] = struct.pack(f"<{3 * count}H", *chain.from_iterable(taken))
        return True

    def _advance(self) -> None:
        if not self._counts_up:
            return
        if self._pointer == _OUT_Z_H and self._keeps:
            self._pointer = OUT_X_L
        else:
            self._pointer = self._pointer + 1 & 0x7F

    def _write(self, register: int, value: int) -> None:
        if register in _RESERVED:
            raise AssertionError(f"a write to the reserved register 0x{register:02x}")
        if register in _READ_ONLY:
            return
        if register == FIFO_CTRL_REG and value >> 6 == 3:
            raise AssertionError("stream-to-FIFO mode is not modelled")
        self._regs[register] = value
        self._set_format()
        if not self._keeps:  # 5.1.1: bypass mode resets the FIFO
            self._queue.clear()
            self._overrun = False

    def _read(self, register: int) -> int:
        if register == FIFO_SRC_REG:
            return self._source()
        if OUT_X_L <= register <= _OUT_Z_H:
            return self._output(register)
        return self._regs[register]

    def _source(self) -> int:
        """8.19: watermark, overrun, empty, and how many are stored: 31 if 31 or 32 are."""
        stored = len(self._queue)
        watermark = stored > self._regs[FIFO_CTRL_REG] & 0x1F
        full = self._overrun or stored == _LEVELS
        return watermark << 7 | full << 6 | (not stored) << 5 | min(stored, 31)

    def _output(self, register: int) -> int:
        """The oldest of the FIFO stands in the output registers until its last byte is read."""
        sample = self._queue[0] if self._queue else self._out
        at = register - OUT_X_L
        value = sample[at // 2] >> 8 * (at & 1) & 0xFF
        if register == _OUT_Z_H and self._queue:
            self._out = self._queue.pop(0)
            self._overrun = False
        return value
