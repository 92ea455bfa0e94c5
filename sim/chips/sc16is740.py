"""SC16IS740: a serial port behind I2C, with a line (sim/wires/rs485.py) at its far end.

Source: NXP SC16IS740/750/760 product data sheet Rev. 7: register map table 10, sub-address
table 33, power-on values 7.4, divisor latches reached with LCR[7] = 1, FIFO sub-address does not
count up. Not modelled: interrupts, modem lines, sleep, software flow control.
"""

from __future__ import annotations

from sim.wires.rs485 import RS485

_CRYSTAL_HZ = 14_745_600
RHR, DLL, DLH, FCR, LCR, TXLVL, RXLVL, EFCR = 0, 0, 1, 2, 3, 8, 9, 15


class SC16IS740:
    """Bytes that find its 64 byte FIFO full are lost. Without auto direction no byte gets out."""

    def __init__(self, line: RS485):
        self._line = line
        self.answers = True
        self.reset()

    def reset(self) -> None:
        self._regs = bytearray(16)
        self._regs[LCR] = 0x1D
        self._divisor = bytearray((0, 0))
        self._fifo = bytearray()
        self._pointer = 0

    def receive(self, data: bytes) -> None:
        if not data:
            return
        self._pointer = data[0] >> 3 & 15
        if len(data) == 1:
            return
        register, values = self._pointer, data[1:]
        if self._regs[LCR] & 0x80 and register in (DLL, DLH):
            self._divisor[register] = values[-1]
        elif register == RHR:
            self._send(values)
        elif register == FCR:
            if values[-1] & 2:
                self._fifo.clear()
            self._regs[FCR] = values[-1]
        elif register not in (TXLVL, RXLVL):
            self._regs[register] = values[-1]

    def transmit(self, buf) -> None:
        heard = bytearray(64)
        n = self._line.readinto(heard) or 0
        if self._regs[FCR] & 1:
            self._fifo += heard[: min(n, 64 - len(self._fifo))]
        if self._pointer == RHR and not self._regs[LCR] & 0x80:
            n = min(len(buf), len(self._fifo))
            buf[:] = bytes(self._fifo[:n]) + bytes(len(buf) - n)
            del self._fifo[:n]
            return
        value = {RXLVL: len(self._fifo), TXLVL: 64}.get(self._pointer, self._regs[self._pointer])
        buf[:] = bytes((value,)) * len(buf)

    def _send(self, data: bytes) -> None:
        divisor = self._divisor[0] | self._divisor[1] << 8
        if not divisor or not self._regs[FCR] & 1 or self._regs[EFCR] & 0x30 != 0x30:
            return
        self._line.init(_CRYSTAL_HZ // 16 // divisor)
        self._line.write(data)
