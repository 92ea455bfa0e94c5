"""LIS3DH three-axis accelerometer: 100 samples a second of +-8 g, queued in the chip.

Source: ST DocID17530 Rev 2: sensitivity table 4, FIFO in stream mode 5.1.3, I2C
sub-address 6.1.1, registers table 17 and chapter 8; ST AN3308 for a burst that reads
the FIFO: the address goes back from 0x2D to 0x28.
"""

from micropython import const

_WHO_AM_I = const(0x0F)
_CTRL_REG1 = const(0x20)
_OUT_X_L = const(0x28)
_FIFO_CTRL_REG = const(0x2E)
_FIFO_SRC_REG = const(0x2F)
_MANY = const(0x80)  # of a sub-address: it counts up

_LIS3DH = const(0x33)
# CTRL_REG1: 100 Hz, x, y and z. 4: block update, +-8 g, high resolution. 5: FIFO on.
_SETTINGS = b"\x57\x00\x00\xa8\x40"
_STREAM = b"\x80"
_PROVEN = _SETTINGS + _STREAM

_OVERRUN = const(0x40)
_EMPTY = const(0x20)
_STORED = const(0x1F)
_LEVELS = const(32)
_PROOF = const(16)  # reads between two looks at the settings: 1.6 s
_ENODEV = const(19)


class LIS3DH:
    """x, y, z: lists of the newest samples, in mg, along the axes printed on the chip.

    resets: how often it was found without its settings since boot. A chip that was reset by a dip
    of the supply measures nothing; a single register bit that a disturbance has turned over may
    change the scale of every sample (CTRL_REG4).
    """

    def __init__(self, i2c, address=0x18):
        """Does not need the chip to answer yet: it is set up at its first read."""
        self.x = [0] * _LEVELS
        self.y = [0] * _LEVELS
        self.z = [0] * _LEVELS
        self._i2c = i2c
        self._address = address
        self.resets = 0
        self._was_proven = False
        self._reads = 0  # since the settings were looked at
        self._byte = bytearray(1)
        self._found = bytearray(len(_PROVEN))
        found = memoryview(self._found)
        self._control, self._mode = found[: len(_SETTINGS)], found[len(_SETTINGS) :]
        samples = memoryview(bytearray(6 * _LEVELS))
        self._bursts = [samples[: 6 * n] for n in range(_LEVELS + 1)]  # no allocation per read

    def read(self):
        """-> int, 0 to 32: samples since the last read, in x, y and z, the oldest first.

        The chip keeps the newest 320 ms. Raises OSError if it does not answer, is another
        chip, or has lost a setting: then it is set up again.
        """
        self._i2c.readfrom_mem_into(self._address, _FIFO_SRC_REG, self._byte)
        source = self._byte[0]
        self._reads += 1
        if source & _EMPTY or self._reads >= _PROOF:
            self._prove_settings()
        if source & _EMPTY:
            return 0
        n = _LEVELS if source & _OVERRUN else source & _STORED
        burst = self._bursts[n]
        self._i2c.readfrom_mem_into(self._address, _OUT_X_L | _MANY, burst)
        _unpack(burst, 0, n, self.x)
        _unpack(burst, 2, n, self.y)
        _unpack(burst, 4, n, self.z)
        return n

    def _prove_settings(self):
        self._reads = 0
        self._look()
        if self._found == _PROVEN:
            self._was_proven = True
            return
        found = bytes(self._found)
        self._look()
        self._i2c.readfrom_mem_into(self._address, _WHO_AM_I, self._byte)
        if self._byte[0] == _LIS3DH:
            if self._was_proven and self._found == found:  # noise does not come twice alike
                self.resets += 1
                self._was_proven = False
            self._i2c.writeto_mem(self._address, _FIFO_CTRL_REG, _STREAM)
            self._i2c.writeto_mem(self._address, _CTRL_REG1 | _MANY, _SETTINGS)
        raise OSError(_ENODEV)

    def _look(self):
        self._i2c.readfrom_mem_into(self._address, _CTRL_REG1 | _MANY, self._control)
        self._i2c.readfrom_mem_into(self._address, _FIFO_CTRL_REG, self._mode)


def _unpack(burst, at, n, axis):
    """One axis of a burst: n values of 12 bits, left-justified in 16, 4 mg each -> axis, in mg."""
    for sample in range(n):
        high = burst[at + 1]
        axis[sample] = ((burst[at] | high << 8) - ((high & 0x80) << 9)) >> 2
        at += 6
