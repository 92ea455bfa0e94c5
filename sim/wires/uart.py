"""A serial wire shaped like MicroPython's machine.UART (ESP32 port), with a chip at its end.

The firmware's end has `any`, `read`, `readinto`, `write`, `init`. The chip's end is
`transmit`, `received` and `advance(now_ms)`, which lets bytes arrive no faster than
the chip's baud rate: 10 bits a byte, 8N1.

Source: MicroPython docs, class UART; ports/esp32/machine_uart.c: reads return None
when nothing is there, and bytes that find the receive buffer full are gone.
"""

from __future__ import annotations

import random

_BITS = 10  # start, eight data, stop


class UART:
    """`cut` breaks both wires; `noise` is the probability that a byte arrives damaged.

    `baudrate` is the firmware's, `chip_baudrate` the chip's: while they differ,
    what arrives at either end is rubbish. `overruns` counts bytes lost because
    the firmware did not read in time.
    """

    def __init__(self, baudrate: int = 9600, rxbuf: int = 256, rng: random.Random | None = None):
        self._rng = rng or random.Random(0)
        self._pending = bytearray()  # on their way to the firmware
        self._since_ms = 0  # the first of them started then
        self._arrived = bytearray()
        self._from_firmware = bytearray()
        self.chip_baudrate = baudrate
        self.cut = False
        self.noise = 0.0
        self.overruns = 0
        self.baudrate = baudrate
        self.rxbuf = rxbuf

    def init(self, baudrate: int = 9600, rxbuf: int | None = None) -> None:
        """Reconfigure the firmware's end; what it had received is gone."""
        self.baudrate = baudrate
        self.rxbuf = rxbuf or self.rxbuf
        self._arrived.clear()

    def any(self) -> int:
        """-> bytes that can be read without waiting."""
        return len(self._arrived)

    def read(self, nbytes: int | None = None) -> bytes | None:
        """-> up to nbytes (all, if not given), or None if there are none."""
        taken = bytes(self._arrived[:nbytes])
        del self._arrived[: len(taken)]
        return taken or None

    def readinto(self, buf, nbytes: int | None = None) -> int | None:
        """-> bytes put at the start of buf, or None if there are none."""
        n = min(len(self._arrived), len(buf) if nbytes is None else nbytes)
        if n == 0:
            return None
        buf[:n] = self._arrived[:n]
        del self._arrived[:n]
        return n

    def write(self, buf) -> int:
        """-> len(buf); also on a wire with nothing at its end."""
        if not self.cut:
            self._from_firmware += self._damaged(bytes(buf))
        return len(buf)

    def received(self) -> bytes:
        """The chip takes what the firmware has written since it last asked."""
        if not self._from_firmware:
            return b""
        taken = bytes(self._from_firmware)
        self._from_firmware.clear()
        return taken

    def miss(self) -> None:
        """After sleep of the firmware's end: what has arrived is lost."""
        self._arrived.clear()

    def transmit(self, data: bytes, now_ms: int) -> None:
        """The chip starts to send, behind what it is sending already."""
        if not self._pending:
            self._since_ms = now_ms
        self._pending += data

    def silence(self) -> None:
        """The chip stops in the middle of what it is sending."""
        self._pending.clear()

    def advance(self, now_ms: int) -> None:
        """Time passes: what had the time to cross the wire arrives."""
        pending = self._pending
        if not pending:
            return
        n = min((now_ms - self._since_ms) * self.chip_baudrate // (1000 * _BITS), len(pending))
        if n <= 0:
            return
        self._since_ms += n * 1000 * _BITS // self.chip_baudrate
        crossed = bytes(pending[:n])
        del pending[:n]
        if self.cut:
            return
        room = self.rxbuf - len(self._arrived)
        self.overruns += max(0, n - room)
        self._arrived += self._damaged(crossed[:room])

    def _damaged(self, data: bytes) -> bytes:
        if self.baudrate != self.chip_baudrate:
            return self._rng.randbytes(len(data))
        if not self.noise:
            return data
        random_ = self._rng.random
        return bytes(
            byte ^ 1 << self._rng.randrange(8) if random_() < self.noise else byte for byte in data
        )
