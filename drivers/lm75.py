"""LM75B temperature sensor: the temperature in the cabin.

Source: NXP LM75B product data sheet Rev. 6.1, 7.4.2: the Conf register, all zero after power-on;
its bit 0 stops the measuring. 7.4.3: the Temp register, 11 bits of 0.125 degC, two's complement,
left-justified, high byte first.
"""

from micropython import const

_TEMP = const(0x00)
_CONF = const(0x01)
_EIO = const(5)


class LM75:
    def __init__(self, i2c, address=0x48):
        """It measures from power-on, ten times a second, and needs no settings."""
        self._i2c = i2c
        self._address = address
        self._word = bytearray(2)  # reused: no allocation per read
        self._conf = bytearray(1)

    def read_c10(self):
        """-> int, 0.1 degC, rounded down.

        Raises OSError if the chip does not answer, or a disturbance has changed its settings:
        stopped, it would report the same temperature for ever. They are then written anew.
        """
        self._i2c.readfrom_mem_into(self._address, _CONF, self._conf)
        if self._conf[0]:
            self._i2c.writeto_mem(self._address, _CONF, b"\x00")
            raise OSError(_EIO)
        self._i2c.readfrom_mem_into(self._address, _TEMP, self._word)
        eighths = (self._word[0] << 8 | self._word[1]) >> 5
        if eighths & 0x400:
            eighths -= 0x800
        return eighths * 10 // 8
