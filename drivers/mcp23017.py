"""MCP23017 I/O expander: seat contacts, read as 14 inputs with pull-ups.

Source: Microchip DS20001952C, table 3-5 (registers with IOCON.BANK = 0), 3.2.1 (sequential
addressing) and 3.5.6 (IOCON: BANK moves every register, SEQOP ends the counting); DS20001952D,
table 2-1: GPA7 and GPB7 are outputs only, because a level that changes there during a read can
block the I2C bus. This is true of every chip, whatever its age: both are left unconnected, and
put out low.
"""

from micropython import const

_IODIRA = const(0x00)
_GPINTENB_OR_IOCON = const(0x05)  # with BANK = 0, with BANK = 1
_IOCON = const(0x0A)
_SPAN = const(20)  # IODIRA 0x00 to GPIOB 0x13, of each register A before B
_GPIOA = const(18)
_GPIOB = const(19)
_INPUTS = const(0x7F)  # of each port
# IODIR, IPOL, GPINTEN, DEFVAL, INTCON, IOCON, GPPU
_SETTINGS = b"\x7f\x7f" + bytes(10) + b"\x7f\x7f"
_ENODEV = const(19)


class MCP23017:
    """Every read proves all of the chip's settings, in the same transfer as its inputs.

    A chip that was reset by a dip of the supply has no pull-ups: its inputs float and could read
    anything, "empty" included. A single register bit that a disturbance has turned over does
    harm as well: an input that became an output (IODIR) reads its latch, "empty" for ever, and
    IPOL makes "empty" of "taken". The settings are then written anew, that one read raises
    OSError, and `resets` counts it if the chip has been read before. Noise on the bus, which a
    second look does not find again, is not counted.
    """

    inputs = 14

    def __init__(self, i2c, address=0x20):
        """Does not need the chip to answer yet: it is set up at its first read."""
        self._i2c = i2c
        self._address = address
        self.resets = 0
        self._was_read = False
        self._span = bytearray(_SPAN)  # reused: no allocation per read
        self._settings = memoryview(self._span)[: len(_SETTINGS)]

    def read(self):
        """-> int, 14 bits, bit 0 = GPA0, bit 7 = GPB0; 1 = pin high.

        Raises OSError if the chip does not answer or has lost a setting.
        """
        span = self._span
        self._i2c.readfrom_mem_into(self._address, _IODIRA, span)
        if self._settings != _SETTINGS:
            self._mend()
            raise OSError(_ENODEV)
        self._was_read = True
        return span[_GPIOA] & _INPUTS | (span[_GPIOB] & _INPUTS) << 7

    def _mend(self):
        found = bytes(self._settings)
        self._i2c.readfrom_mem_into(self._address, _IODIRA, self._span)
        if self._was_read and self._settings == found:
            self.resets += 1
            self._was_read = False
        # First the addressing: with BANK = 1 IOCON stands where GPINTENB is.
        self._i2c.writeto_mem(self._address, _GPINTENB_OR_IOCON, b"\x00")
        self._i2c.writeto_mem(self._address, _IOCON, b"\x00")
        self._i2c.writeto_mem(self._address, _IODIRA, _SETTINGS)
