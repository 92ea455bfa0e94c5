"""DS18B20 on its wire, shaped like MicroPython's onewire.OneWire: reset, writebyte, readinto, crc8.

Source: Maxim DS18B20 19-7487 Rev 4: figure 9 (scratchpad and its power-on values), commands
CCh, 44h, BEh, conversion time at 12 bits 750 ms (table "AC electrical characteristics"), CRC
figure 11 (x^8 + x^5 + x^4 + 1). Not modelled: addresses, alarms, EEPROM, parasite power.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_CONVERSION_MS = 750


class DS18B20Wire:
    """cut: no sensor answers; shorted: the wire is held low; noise: the next bytes are damaged."""

    def __init__(self, clock: Callable[[], int], celsius: Callable[[], float]):
        self._clock = clock
        self._celsius = celsius
        self.cut = False
        self.shorted = False
        self.noise = 0
        self.reset_power()

    def reset_power(self) -> None:
        """Power-on: 85 degC until the first conversion is done."""
        self._word = 0x0550
        self._ready_ms: int | None = None
        self._chosen = False
        self._reads = False

    def reset(self, required: bool = False) -> bool:
        """A wire that is held low looks like the presence pulse of a sensor."""
        self._chosen = self._reads = False
        return self.shorted or not self.cut

    def writebyte(self, value: int) -> None:
        if self.cut or self.shorted:
            return
        self._finish()
        if not self._chosen:
            self._chosen = value == 0xCC
        elif value == 0x44:
            self._ready_ms = self._clock() + _CONVERSION_MS
        elif value == 0xBE:
            self._reads = True

    def readinto(self, buf: Any) -> None:
        self._finish()
        if self.shorted:
            buf[:] = bytes(len(buf))
        elif self.cut or not self._reads:
            buf[:] = b"\xff" * len(buf)
        else:
            scratchpad = bytes(
                (self._word & 0xFF, self._word >> 8, 0x4B, 0x46, 0x7F, 0xFF, 0, 0x10)
            )
            scratchpad += bytes((self.crc8(scratchpad),))
            buf[:] = scratchpad[: len(buf)]
            if self.noise:
                self.noise -= 1
                buf[1] ^= 0x10

    @staticmethod
    def crc8(data: bytes) -> int:
        crc = 0
        for byte in data:
            for bit in range(8):
                mix = (crc ^ byte >> bit) & 1
                crc = crc >> 1 ^ (0x8C if mix else 0)
        return crc

    def _finish(self) -> None:
        if self._ready_ms is not None and self._clock() >= self._ready_ms:
            self._ready_ms = None
            self._word = int(self._celsius() * 16 // 1) & 0xFFFF
