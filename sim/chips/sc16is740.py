"""SC16IS740: a serial port behind I2C, with a line (sim/wires/rs485.py) at its far end.

Source: NXP SC16IS740/750/760 product data sheet Rev. 7: register map table 10, sub-address
table 33, power-on values 7.4, divisor latches reached with LCR[7] = 1, EFR in FCR's place with LCR
= BFh, FIFO sub-address does not count up; LCR[6] sends a break for good, MCR[4] closes the loop
inside, MCR[7] divides the clock by 4, and it and IER[4] can only be written with EFR[4] = 1; a
receiver sleeps with IER[4]. With EFR[7] it sends only while CTS is low: that pin is not wired,
and high. Not modelled: interrupts, modem lines, software flow control.
"""

from __future__ import annotations

from sim.wires.rs485 import RS485

_CRYSTAL_HZ = 14_745_600
RHR, DLL, DLH, IER, FCR, LCR, MCR, TXLVL, RXLVL, EFCR = 0, 0, 1, 1, 2, 3, 4, 8, 9, 15
_8N1 = 0x03
_EFR_ACCESS = 0xBF
_GUARDED = {IER: 0xF0, MCR: 0xE0}  # bits that need EFR[4]


class SC16IS740:
    """Bytes that find its 64 byte FIFO full are lost. Without auto direction no byte gets out.

    The modules at the other end have 8N1: with another format in LCR neither side understands.
    """

    def __init__(self, line: RS485):
        self._line = line
        self.answers = True
        self.reset()

    def reset(self) -> None:
        self._regs = bytearray(16)
        self._regs[LCR] = 0x1D
        self._divisor = bytearray((0, 0))
        self._efr = 0
        self._fifo = bytearray()
        self._pointer = 0

    def receive(self, data: bytes) -> None:
        if not data:
            return
        self._pointer = data[0] >> 3 & 15
        if len(data) == 1:
            return
        register, values = self._pointer, data[1:]
        if self._regs[LCR] == _EFR_ACCESS and register == FCR:
            self._efr = values[-1]
        elif self._regs[LCR] & 0x80 and register in (DLL, DLH):
            self._divisor[register] = values[-1]
        elif register == RHR:
            self._send(values)
        elif register == FCR:
            if values[-1] & 2:
                self._fifo.clear()
            self._regs[FCR] = values[-1]
        elif register not in (TXLVL, RXLVL):
            kept = 0 if self._efr & 0x10 else _GUARDED.get(register, 0)
            self._regs[register] = self._regs[register] & kept | values[-1] & ~kept

    def flip(self, register: int, bit: int) -> None:
        """A disturbance turns one bit over; the register's number as in the register map."""
        self._regs[register] ^= 1 << bit

    def flip_divisor(self, bit: int) -> None:
        self._divisor[bit >> 3] ^= 1 << (bit & 7)

    def flip_efr(self, bit: int) -> None:
        self._efr ^= 1 << bit

    def transmit(self, buf) -> None:
        heard = bytearray(64)
        n = self._line.readinto(heard) or 0
        if self._regs[FCR] & 1 and self._is_open and not self._regs[IER] & 0x10:
            self._fifo += heard[: min(n, 64 - len(self._fifo))]
        if self._pointer == RHR and not self._regs[LCR] & 0x80:
            n = min(len(buf), len(self._fifo))
            buf[:] = bytes(self._fifo[:n]) + bytes(len(buf) - n)
            del self._fifo[:n]
            return
        value = {RXLVL: len(self._fifo), TXLVL: 64}.get(self._pointer, self._regs[self._pointer])
        buf[:] = bytes((value,)) * len(buf)

    @property
    def _is_open(self) -> bool:
        """Bytes get from the line to the FIFO, and back."""
        return self._regs[LCR] & 0x7F == _8N1 and not self._regs[MCR] & 0x10

    def _send(self, data: bytes) -> None:
        divisor = self._divisor[0] | self._divisor[1] << 8
        if self._regs[MCR] & 0x80:
            divisor *= 4
        if not divisor or not self._regs[FCR] & 1 or self._regs[EFCR] & 0x30 != 0x30:
            return
        if not self._is_open or self._efr & 0x80:
            return
        self._line.init(_CRYSTAL_HZ // 16 // divisor)
        self._line.write(data)
