"""Commands for GNSS receivers: ask for the brand, and set up two sentences a fix.

Sources: CASIC protocol (ATGM336H; Quectel L76K protocol specification) PCAS02, 03, 06, 11;
Quectel L80 protocol specification, PMTK001, 220, 314, 386, 605; u-blox 8 receiver
description (UBX-13003221) 32.10.2 CFG-MSG, 32.10.27 CFG-RATE, 32.16.16 MON-VER; u-blox
M10 interface description (UBX-21035062) CFG-VALSET and its keys.
"""

from micropython import const

CASIC, UBLOX, MTK = "casic", "ublox", "mtk"

_UBX_ACK = b"\xb5\x62\x05\x01\x02\x00\x06"
_CFG_MSG = const(0x01)
_CFG_RATE = const(0x08)
_CFG_VALSET = const(0x8A)
_NMEA = const(0xF0)
_UNWANTED = b"\x01\x02\x03\x05"  # GLL GSA GSV VTG
_BY_KEYS = const(27)  # protocol version of u-blox 9; M10 knows nothing else any more
# Keys of CFG-MSGOUT-NMEA_ID_GLL, GSA, GSV, VTG _UART1 (one byte each), CFG-RATE-MEAS (two).
_KEYS_OFF = (0x209100CA, 0x209100C0, 0x209100C5, 0x209100B1)
_KEY_RATE = const(0x30210001)


def sentence(body):
    """body: bytes between $ and * -> bytes, the whole sentence with its checksum."""
    total = 0
    for byte in body:
        total ^= byte
    return b"$%s*%02X\r\n" % (body, total)


def ubx(group, number, payload):
    """-> bytes, the UBX message with its 8-bit Fletcher checksum. payload: 255 bytes at most."""
    message = bytes((group, number, len(payload), 0)) + payload
    a = b = 0
    for byte in message:
        a = a + byte & 0xFF
        b = b + a & 0xFF
    return b"\xb5\x62" + message + bytes((a, b))


def ubx_cfg(number, payload):
    return ubx(0x06, number, payload)


QUESTIONS = (
    (CASIC, sentence(b"PCAS06,0"), b",01,01,02,SW="),
    (UBLOX, ubx(0x0A, 0x04, b""), b"\xb5\x62\x0a\x04"),
    (MTK, sentence(b"PMTK605"), b"$PMTK705,"),
)
"""(brand, question, what its answer begins with)."""


def commands(brand, answer, interval_ms):
    """-> list of (command, its acknowledgement, b"" if it has none).

    answer: bytes, the receiver's answer to the question; interval_ms: 1000 or 200.
    """
    if brand == CASIC:
        bodies = (b"PCAS11,3", b"PCAS03,1,0,0,0,1,0,0,0,0,0,,,0,0", b"PCAS02,%d" % interval_ms)
        return [(sentence(body), b"") for body in bodies]
    if brand == MTK:
        wanted = b"PMTK314,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"
        bodies = (wanted, b"PMTK386,0", b"PMTK220,%d" % interval_ms)
        return [(sentence(body), b"$PMTK001,%s,3" % body[4:7]) for body in bodies]
    if brand == UBLOX:
        return _ublox(answer, interval_ms)
    return []


def _ublox(answer, interval_ms):
    interval = bytes((interval_ms & 0xFF, interval_ms >> 8))
    if _protocol(answer) >= _BY_KEYS:
        values = b"\x00\x01\x00\x00"  # version 0, layer RAM
        for key in _KEYS_OFF:
            values += key.to_bytes(4, "little") + b"\x00"
        values += _KEY_RATE.to_bytes(4, "little") + interval
        return [(ubx_cfg(_CFG_VALSET, values), _UBX_ACK + bytes((_CFG_VALSET,)))]
    ack = _UBX_ACK + bytes((_CFG_MSG,))
    pairs = [(ubx_cfg(_CFG_MSG, bytes((_NMEA, kind, 0))), ack) for kind in _UNWANTED]
    rate = ubx_cfg(_CFG_RATE, interval + b"\x01\x00\x01\x00")
    return pairs + [(rate, _UBX_ACK + bytes((_CFG_RATE,)))]


def _protocol(answer):
    """MON-VER's answer -> int: 18 of PROTVER=18.00 (u-blox 7: PROTVER 14.00); 0 if it has none."""
    at = answer.find(b"PROTVER")
    digits = bytes(answer[at + 8 : at + 10]) if at >= 0 else b""
    return int(digits) if digits.isdigit() else 0
