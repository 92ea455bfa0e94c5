"""Reader: walks one lane of the journal from record to record, oldest first."""

from micropython import const

from firmware.journal.sector import (
    BAD,
    CURSOR,
    ERASED,
    HEADER,
    SECTOR,
    UNIT,
    get_length,
    get_record,
    record_size,
)

_AT_ONCE = const(64)  # bytes read at a time, if the record isn't longer
_NO_FLOOR = const(0xFFFFFFFF)


class Reader:
    """Remembers its sector and offset: a record costs one or two reads, and no search.

    Records may be appended meanwhile; the reader skips those that the ring drops.
    After read(): seq, kind and payload (a memoryview, valid until the next read).
    """

    def __init__(self, ring, buf=None, at_once=_AT_ONCE):
        """buf: MAX_RECORD bytes to share; without it the reader makes one that grows as needed.
        at_once: bytes that it reads at a time."""
        self._ring = ring
        self._buf = memoryview(bytearray(at_once) if buf is None else buf)
        self._at_once = at_once
        self._lo = self._hi = 0  # the sector's bytes that are in the buffer
        self._floor = None
        self.sector = 0  # its number
        self.index = 0  # records of the lane before this sector
        self.offset = 0
        self.bad = 0  # units passed in this sector that held no good record
        self.gap = 0  # first number that may be missing; the owner sets it to 0
        self.cursor = None  # (number, count) of the last cursor passed
        self.number = 0  # of the record that find() stands on
        self.seq = 0  # of the record that was passed last
        self.kind = 0
        self.payload = None
        self._length = 0

    def read(self):
        """-> bool: there is a next record; seq, kind and payload are its own."""
        if not self.find():
            return False
        at = self.offset - self._lo + 8
        self.payload = self._buf[at : at + self._length]
        self.step()
        return True

    def rewind(self):
        """Goes back to the first record that the city has not acknowledged."""
        self.stand_at(self._ring.tail)

    def find(self):
        """Goes to the next good record, .number -> bool: there is one."""
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
                self._length = length = self._look(limit)
                if length == ERASED:
                    break  # no record was ever confirmed behind an erased place
                if length == BAD:
                    self.bad += 1
                    self.gap = self.gap or self.seq + 1
                    self.offset += UNIT
                elif self.kind == CURSOR or not self._fresh(newest):
                    self.offset += record_size(length)
                else:
                    return True
            if newest or not self._next():
                return False

    def step(self):
        """Goes past the record that find() stands on."""
        self.seq = self.number
        self.offset += record_size(self._length)

    def enter(self, header):
        """Goes to the start of the sector with this header, as Blocks.header returns it."""
        self.sector, _, _, self.index = header
        self.offset = HEADER
        self.bad = 0
        self._floor = None
        self.forget()

    def stand_at(self, other):
        """Goes to where the other reader stands."""
        self.sector = other.sector
        self.offset = other.offset
        self.seq = other.seq
        self._floor = other._floor
        self.forget()

    def forget(self):
        """Something else was written into the buffer."""
        self._lo = self._hi = 0

    def _fresh(self, newest):
        """bool: the number is a higher one, and the freeze rule (sector.py) lets it count."""
        return self.seq < self.number and (newest or self.number < self._floor)

    def _next(self):
        header = self._ring.after(self.sector)
        if header is None:
            return False
        self.enter(header)
        return True

    def _look(self, limit):
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
        good = get_record(self._buf[at : at + size], length, self._ring.blocks.salt(self.sector))
        if good is None:
            return BAD
        self.kind, self.number = good
        if self.kind == CURSOR:
            self.cursor = self.number, int.from_bytes(self._buf[at + 8 : at + 12], "little")
        return length

    def _load(self, size, limit):
        """Gets the next bytes into the buffer -> bool; False beyond limit, or if flash refuses."""
        if self.offset + size > limit:
            return False
        if self._lo <= self.offset and self.offset + size <= self._hi:
            return True
        if size > len(self._buf):
            self._buf = memoryview(bytearray(size))
        some = min(max(size, self._at_once), limit - self.offset)
        self._lo, self._hi = self.offset, self.offset + some
        if self._ring.blocks.load(self.sector, self.offset, self._buf[:some]):
            return True
        self.forget()
        return False
