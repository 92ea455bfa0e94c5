"""LM75B temperature sensor: the temperature in the cabin.

Source: NXP LM75B product data sheet Rev. 6.1, 7.4.3: the Temp register, 11 bits of
0.125 degC, two's complement, left-justified, high byte first.
"""

from micropython import const

_TEMP = const(0x00)


class LM75:
    def __init__(self, i2c, address=0x48):
        """It measures from power-on, ten times a second, and needs no settings."""
        self._i2c = i2c
        self._address = address
        self._word = bytearray(2)  # reused: no allocation per read

    def read_c10(self):
        """-> int, 0.1 degC, rounded down. Raises OSError if the chip does not answer."""
        self._i2c.readfrom_mem_into(self._address, _TEMP, self._word)
        eighths = (self._word[0] << 8 | self._word[1]) >> 5
        if eighths & 0x400:
            eighths -= 0x800
        return eighths * 10 // 8
