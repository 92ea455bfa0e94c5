"""Edges of the journal that a mutation tester found untested. P1, P3."""

import struct
from binascii import crc32

from nor import Flash, journal

from firmware.blocks import Blocks
from firmware.journal import ALARM, KIND_EVENT
from firmware.sector import HEADER, MAX_RECORD, SECTOR, UNIT

EPOCH = 0x9F3A21C4


class Moody(Flash):
    """Cells that read 0x00 at some addresses, and reads that fail once so many were made."""

    def __init__(self, blocks):
        super().__init__(blocks)
        self.stuck = []
        self.reads_left = 1 << 30

    def readblocks(self, block, buf, offset=0):
        self.reads_left -= 1
        if self.reads_left < 0:
            raise OSError(5)
        Flash.readblocks(self, block, buf, offset)
        for at in self.stuck:
            if 0 <= at - block * SECTOR - offset < len(buf):
                buf[at - block * SECTOR - offset] = 0


def alarm_blocks(flash, sectors=4):
    return Blocks(flash, memoryview(bytearray(MAX_RECORD)), ALARM, sectors, flash.blocks, EPOCH)


def test_salt_is_another_one_in_a_sector_whose_bits_the_epoch_has():
    flash = Flash(16)
    blocks = alarm_blocks(flash)
    assert blocks.salt(4) == EPOCH ^ 4 and blocks.salt(0) == EPOCH
    j = journal(flash)
    for _ in range(3 * 63 + 1):
        j.append(ALARM, KIND_EVENT, bytes(50))
    at = HEADER + UNIT  # sector 4 stands in block 0
    record = bytes(flash.data[at : at + 62])
    assert struct.unpack("<I", record[58:])[0] == crc32(record[:58], EPOCH ^ 4)


def test_every_byte_is_read_back():
    for at in (0, 1, 255, 256, 511, 512, 519):
        flash = Moody(16)
        blocks = alarm_blocks(flash)
        blocks.scratch[:520] = b"\x5a" * 520
        assert blocks.erase(1) and blocks.erase(2)
        flash.stuck = [SECTOR + HEADER + at]
        assert not blocks.program(1, HEADER, 520), at
        flash.stuck = [2 * SECTOR + HEADER - 1, 2 * SECTOR + HEADER + 520]
        assert blocks.program(2, HEADER, 520)


def test_an_erased_block_is_read_to_its_end():
    for at in (0, 255, 256, 4095):
        flash = Moody(16)
        flash.stuck = [SECTOR + at]
        assert not alarm_blocks(flash).erase(1), at


def test_what_cannot_be_read_back_is_not_taken_as_done():
    for reads in range(16):
        flash = Moody(16)
        flash.reads_left = reads
        assert not alarm_blocks(flash).erase(1), reads
    flash.reads_left = 16
    blocks = alarm_blocks(flash)
    blocks.scratch[:] = b"\x5a" * MAX_RECORD
    assert blocks.erase(1)
    for reads in range(2):
        flash.reads_left = reads
        assert not blocks.program(1, HEADER + reads * 512, 512)
    flash.reads_left = 0
    assert not blocks.load(1, 0, memoryview(bytearray(16)))
    assert blocks.header(1) is None
