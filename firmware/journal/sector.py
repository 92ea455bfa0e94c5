"""The bytes of the journal on flash: a sector's header and its records.

A sector is one erase block of 4 KB. Numbers are little-endian.

Header, 32 B: "BJ", u8 version, u8 sectors of the warning lane, u16 sectors of the alarm lane and
in its four highest bits the lane (form.py), u16 sectors of all, u32 epoch, u32 sector number,
u32 start, u32 floor, u32 index, u32 CRC-32. Version 1: u8 lane (0 alarm, 1 track) instead of
the warning lane's sectors.
    start  the journal's next record number when the sector was opened
    floor  freeze rule: in the lane's earlier sectors records from this number on don't count
    index  how many records of the lane were confirmed before this sector

Record: u16 payload length, u8 kind, u8 marker, u32 record number, payload, u32 CRC-32 of all
that, begun with the sector's salt; padded with 0xFF to 16 B, which an encrypted partition asks
for. The marker is the low byte of the record's place in the lane, from 1: what is missing
between two records is counted by it. In version 1 it is 0xA5. Kind 0 is a note of the journal's
own, not a record that the city gets.
"""

import struct
from binascii import crc32

from micropython import const

from firmware.journal.form import ALARM, LEDGER, NEW, OLD, TRACK, place

SECTOR = const(4096)
HEADER = const(32)
UNIT = const(16)  # records begin and end on multiples of it
MAX_PAYLOAD = const(1524)
MAX_RECORD = const(1536)
NOTE = const(0)  # kind
ERASED = const(-1)  # no record begins here: nothing was programmed
BAD = const(-2)  # nor here: something was, but not a record
OLD_MARKER = const(0xA5)

_HEADER = "<2sBBHHIIIIII"
_PEEK = "<BBHHII"
_RECORD = "<HBBI"
_MAGIC = b"BJ"
_OVERHEAD = const(12)
_BODY = const(28)  # of the header: all but its CRC
_LANE_BITS = const(12)
_ERASED_UNIT = b"\xff" * 16


def put_header(buf, form, lane, number, start, floor, index):
    """Writes 32 B to the start of buf, a memoryview."""
    version, alarms, warnings, total, epoch = form
    if version == OLD:
        warnings = 1 if lane == TRACK else 0
    else:
        alarms |= lane << _LANE_BITS
    struct.pack_into(_HEADER, buf, 0, _MAGIC, version, warnings, alarms, total, epoch, number,
                     start, floor, index, 0)  # fmt: skip
    struct.pack_into("<I", buf, _BODY, crc32(buf[:_BODY]))


def get_header(buf):
    """32 B, a memoryview -> (form, lane, number, start, floor, index) or None.

    One flipped bit is put right in buf, for it would cost a sector of records. None for
    anything else: erased, torn, another version.
    """
    if not _sound(buf) and not _repaired(buf):
        return None
    found = peek(buf)
    if found is None:
        return None
    return found + struct.unpack_from("<III", buf, 16)


def peek(buf):
    """The first 16 B of a header, a memoryview -> (form, lane, number), or None.

    Without its CRC: what may be a header. The block that it stands in is the caller's to check.
    """
    if buf[:2] != _MAGIC:
        return None
    version, warnings, alarms, total, epoch, number = struct.unpack_from(_PEEK, buf, 2)
    if version == OLD:
        lane = TRACK if warnings else ALARM
        if warnings > 1:
            return None
        warnings = 0
    elif version == NEW:
        lane = alarms >> _LANE_BITS
        alarms &= (1 << _LANE_BITS) - 1
    else:
        return None
    form = (version, alarms, warnings, total, epoch)
    if lane > LEDGER or not 0 < alarms < total or place(form, TRACK)[1] < 1 or not number:
        return None
    return form, lane, number


def put_record(buf, salt, kind, marker, seq, payload):
    """Writes a record to the start of buf, a memoryview -> its size, a multiple of 16 B."""
    length = len(payload)
    struct.pack_into(_RECORD, buf, 0, length, kind, marker, seq)
    buf[8 : 8 + length] = payload
    struct.pack_into("<I", buf, 8 + length, crc32(buf[: 8 + length], salt))
    size = record_size(length)
    for at in range(length + _OVERHEAD, size):
        buf[at] = 0xFF
    return size


def get_length(buf):
    """First 16 B of a record, a memoryview -> its payload's length, ERASED or BAD."""
    length = buf[0] | buf[1] << 8
    if length <= MAX_PAYLOAD:
        return length
    return ERASED if is_erased(buf) else BAD


def get_record(buf, length, salt):
    """A whole record, a memoryview -> (kind, marker, number), or None if its CRC is wrong."""
    if struct.unpack_from("<I", buf, 8 + length)[0] != crc32(buf[: 8 + length], salt):
        return None
    return struct.unpack_from("<BBI", buf, 2)


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
        and OLD <= buf[2] <= NEW
        and struct.unpack_from("<I", buf, _BODY)[0] == crc32(buf[:_BODY])
    )


def _repaired(buf):
    wrong = (buf[0] ^ _MAGIC[0]) | (buf[1] ^ _MAGIC[1]) << 8
    for version in (OLD, NEW):
        bits = wrong | (buf[2] ^ version) << 16
        if not bits & (bits - 1):  # else more than one bit, as in what is no header at all
            break
    else:
        return False
    for bit in range(HEADER * 8):
        buf[bit >> 3] ^= 1 << (bit & 7)
        if _sound(buf):
            return True
        buf[bit >> 3] ^= 1 << (bit & 7)
    return False
