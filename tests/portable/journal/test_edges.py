"""Edges of the journal that a mutation tester found untested. P1, P3."""

from nor import ERROR, Flash, block, deliver, fill, journal, later, lost, offset

from firmware.journal.cells import Blocks, Cells, Refused
from firmware.journal.form import LEDGER
from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING, Journal
from firmware.journal.sector import (
    HEADER,
    MAX_PAYLOAD,
    MAX_RECORD,
    SECTOR,
    UNIT,
    get_header,
    put_header,
)

EPOCH = 0x9F3A21C4
FORM = (2, 4, 4, 32, EPOCH)


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


def refuses(work):
    try:
        work()
    except Refused:
        return True
    return False


def test_salt_is_another_one_in_a_sector_whose_bits_the_epoch_has():
    blocks = Blocks(Cells(Flash(32)), FORM, ALARM)
    assert blocks.salt(4) == EPOCH ^ 4 and blocks.salt(0) == EPOCH


def test_every_byte_is_read_back():
    for at in (0, 1, 255, 256, 511, 512, 519):
        flash = Moody(32)
        cells = Cells(flash)
        cells.scratch[:520] = b"\x5a" * 520
        for number in (1, 2):
            assert cells.erase(number) and cells.is_blank(number)
        flash.stuck = [SECTOR + HEADER + at]
        assert not cells.program(1, HEADER, 520), at
        flash.stuck = [2 * SECTOR + HEADER - 1, 2 * SECTOR + HEADER + 520]
        assert cells.program(2, HEADER, 520)


def test_an_erased_block_is_read_to_its_end():
    for at in (0, 255, 256, 4095):
        flash = Moody(32)
        flash.stuck = [SECTOR + at]
        cells = Cells(flash)
        assert cells.erase(1) and not cells.is_blank(1), at


def test_a_refused_read_is_neither_good_nor_bad():
    for reads in range(16):
        flash = Moody(32)
        flash.reads_left = reads
        cells = Cells(flash)
        assert refuses(lambda cells=cells: cells.is_blank(1)), reads
        assert cells.refuses
    flash.reads_left = 16
    assert cells.is_blank(1) and not cells.refuses
    cells.erase(1)
    cells.scratch[:] = b"\x5a" * MAX_RECORD
    for reads in range(2):
        flash.reads_left = reads
        at = HEADER + reads * 512
        assert refuses(lambda at=at: cells.program(1, at, 512))
    blocks = Blocks(cells, FORM, ALARM)
    assert refuses(lambda: blocks.header(1))
    assert refuses(lambda: blocks.load(1, 0, memoryview(bytearray(16))))


def test_a_block_beyond_the_partition_is_no_refusal():
    cells = Cells(Flash(32))
    assert not cells.load(32, 0, memoryview(bytearray(16))) and not cells.erase(32)
    assert not cells.refuses


def test_a_header_with_two_flipped_bits_is_none():
    good = bytearray(HEADER)
    put_header(memoryview(good), FORM, WARNING, 9, 500, 490, 480)
    assert get_header(memoryview(good)) == (FORM, WARNING, 9, 500, 490, 480)
    for first, second in ((24, 250), (40, 41), (96, 224), (130, 131), (0, 16), (16, 17)):
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
    flash = Flash(14)
    j = journal(flash, 2, warning_sectors=2)
    costs = []
    for lap in range(40):
        fill(j, ALARM, 126)
        deliver(j)
        later(j, 4)
        if lap in (3, 39):
            costs.append(start_reads(flash))
    assert costs[1] <= costs[0] + 4


def test_a_start_looks_for_records_in_no_more_than_two_sectors():
    flash = Flash(32)
    j = journal(flash, 20, warning_sectors=2)
    fill(j, ALARM, 18 * 63 + 1)
    assert start_reads(flash) < 32 + 70
    fill(j, ALARM, 1)
    assert start_reads(flash) < 32 + 70


def test_after_a_start_what_the_city_has_is_not_read_again():
    flash = Flash(64)
    j = journal(flash)
    fill(j, TRACK, 1500)
    j.ack(TRACK, 1490)
    later(j)
    j = journal(flash)
    reader = j.reader(TRACK)
    flash.reset_counts()
    assert reader.read() and reader.seq == 1491
    assert flash.reads < 70  # a sector holds 63 records


def test_thirty_seconds_begin_again_when_the_ledger_was_written():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 63)
    later(j, 4)
    j.ack(ALARM, 20)
    later(j, 1)
    assert j._book.ledger.save()
    j.ack(ALARM, 25)
    flash.reset_counts()
    later(j, 30)
    assert flash.programs == 0
    later(j, 1)
    assert flash.programs == 1


