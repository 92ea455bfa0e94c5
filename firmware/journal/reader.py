"""Reader: walks one lane of the journal from record to record, oldest first."""

from micropython import const

from firmware.journal.sector import (
    BAD,
    ERASED,
    HEADER,
    NOTE,
    SECTOR,
    UNIT,
    get_length,
    get_record,
    record_size,
)

_AT_ONCE = const(64)  # bytes read at a time, if the record isn't longer
_NO_FLOOR = const(0xFFFFFFFF)


class Reader:
    """Remembers its sector and offset: a record costs one read or two, none is a search.

    It goes on while records are appended, and passes over what the ring drops under it.
    After read(): seq, kind and payload (a memoryview, valid until the next read). If the flash
    refuses to be read, that raises Refused, and the reader stands where it stood.
    """

    def __init__(self, ring, buf=None, at_once=_AT_ONCE):
        """buf: a bytearray of MAX_RECORD to share; without it one that grows as needed."""
        self._ring = ring
        self._buf = memoryview(bytearray(at_once) if buf is None else buf)
        self._at_once = at_once
        self._lo = self._hi = 0  # the sector's bytes that are in the buffer
        self._floor = None
        self._length = 0
        self.sector = 0  # its number
        self.index = 0  # records of the lane before this sector
        self.offset = 0
        self.bad = 0  # units passed in this sector that held no good record
        self.note = None  # (number, payload) of the last note passed
        self.number = 0  # of the record that find() stands on
        self.nth = 0  # its place in the lane, from 1; 0: version 1 does not say
        self.seq = 0  # of the record that was passed last
        self.kind = 0
        self.payload = None

    def read(self):
        """-> True: seq, kind and payload are the next record's. False: there is none."""
        if not self.find():
            return False
        self.step()
        return True

    def find(self):
        """-> True: stands on the next good record, .number. False: there is none."""
        ring = self._ring
        if self.sector < ring.oldest and not self._next():
            return False
        while True:
            newest = self.sector == ring.newest
            if self._floor is None and not newest:
                following = ring.after(self.sector)
                self._floor = following[2] if following else _NO_FLOOR
            limit = ring.end if newest else SECTOR
            while self.offset < limit:
                self._length = length = self.look(limit)
                if length == ERASED:
                    break  # no record was ever confirmed behind such a place
                if length == BAD:
                    self.bad += 1
                    self.offset += UNIT
                elif self.kind == NOTE or not self._fresh(newest):
                    self.offset += record_size(length)
                else:
                    return True
            if newest or not self._next():
                return False

    def step(self):
        """Past the record that find() stands on."""
        at = self.offset - self._lo + 8
        self.payload = self._buf[at : at + self._length]
        self.seq = self.number
        self.offset += record_size(self._length)

    def enter(self, header):
        """To the start of the sector with this header, of Blocks.header."""
        if header[0] != self.sector:
            self.forget()
        self.sector, _, _, self.index = header
        self.offset = HEADER
        self.bad = 0
        self._floor = None

    def stand_at(self, other):
        """To where the other reader stands."""
        self.sector = other.sector
        self.index = other.index
        self.offset = other.offset
        self.seq = other.seq
        self._floor = other._floor
        self.forget()

    def forget(self):
        """The buffer was used by others."""
        self._lo = self._hi = 0

    def _fresh(self, newest):
        """Numbers only rise, and the freeze rule (firmware/journal/sector.py) holds."""
        return self.seq < self.number and (newest or self.number < self._floor)

    def _next(self):
        header = self._ring.after(self.sector)
        if header is None:
            return False
        self.enter(header)
        return True

    def look(self, limit):
        """Length of the good record at offset, with .kind and .number; or ERASED or BAD."""
        if not self._load(UNIT, limit):
            return BAD
        at = self.offset - self._lo
        length = get_length(self._buf[at : at + UNIT])
        if length < 0:
            return length
        size = record_size(length)
        if not self._load(size, limit):
            return BAD
        at = self.offset - self._lo
        blocks = self._ring.blocks
        good = get_record(self._buf[at : at + size], length, blocks.salt(self.sector))
        if good is None:
            return BAD
        self.kind, marker, self.number = good
        self.nth = self.index + (marker - self.index & 0xFF) if blocks.marks else 0
        if self.kind == NOTE:
            self.note = self.number, bytes(self._buf[at + 8 : at + 8 + length])
        return length

    def _load(self, size, limit):
        """Has the next so many bytes in the buffer. False if the sector does not have them."""
        if self.offset + size > limit:
            return False
        if self._lo <= self.offset and self.offset + size <= self._hi:
            return True
        if size > len(self._buf):
            self._buf = memoryview(bytearray(size))
        some = min(max(size, self._at_once), limit - self.offset)
        self.forget()
        if not self._ring.blocks.load(self.sector, self.offset, self._buf[:some]):
            return False
        self._lo, self._hi = self.offset, self.offset + some
        return True
