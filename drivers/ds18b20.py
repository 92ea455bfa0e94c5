"""DS18B20 thermometer on one wire, by MicroPython's own `onewire`: integers, and no waiting.

Source: Maxim DS18B20 19-7487 Rev 4, table 1 and figure 4 (temperature register, 1/16 degC; 85 degC
after power-on), figure 9 (scratchpad), commands 44h, BEh, CCh; 750 ms for a conversion. One
thermometer on the wire: it needs no address (skip ROM).
"""

from micropython import const

_SKIP_ROM = const(0xCC)
_CONVERT = const(0x44)
_READ = const(0xBE)
_POWER_ON = const(0x0550)
_EIO = const(5)


class DS18B20:
    def __init__(self, bus):
        """bus: onewire.OneWire."""
        self._bus = bus
        self._scratchpad = bytearray(9)
        self._is_begun = False

    def read_c10(self):
        """-> int, 0.1 degC, rounded down, as measured since the call before; then measures again.

        Call it once a second at most. Raises OSError if the chip does not answer, the CRC is
        wrong, or nothing has been measured yet.
        """
        was_begun, self._is_begun = self._is_begun, False
        sixteenths = self._read() if was_begun else None
        self._command(_CONVERT)
        self._is_begun = True
        if sixteenths is None or sixteenths == _POWER_ON:
            raise OSError(_EIO)
        if sixteenths & 0x8000:
            sixteenths -= 0x10000
        return sixteenths * 10 // 16

    def _read(self):
        self._command(_READ)
        buf = self._scratchpad
        self._bus.readinto(buf)
        # A wire held low reads nine zeros, whose CRC is right: byte 5 of a DS18B20 is FFh.
        if self._bus.crc8(buf) or buf[5] != 0xFF:
            raise OSError(_EIO)
        return buf[1] << 8 | buf[0]

    def _command(self, command):
        if not self._bus.reset():
            raise OSError(_EIO)
        self._bus.writebyte(_SKIP_ROM)
        self._bus.writebyte(command)
