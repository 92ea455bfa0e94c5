"""A journal as the firmware before wrote it: version 1, two lanes, cursors in the lanes.

Written from the description of that form, not with the firmware's own code.
"""

import struct
from binascii import crc32

SECTOR = 4096
EPOCH = 0x01D0_BEEF


class OldJournal:
    """Puts records and cursors onto a Flash; lane 0 for alarms and warnings, 1 for the track."""

    def __init__(self, flash, alarms=4):
        self.flash = flash
        self.alarms = alarms
        self.total = flash.blocks
        self.seq = 1
        self._lanes = [[0, SECTOR, 0, 0, (0, 0)], [0, SECTOR, 0, 0, (0, 0)]]
        self._open(0)

    def append(self, lane, payload, kind=1):
        """-> its number."""
        size = (len(payload) + 12 + 15) & -16
        if self._lanes[lane][1] + size > 4080:
            self._open(lane)
        seq = self.seq
        self._put(lane, kind, seq, payload)
        self.seq += 1
        at = self._lanes[lane]
        at[2], at[3] = at[2] + 1, seq
        return seq

    def acknowledge(self, lane, seq, count):
        """A cursor: the city has so many of the lane's records, up to this number."""
        self._lanes[lane][4] = (seq, count)
        self._put(lane, 0, seq, struct.pack("<I", count))

    def _open(self, lane):
        at = self._lanes[lane]
        at[0] += 1
        head = struct.pack(
            "<2sBBHHIIIII", b"BJ", 1, lane, self.alarms, self.total, EPOCH, at[0], self.seq,
            at[3] + 1, at[2],
        )  # fmt: skip
        block = self._block(lane)
        self.flash.ioctl(6, block)
        self.flash.writeblocks(block, head + struct.pack("<I", crc32(head)), 0)
        at[1] = 32
        self._put(lane, 0, at[4][0], struct.pack("<I", at[4][1]))

    def _block(self, lane):
        number = self._lanes[lane][0]
        if lane:
            return self.alarms + number % (self.total - self.alarms)
        return number % self.alarms

    def _put(self, lane, kind, seq, payload):
        at = self._lanes[lane]
        record = struct.pack("<HBBI", len(payload), kind, 0xA5, seq) + payload
        record += struct.pack("<I", crc32(record, EPOCH ^ at[0]))
        record += b"\xff" * (-len(record) % 16)
        self.flash.writeblocks(self._block(lane), record, at[1])
        at[1] += len(record)
