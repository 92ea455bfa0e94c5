"""TCA9548A: eight I2C buses out of one, where eight expanders are not enough.

Source: Texas Instruments SCPS207H, 8.5.2 and 8.6.2: the one register's bits connect the buses
SD0/SC0 to SD7/SC7; after a reset none is connected.
"""


class MuxBus:
    """One of the eight buses, with the methods of machine.I2C. It is selected before each
    transfer, so a reset of the mux does no harm. Chips on the bus in front of the mux need
    other addresses."""

    def __init__(self, i2c, channel, address=0x70):
        self._i2c = i2c
        self._address = address
        self._choice = bytes((1 << channel,))

    def readfrom_mem_into(self, address, register, buf):
        self._i2c.writeto(self._address, self._choice)
        self._i2c.readfrom_mem_into(address, register, buf)

    def writeto_mem(self, address, register, buf):
        self._i2c.writeto(self._address, self._choice)
        self._i2c.writeto_mem(address, register, buf)
