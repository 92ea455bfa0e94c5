"""ADS1115: four analog inputs behind I2C.

Source: Texas Instruments SBAS444E: pointer 8.6.1, registers 8.6.2 and 8.6.3 (power-on value of
config 8583h), single-shot mode 8.4.2.1, data rates and full scales table 8-1, data format 8.5.4.
Not modelled: the comparator, differential inputs, continuous mode (refused).
"""

from __future__ import annotations

from collections.abc import Callable

CONVERSION, CONFIG, LO_THRESH, HI_THRESH = 0, 1, 2, 3
_FULL_UV = (6_144_000, 4_096_000, 2_048_000, 1_024_000, 512_000, 256_000, 256_000, 256_000)
_PER_SECOND = (8, 16, 32, 64, 128, 250, 475, 860)


class ADS1115:
    """uv: the voltage at inputs 0 to 3; a clock in ms, because a conversion takes its time."""

    def __init__(self, clock: Callable[[], int], uv: Callable[[int], int]):
        self._clock = clock
        self._uv = uv
        self.answers = True
        self.reset()

    def reset(self) -> None:
        self._words = {CONVERSION: 0, CONFIG: 0x8583, LO_THRESH: 0x8000, HI_THRESH: 0x7FFF}
        self._pointer = CONVERSION
        self._ready_ms: float | None = None

    def flip(self, register: int, bit: int) -> None:
        """A disturbance turns one bit over."""
        self._words[register] ^= 1 << bit

    def receive(self, data: bytes) -> None:
        if not data:
            return
        self._finish()
        self._pointer = data[0] & 3
        if len(data) != 3 or self._pointer == CONVERSION:
            return
        word = data[1] << 8 | data[2]
        if self._pointer != CONFIG:
            self._words[self._pointer] = word
            return
        assert word & 0x0100, "continuous conversion is not modelled"
        starts = word & 0x8000 and self._ready_ms is None  # during a conversion: no effect
        self._words[CONFIG] = word & 0x7FFF | (0 if self._ready_ms is not None else 0x8000)
        if starts:
            self._words[CONFIG] &= 0x7FFF
            self._ready_ms = self._clock() + 1000 / _PER_SECOND[word >> 5 & 7] * 1.1

    def transmit(self, buf) -> None:
        self._finish()
        word = self._words[self._pointer]
        for at in range(len(buf)):
            buf[at] = word & 0xFF if at & 1 else word >> 8

    def _finish(self) -> None:
        if self._ready_ms is None or self._clock() < self._ready_ms:
            return
        self._ready_ms = None
        config = self._words[CONFIG]
        mux = config >> 12 & 7
        assert mux >= 4, "differential inputs are not modelled"
        step = self._uv(mux - 4) * 32768 // _FULL_UV[config >> 9 & 7]
        self._words[CONVERSION] = max(-32768, min(32767, step)) & 0xFFFF
        self._words[CONFIG] |= 0x8000
