"""`onewire`, frozen into the ESP32 port (micropython-lib, micropython/drivers/bus/onewire).

The bits' timing is C there; here whole bytes go to the simulator.
"""

import _ops
import _wire


class OneWireError(Exception):
    pass


class OneWire:
    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self._id = pin._id
        pin.init(pin.OPEN_DRAIN, pin.PULL_UP)

    def reset(self, required=False):
        """-> bool: a device answers."""
        heard = _wire.ask(_ops.ONEWIRE, self._id, 0)
        if required and not heard:
            raise OneWireError
        return bool(heard)

    def writebyte(self, value):
        _wire.ask(_ops.ONEWIRE, self._id, 1 | value << 8)

    def write(self, buf):
        for byte in buf:
            self.writebyte(byte)

    def readinto(self, buf):
        _wire.ask(_ops.ONEWIRE, self._id, 2, None, buf)

    def readbyte(self):
        buf = bytearray(1)
        self.readinto(buf)
        return buf[0]

    def crc8(self, data):
        """CRC of Maxim, application note 27: 0 if the last byte is right."""
        crc = 0
        for byte in data:
            for _ in range(8):
                odd = (crc ^ byte) & 1
                crc = crc >> 1 ^ (0x8C if odd else 0)
                byte >>= 1
        return crc
