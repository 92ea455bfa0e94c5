"""A module of isolated digital inputs that speaks Modbus RTU: function 02 and nothing else.

Sources: MODBUS Application Protocol Specification V1.1b3, 6.2 (function 02, state diagram of
figure 12), 7 (exception codes 01, 02, 03); MODBUS over Serial Line V1.02, 2.2 (addresses; 0 is
broadcast and is not answered), 2.5.1.2 and 6.2.2 (a frame with a wrong CRC is not answered).
"""

from __future__ import annotations

_MOST = 2000  # inputs in one request


def crc(data: bytes) -> int:
    """Bit by bit, as 6.2.2 describes it."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


def framed(body: bytes) -> bytes:
    return body + crc(body).to_bytes(2, "little")


class ModbusInputs:
    """`levels`: bit 0 the first input, 1 = current flows. `cut`: its cable is off."""

    def __init__(self, address: int, inputs: int, baud: int = 9600, delay_ms: float = 5):
        self.address = address
        self.inputs = inputs
        self.baud = baud
        self.delay_ms = delay_ms
        self.levels = 0
        self.cut = False

    def answer(self, frame: bytes) -> bytes | None:
        """The answer to a frame; None if it does not answer."""
        if len(frame) < 4 or crc(frame[:-2]) != int.from_bytes(frame[-2:], "little"):
            return None
        if frame[0] != self.address:
            return None
        function, body = frame[1], frame[2:-2]
        if function != 0x02:
            return self._refusal(function, 1)
        if len(body) != 4:
            return None
        first, count = int.from_bytes(body[:2], "big"), int.from_bytes(body[2:], "big")
        if not 1 <= count <= _MOST:
            return self._refusal(function, 3)
        if first + count > self.inputs:
            return self._refusal(function, 2)
        states = self.levels >> first & (1 << count) - 1
        packed = states.to_bytes((count + 7) // 8, "little")
        return framed(bytes((self.address, function, len(packed))) + packed)

    def _refusal(self, function: int, code: int) -> bytes:
        return framed(bytes((self.address, function | 0x80, code)))
