"""GNSS receiver on a UART: NMEA in, configuration out.

Nobody knows which receiver a technician soldered in, so all three families are told
the same, each in its own language: so many fixes a second, only GGA and RMC. Each
ignores what it does not understand.

Sources: CASIC protocol (ATGM336H, L76K) PCAS02, 03, 11; Quectel L80 protocol
specification PMTK220, 314, 386; u-blox 8 receiver description (UBX-13003221)
32.10.2 CFG-MSG, 32.10.27 CFG-RATE.
"""

from micropython import const

_CASIC_VEHICLE = b"PCAS11,3"
_CASIC_GGA_RMC = b"PCAS03,1,0,0,0,1,0,0,0,0,0,,,0,0"
_MTK_RMC_GGA = b"PMTK314,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"
_MTK_NO_SPEED_THRESHOLD = b"PMTK386,0"
_UBX_CFG_MSG = const(0x01)
_UBX_CFG_RATE = const(0x08)
_UBX_NMEA = const(0xF0)
_UBX_UNWANTED = b"\x01\x02\x03\x05"  # GLL GSA GSV VTG


def sentence(body):
    """bytes between $ and * -> bytes, the whole sentence."""
    total = 0
    for byte in body:
        total ^= byte
    return b"$%s*%02X\r\n" % (body, total)


def ubx_cfg(number, payload):
    """A UBX CFG message -> bytes with its 8-bit Fletcher checksum."""
    message = bytes((0x06, number, len(payload), 0)) + payload
    a = b = 0
    for byte in message:
        a = a + byte & 0xFF
        b = b + a & 0xFF
    return b"\xb5\x62" + message + bytes((a, b))


class Gnss:
    def __init__(self, uart, interval_ms=1000):
        """uart: machine.UART. interval_ms: 1000, 500, 200 or 100 between fixes.

        9600 Bd carry the two sentences of a fix twice a second, not five times.
        """
        self._uart = uart
        self.configure(interval_ms)

    def configure(self, interval_ms):
        """Again after the receiver has lost its supply: it forgets."""
        write = self._uart.write
        write(sentence(_CASIC_VEHICLE))
        write(sentence(_CASIC_GGA_RMC))
        write(sentence(b"PCAS02,%d" % interval_ms))
        write(sentence(_MTK_RMC_GGA))
        write(sentence(_MTK_NO_SPEED_THRESHOLD))
        write(sentence(b"PMTK220,%d" % interval_ms))
        for unwanted in _UBX_UNWANTED:
            write(ubx_cfg(_UBX_CFG_MSG, bytes((_UBX_NMEA, unwanted, 0))))
        rate = bytes((interval_ms & 0xFF, interval_ms >> 8, 1, 0, 1, 0))
        write(ubx_cfg(_UBX_CFG_RATE, rate))

    def readinto(self, buf):
        """-> int, bytes read into the start of buf: what has come, 0 if nothing. Never waits."""
        if not self._uart.any():
            return 0
        return self._uart.readinto(buf) or 0
