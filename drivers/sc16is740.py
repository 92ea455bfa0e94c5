"""SC16IS740: one more serial port, behind I2C, that turns its RS-485 transceiver by itself.

Source: NXP SC16IS740/750/760 product data sheet Rev. 7: register map table 10, sub-address table
33 (register << 3), divisor 7.8, FIFOs of 64 bytes 7.5, RS-485 direction by RTS 9.2 (EFCR[4],
inverted by EFCR[5]: high while sending); EFR, which appears at FCR's place while LCR is BFh, 8.13.

The settings are written before each request (10 registers, 0.9 ms at 400 kHz), since half of them
cannot be read back. So a chip that lost its supply for a moment, or of which a disturbance has
turned over a bit, spoils one answer at most; and its CRC shows that.
"""

from micropython import const

_FIFO = const(0x00)  # RHR and THR
_DLL = const(0x00)  # with LCR[7]
_DLH = const(0x01)
_FCR = const(0x02)
_LCR = const(0x03)
_MCR = const(0x04)
_IER = const(0x01)
_EFR = const(0x02)  # with LCR = BFh
_RXLVL = const(0x09)
_EFCR = const(0x0F)
_CRYSTAL_HZ = const(14745600)  # of the usual breakout boards
_8N1 = const(0x03)
_ODD = const(0x08)
_EVEN = const(0x18)
_DIVISOR = const(0x80)
_RS485 = const(0x30)


class SC16IS740:
    """Has the methods of machine.UART. If the chip does not answer, there is nothing to read."""

    def __init__(self, i2c, baud, parity=None, address=0x4D):
        """parity: None, 0 (even) or 1 (odd), as machine.UART has it."""
        self._i2c = i2c
        self._address = address
        divisor = _CRYSTAL_HZ // 16 // baud
        line = _8N1 if parity is None else _8N1 | (_ODD if parity else _EVEN)
        self._settings = (
            (_LCR, b"\xbf"),
            (_EFR, b"\x10"),  # no flow control; all bits of MCR and IER can be written
            (_LCR, bytes((_DIVISOR,))),
            (_DLL, bytes((divisor & 0xFF,))),
            (_DLH, bytes((divisor >> 8,))),
            (_LCR, bytes((line,))),
            (_FCR, b"\x07"),  # FIFOs on, and emptied
            (_MCR, b"\x00"),  # no loopback, no divided clock
            (_IER, b"\x00"),  # no sleep
            (_EFCR, bytes((_RS485,))),
        )
        self._byte = bytearray(1)
        self._heard = memoryview(bytearray(64))
        self._parts = [self._heard[:n] for n in range(65)]  # no allocation per read

    def any(self):
        """-> int, bytes that wait to be read."""
        return self._register(_RXLVL)

    def readinto(self, buf):
        """-> int, bytes read into the start of buf; None if there are none."""
        n = min(self._register(_RXLVL), len(buf), 64)
        if not n:
            return None
        try:
            self._i2c.readfrom_mem_into(self._address, _FIFO << 3, self._parts[n])
        except OSError:
            return None
        for at in range(n):
            buf[at] = self._heard[at]
        return n

    def write(self, buf):
        """buf: at most 64 bytes, when the bytes before have been sent -> int, its length."""
        self._set_up()
        self._send(_FIFO, buf)
        return len(buf)

    def _set_up(self):
        for register, value in self._settings:
            self._send(register, value)

    def _register(self, register):
        try:
            self._i2c.readfrom_mem_into(self._address, register << 3, self._byte)
        except OSError:
            return 0
        return self._byte[0]

    def _send(self, register, value):
        try:
            self._i2c.writeto_mem(self._address, register << 3, value)
        except OSError:
            pass  # no answer will come, which shows it
