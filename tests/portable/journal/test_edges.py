"""Edges of the journal that a mutation tester found untested. P1, P3."""

import struct
from binascii import crc32

from nor import ERROR, Flash, fill, journal

from firmware.journal.blocks import Blocks
from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, Journal
from firmware.journal.sector import HEADER, MAX_RECORD, SECTOR, UNIT, get_header, put_header

EPOCH = 0x9F3A21C4


class Moody(Flash):
    """Cells that read 0x00 at some addresses, and reads that fail after a given number."""

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


def test_a_header_with_two_flipped_bits_is_none():
    good = bytearray(HEADER)
    put_header(memoryview(good), ALARM, 4, 16, EPOCH, 9, 500, 490, 480)
    for first, second in ((24, 250), (40, 41), (96, 224), (130, 131)):
        bad = bytearray(good)
        for bit in (first, second):
            bad[bit // 8] ^= 1 << bit % 8
        assert get_header(memoryview(bad)) is None, (first, second)
    half = good[:24] + b"\xff" * 8  # torn
    assert get_header(memoryview(half)) is None


def start_reads(flash):
    flash.reset_counts()
    journal(flash)
    return flash.reads


def test_a_start_costs_the_same_after_many_laps():
    flash = Flash(8)  # four sectors of 63 records a lane
    j = journal(flash)
    costs = []
    for lap in range(40):
        fill(j, ALARM, 252)
        j.ack(ALARM, j.next_seq)
        if lap in (3, 39):
            costs.append(start_reads(flash))
    assert costs[1] <= costs[0] + 2


def test_a_start_looks_for_records_in_no_more_than_two_sectors():
    flash = Flash(32)
    j = journal(flash, 24)
    fill(j, ALARM, 20 * 63 + 1)
    assert start_reads(flash) < 32 + 16  # 32 headers
    fill(j, ALARM, 1)
    assert start_reads(flash) < 32 + 16


def test_a_start_alone_writes_no_cursor():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 10)
    j.ack(ALARM, 10)
    j.housekeep(0)
    j.housekeep(30000)
    j = journal(flash)
    flash.reset_counts()
    for now in range(0, 100000, 1000):
        j.housekeep(now)
    assert flash.programs == 0


def test_after_a_start_what_the_city_has_is_not_read_again():
    flash = Flash(64)
    j = journal(flash)
    fill(j, TRACK, 1500)
    j.ack(TRACK, 1490)
    j.housekeep(0)
    j.housekeep(30000)
    j = journal(flash)
    reader = j.reader(TRACK)
    flash.reset_counts()
    assert reader.read() and reader.seq == 1491
    assert flash.reads < 70  # a sector holds 63 records


def test_a_cursor_that_opened_a_sector_is_not_written_again():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 20)
    fill(j, ALARM, 1)
    flash.reset_counts()
    for now in range(0, 100000, 1000):
        j.housekeep(now)
    assert flash.programs == 0


def test_the_next_damage_is_announced_with_its_own_number():
    flash = Flash(16)
    fill(journal(flash), ALARM, 130)
    for block, record in ((1, 5), (2, 70 - 63)):
        flash.flip(block, HEADER + UNIT + (record - 1) * 64 + 20, 0)
    j = journal(flash)
    j.ack(ALARM, 64)
    assert j.take_lost() == (ALARM, 5, 63, 1)
    announcement = j.append(ALARM, KIND_EVENT, b"lost")
    assert j.take_lost() is None
    j.ack(ALARM, announcement)
    assert j.take_lost() == (ALARM, 70, 126, 1)


def test_thirty_seconds_begin_again_when_a_new_sector_took_the_cursor_along():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 20)
    j.housekeep(0)
    fill(j, ALARM, 1)
    j.housekeep(1000)
    j.ack(ALARM, 25)
    flash.reset_counts()
    for now in range(31000, 61000, 1000):
        j.housekeep(now)
    assert flash.programs == 0
    j.housekeep(61000)
    assert flash.programs == 1


def test_a_reader_leaves_a_dropped_sector_though_it_could_not_be_erased():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 252)
    reader = j.reader(ALARM)
    assert reader.read() and reader.read()
    flash.refuses_erase[1] = ERROR
    fill(j, ALARM, 1)
    assert j.take_lost() == (ALARM, 1, 126, 126)
    assert reader.read() and reader.seq == 127


def test_a_flipped_cursor_costs_no_more_than_to_the_one_before():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 40)
    fill(j, ALARM, 10)  # sector 2 begins with the cursor 40
    flash.flip(2, HEADER + 8, 0)
    j = journal(flash)
    reader = j.reader(ALARM)
    assert reader.read() and reader.seq == 1  # sector 1's: nothing is acknowledged
    assert j.take_lost() is None

    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 40)
    fill(j, ALARM, 63)
    j.ack(ALARM, 100)
    fill(j, ALARM, 5)
    flash.flip(3, HEADER + 8, 0)
    j = journal(flash)
    reader = j.reader(ALARM)
    assert reader.read() and reader.seq == 41
    assert j.take_lost() is None