def test_a_reader_leaves_a_dropped_sector_though_it_could_not_be_erased():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 252)
    reader = j.reader(ALARM)
    assert reader.read() and reader.read()
    flash.refuses_erase[block(j, ALARM, 1)] = ERROR
    fill(j, ALARM, 1)
    assert lost(j) == (ALARM, 1, 126, 126, True)
    assert reader.read() and reader.seq == 127


def test_sectors_that_refused_once_around_are_tried_again_from_the_first():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 63)
    for number in range(4):
        flash.refuses_erase[block(j, ALARM, number)] = ERROR
    try:
        fill(j, ALARM, 1)
        assert False, "every sector refuses"
    except OSError:
        pass
    del flash.refuses_erase[block(j, ALARM, 2)]
    fill(j, ALARM, 63)
    at = block(j, ALARM, 2) * SECTOR
    assert bytes(flash.data[at : at + 2]) == b"BJ"


def test_the_last_number_is_not_used():
    j = journal(Flash(32))
    j._numbers.next = 0xFFFFFFFE
    fill(j, ALARM, 1)
    try:
        fill(j, ALARM, 1)
        assert False, "4294967295 was used"
    except OSError:
        pass


def test_damage_in_all_lanes_is_added_up():
    flash = Flash(32)
    j = journal(flash)
    for lane in (ALARM, WARNING, TRACK):
        fill(j, lane, 5)
        flash.flip(block(j, lane, 1), offset(1) + 20, 0)
    j = journal(flash)
    for lane in (ALARM, WARNING, TRACK):
        j.ack(lane, 15)
    assert j.damaged == 3


def test_what_cannot_be_told_may_have_held_the_highest_numbers():
    flash = Flash(32)
    fill(journal(flash), ALARM, 3)
    assert journal(flash).next_seq == 5
    assert Journal(flash, lambda n: bytes(n - 1) + b"\x07", 16).next_seq == 5 + 7
    flash.data[19 * SECTOR] = 0  # no header, and not erased
    assert journal(flash).next_seq == 5 + SECTOR // UNIT


def test_a_header_that_cannot_be_true_is_none():
    """Of another lane, without sectors, without room for the track, elsewhere on the flash."""
    for lane, alarms, warnings, total in (
        (4, 4, 4, 32), (ALARM, 0, 4, 32), (TRACK, 4, 4, 11), (ALARM, 40, 4, 32), (LEDGER, 4, 4, 32)
    ):  # fmt: skip
        flash = Flash(32)
        for place in range(32):
            head = memoryview(bytearray(HEADER))
            put_header(head, (2, alarms, warnings, total, EPOCH), lane, 900 + place, 9, 9, 9)
            at = (place * 7 + 5) % 32 * SECTOR
            flash.data[at : at + HEADER] = head
        j = Journal(flash, lambda n: bytes(n - 1) + b"\x07", 16, 16)
        if lane == LEDGER:  # some stand where they should
            assert j.epoch == "9f3a21c4"
        else:
            assert j.epoch == "00000007", (lane, alarms, warnings, total)


def test_the_fewest_sectors_leave_two_to_each_lane():
    for alarm_kb, warning_kb, sizes in (
        (1, 1, (2, 2)), (1000, 1000, (9, 2)), (64, 1000, (9, 2)), (8, 1000, (2, 9))
    ):  # fmt: skip
        j = Journal(Flash(16), bytes, alarm_kb, warning_kb)
        assert j._book.form[1:3] == sizes
    for lane in (ALARM, WARNING, TRACK):
        j.append(lane, KIND_EVENT, bytes(MAX_PAYLOAD))


def test_a_reader_that_goes_back_to_another_sector_reads_it_again():
    j = journal(Flash(32))
    fill(j, ALARM, 70)
    reader = j.reader(ALARM)
    for _ in range(66):
        assert reader.read()
    j.ack(ALARM, 2)  # the third of its sector, as the one that was read last
    j.rewind(ALARM, reader)
    assert reader.read() and reader.seq == 3


def test_a_number_in_nvs_that_cannot_be_true_is_not_believed():
    for kept in (2**31 - 1, -1, 2**22 - 1):
        flash = Flash(32)
        nvs = {"numbers": kept}
        j = Journal(flash, bytes, memory=Nvs(nvs))
        assert fill(j, ALARM, 2) == [1, 2], kept
        j = Journal(flash, bytes, memory=Nvs({"numbers": kept}))
        assert fill(j, ALARM, 1) == [4], kept
        assert nvs["numbers"] == 1


class Nvs:
    def __init__(self, kept):
        self.kept = kept

    def get(self, name):
        return self.kept.get(name)

    def set(self, name, value):
        self.kept[name] = value
