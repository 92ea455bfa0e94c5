"""LM75B: a thermometer behind I2C, register by register.

Source: NXP LM75B product data sheet Rev. 6.1: pointer 7.4.1, registers and power-on
values tables 5 to 10. Not modelled: the OS pin and its fault queue.
"""

from __future__ import annotations

from collections.abc import Callable

CONF, TEMP, TOS, THYST = 0x01, 0x00, 0x03, 0x02
_CONVERSION_MS = 100
_SHUTDOWN = 0x01
_WORDS = {THYST: 0x4B00, TOS: 0x5000}  # 75 and 80 degC


class LM75:
    """celsius: what it is exposed to; read once per conversion, clipped to -55..125."""

    def __init__(self, celsius: Callable[[], float]):
        self._celsius = celsius
        self.answers = True
        self._converted_ms: int | None = None
        self.reset()

    def reset(self) -> None:
        self._conf = 0
        self._words = dict(_WORDS)
        self._temp = 0
        self._pointer = TEMP

    def flip(self, bit: int) -> None:
        """A disturbance turns one bit of Conf over."""
        self._conf ^= 1 << bit

    def advance(self, now_ms: int) -> None:
        """A conversion, if it is time for one."""
        if self._conf & _SHUTDOWN:
            return
        if self._converted_ms is None or now_ms - self._converted_ms >= _CONVERSION_MS:
            self._converted_ms = now_ms
            eighths = int(max(-55.0, min(125.0, self._celsius())) * 8 // 1)
            self._temp = eighths << 5 & 0xFFE0

    def receive(self, data: bytes) -> None:
        """The pointer, then the bytes of that register: one for Conf, two for the others."""
        if not data:
            return
        self._pointer = data[0] & 0x03
        if self._pointer == CONF and len(data) > 1:
            self._conf = data[1] & 0x1F
        elif self._pointer in self._words and len(data) > 2:
            self._words[self._pointer] = (data[1] << 8 | data[2]) & 0xFF80

    def transmit(self, buf) -> None:
        """The register that the pointer names, again and again; it does not move."""
        if self._pointer == CONF:
            buf[:] = bytes((self._conf,)) * len(buf)
            return
        word = self._words.get(self._pointer, self._temp)
        for at in range(len(buf)):
            buf[at] = word & 0xFF if at & 1 else word >> 8