def test_without_any_cursor_all_is_sent_again_and_nothing_called_lost():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 4 * 63)
    j.ack(ALARM, 4 * 63)
    fill(j, ALARM, 1)  # sector 5 where 1 was
    assert j.take_lost() is None
    for block in range(4):
        flash.flip(block, HEADER + 8, 0)
    flash.flip(0, SECTOR - UNIT + 8, 0)  # and the one that was saved before 1 was erased
    j = journal(flash)
    reader = j.reader(ALARM)
    assert reader.read() and reader.seq == 64
    assert j.take_lost() is None


def test_the_last_bytes_of_a_sector_take_one_cursor_and_no_second():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 4 * 63)
    j.ack(ALARM, 63)
    flash.refuses_erase[1] = ERROR
    j.housekeep(0)  # sector 5 is to be erased: the cursor is saved first
    j.ack(ALARM, 3 * 63 + 20)
    j.housekeep(1000)  # so is sector 6
    flash.refuses_erase.clear()
    fill(j, ALARM, 1)
    assert j.backlog(ALARM) == 63 - 20 + 1


def test_sectors_that_refused_once_around_are_tried_again_from_the_first():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    for block in range(4):
        flash.refuses_erase[block] = ERROR
    try:
        fill(j, ALARM, 1)
        assert False, "every sector refuses"
    except OSError:
        pass
    flash.refuses_erase = {3: ERROR, 0: ERROR, 1: ERROR}
    fill(j, ALARM, 63)
    assert bytes(flash.data[2 * SECTOR : 2 * SECTOR + 2]) == b"BJ"


def test_the_last_number_is_not_used():
    j = journal(Flash(16))
    j.next_seq = 0xFFFFFFFE
    fill(j, ALARM, 1)
    try:
        fill(j, ALARM, 1)
        assert False, "4294967295 was used"
    except OSError:
        pass


def test_damage_in_both_lanes_is_added_up():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 5)
    fill(j, TRACK, 5)
    flash.flip(1, HEADER + UNIT + 64 + 20, 0)
    flash.flip(5, HEADER + UNIT + 64 + 20, 0)
    j = journal(flash)
    j.ack(ALARM, 10)
    j.ack(TRACK, 10)
    assert j.damaged == 2


class Unreadable(Flash):
    block = 99

    def readblocks(self, block, buf, offset=0):
        if block == self.block:
            raise OSError(5)
        Flash.readblocks(self, block, buf, offset)


def test_what_cannot_be_read_may_have_held_the_highest_numbers():
    flash = Unreadable(16)
    fill(journal(flash), ALARM, 3)
    assert journal(flash).next_seq == 5
    assert Journal(flash, lambda n: bytes(n - 1) + b"\x07", 16).next_seq == 5 + 7
    flash.block = 9
    assert journal(flash).next_seq == 5 + SECTOR // UNIT
    flash.block = 99
    flash.data[9 * SECTOR] = 0  # no header, and not erased
    assert journal(flash).next_seq == 5 + SECTOR // UNIT


def test_a_header_that_cannot_be_true_is_none():
    """lane, alarms, sectors: of another lane, without sectors, beyond the device."""
    for lane, alarms, total in ((2, 4, 16), (0, 0, 16), (1, 16, 16), (1, 4, 17), (0, 17, 16)):
        flash = Flash(16)
        for block in range(16):
            number = 16 + block if block else 32
            head = memoryview(bytearray(HEADER))
            put_header(head, lane, alarms, total, EPOCH, number, 900, 900, 900)
            flash.data[block * SECTOR : block * SECTOR + HEADER] = head
        j = journal(flash)
        fill(j, ALARM, 1)
        assert journal(flash).backlog(ALARM) == 1, (lane, alarms, total)


def test_the_fewest_sectors_leave_two_to_each_lane():
    flash = Flash(16)
    Journal(flash, bytes, 1)
    assert get_header(memoryview(flash.data)[SECTOR : SECTOR + HEADER])[1:3] == (2, 16)
    flash = Flash(16)
    Journal(flash, bytes, 1000)
    assert get_header(memoryview(flash.data)[SECTOR : SECTOR + HEADER])[1:3] == (14, 16)


def test_a_reader_that_goes_back_to_another_sector_reads_it_again():
    j = journal(Flash(16))
    fill(j, ALARM, 70)
    reader = j.reader(ALARM)
    for _ in range(66):
        assert reader.read()
    j.ack(ALARM, 2)  # the third of its sector, as the one that was read last
    reader.rewind()
    assert reader.read() and reader.seq == 3
