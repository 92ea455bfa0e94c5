"""MCP23017 I/O expander: seat contacts, read as 14 inputs with pull-ups.

Source: Microchip DS20001952C, table 3-5 (registers with IOCON.BANK = 0) and
3.2.1 (sequential addressing); DS20001952D, table 2-1: GPA7 and GPB7 are outputs
only, because a level that changes there during a read can block the I2C bus. This is
true of every chip, whatever its age: both are left unconnected, and put out low.
"""

from micropython import const

_IODIRA = const(0x00)
_GPPUA = const(0x0C)
_SPAN = const(8)  # GPPUA 0x0C, GPPUB, INTFA, INTFB, INTCAPA, INTCAPB, GPIOA, GPIOB 0x13
_INPUTS = const(0x7F)  # of each port
_ENODEV = const(19)


class MCP23017:
    """Every read proves that the chip still has its pull-ups.

    A chip that was reset by a dip of the supply has none: its inputs float and
    could read anything, "empty" included. It is then set up again, that one read
    raises OSError, and `resets` counts it if the chip has been read before.
    """

    inputs = 14

    def __init__(self, i2c, address=0x20):
        """Does not need the chip to answer yet: it is set up at its first read."""
        self._i2c = i2c
        self._address = address
        self.resets = 0
        self._was_read = False
        self._span = bytearray(_SPAN)  # reused: no allocation per read

    def read(self):
        """-> int, 14 bits, bit 0 = GPA0, bit 7 = GPB0; 1 = pin high.

        Raises OSError if the chip does not answer or was reset.
        """
        span = self._span
        self._i2c.readfrom_mem_into(self._address, _GPPUA, span)
        if span[0] != _INPUTS or span[1] != _INPUTS:
            if self._was_read and not span[0] | span[1]:  # anything else is noise on the bus
                self.resets += 1
                self._was_read = False
            self._set_up()
            raise OSError(_ENODEV)
        self._was_read = True
        return span[6] & _INPUTS | (span[7] & _INPUTS) << 7

    def _set_up(self):
        self._i2c.writeto_mem(self._address, _IODIRA, b"\x7f\x7f")
        self._i2c.writeto_mem(self._address, _GPPUA, b"\x7f\x7f")
