"""The bytes of the journal on flash: a sector's header and its records.

A sector is one erase block of 4 KB. Numbers are little-endian.

Header, 32 B: "BJ", u8 version, u8 lane, u16 sectors of the alarm lane, u16 sectors of both
lanes, u32 epoch, u32 sector number, u32 start, u32 floor, u32 index, u32 CRC-32.
    start  the journal's next record number when the sector was opened
    floor  freeze rule: in the lane's earlier sectors records from this number on don't count
    index  how many records of the lane were confirmed before this sector

Record: u16 payload length, u8 kind, u8 marker, u32 record number, payload, u32 CRC-32 of
all that, begun with the sector's salt; padded with 0xFF to 16 B, which an encrypted
partition asks for. A cursor is a record of the journal's own: its number is the one up to
which the city has everything, its payload the u32 count of the lane's records up to there.
"""

import struct
from binascii import crc32

from micropython import const

SECTOR = const(4096)
HEADER = const(32)
UNIT = const(16)  # records begin and end on multiples of it
MAX_PAYLOAD = const(1524)
MAX_RECORD = const(1536)
CURSOR = const(0)  # kind
ERASED = const(-1)  # no record begins here: nothing was programmed
BAD = const(-2)  # nor here: something was, but not a record

_HEADER = "<2sBBHHIIIIII"
_RECORD = "<HBBI"
_MAGIC = b"BJ"
_VERSION = const(1)  # a later one should differ in two bits: one flipped bit is put right
_MARKER = const(0xA5)
_OVERHEAD = const(12)
_BODY = const(28)  # of the header: all but its CRC
_ERASED_UNIT = b"\xff" * 16


def put_header(buf, lane, alarms, total, epoch, number, start, floor, index):
    """Writes 32 B to the start of buf, a memoryview."""
    struct.pack_into(_HEADER, buf, 0, _MAGIC, _VERSION, lane, alarms, total, epoch, number,
                     start, floor, index, 0)  # fmt: skip
    struct.pack_into("<I", buf, _BODY, crc32(buf[:_BODY]))


def get_header(buf):
    """32 B, a memoryview -> (lane, alarms, total, epoch, number, start, floor, index) or None.

    One flipped bit is put right in buf, for it would cost a sector of records. None for
    anything else: erased, torn, another version.
    """
    if not _sound(buf) and not _repaired(buf):
        return None
    return struct.unpack_from("<BHHIIIII", buf, 3)


def put_record(buf, salt, kind, seq, payload):
    """Writes a record to the start of buf, a memoryview -> its size, a multiple of 16 B."""
    length = len(payload)
    struct.pack_into(_RECORD, buf, 0, length, kind, _MARKER, seq)
    buf[8 : 8 + length] = payload
    struct.pack_into("<I", buf, 8 + length, crc32(buf[: 8 + length], salt))
    size = record_size(length)
    for at in range(length + _OVERHEAD, size):
        buf[at] = 0xFF
    return size


def get_length(buf):
    """First 16 B of a record, a memoryview -> its payload's length, ERASED or BAD."""
    length, _, marker, _ = struct.unpack_from(_RECORD, buf, 0)
    if marker == _MARKER and length <= MAX_PAYLOAD:
        return length
    return ERASED if is_erased(buf) else BAD


def get_record(buf, length, salt):
    """A whole record, a memoryview -> (kind, number), or None if its CRC is wrong."""
    if struct.unpack_from("<I", buf, 8 + length)[0] != crc32(buf[: 8 + length], salt):
        return None
    _, kind, _, seq = struct.unpack_from(_RECORD, buf, 0)
    return kind, seq


def record_size(length):
    """Bytes that a record takes on flash, of its payload's length."""
    return (length + _OVERHEAD + UNIT - 1) & -UNIT


def is_erased(buf):
    """True if all of buf is 0xFF; its length is a multiple of 16 B."""
    for at in range(0, len(buf), UNIT):
        if buf[at : at + UNIT] != _ERASED_UNIT:
            return False
    return True


def _sound(buf):
    return (
        buf[:2] == _MAGIC
        and buf[2] == _VERSION
        and struct.unpack_from("<I", buf, _BODY)[0] == crc32(buf[:_BODY])
    )


def _repaired(buf):
    wrong = (buf[0] ^ _MAGIC[0]) | (buf[1] ^ _MAGIC[1]) << 8 | (buf[2] ^ _VERSION) << 16
    if wrong & (wrong - 1):  # more than one bit, as in what is no header at all: don't try
        return False
    for bit in range(HEADER * 8):
        buf[bit >> 3] ^= 1 << (bit & 7)
        if _sound(buf):
            return True
        buf[bit >> 3] ^= 1 << (bit & 7)
    return False
