"""The journal, on CPython and in the MicroPython VM. P1, P3."""

import struct
from binascii import crc32

from nor import BODY, ERROR, NEW, OLD, SILENT, Flash, PowerCut, drain, entropy, fill, journal
from parts import Nvs

from firmware.journal import ALARM, KIND_EVENT, KIND_POSITION, TRACK, Journal
from firmware.sector import MAX_PAYLOAD

UNCONFIRMED = 5  # index of sim.flash.TEARS


class Numbers(Nvs):
    writes = 0

    def set(self, name, value):
        self.writes += 1
        Nvs.set(self, name, value)


def seqs(journal, lane):
    return [seq for seq, _, _ in drain(journal, lane)]


def cut_in(work):
    try:
        work()
    except PowerCut:
        return
    assert False, "the power was not cut"


def test_header_bytes():
    flash = Flash(16)
    j = journal(flash)
    j.append(ALARM, KIND_EVENT, b"x")
    head = bytes(flash.data[4096 : 4096 + 32])  # sector 1 stands in block 1
    assert head[:8] == b"BJ\x01\x00\x04\x00\x10\x00"
    assert struct.unpack("<IIIII", head[8:28]) == (0x9F3A21C4, 1, 1, 1, 0)
    assert struct.unpack("<I", head[28:])[0] == crc32(head[:28])
    fill(j, TRACK, 1)
    fill(j, ALARM, 63)
    second = bytes(flash.data[8192 : 8192 + 32])  # opened for record 65
    assert struct.unpack("<IIIII", second[8:28]) == (0x9F3A21C4, 2, 65, 65, 63)
    track = bytes(flash.data[5 * 4096 : 5 * 4096 + 8])
    assert track == b"BJ\x01\x01\x04\x00\x10\x00"


def test_record_bytes():
    flash = Flash(16)
    j = journal(flash)
    assert j.append(ALARM, 7, b"hello") == 1
    at = 4096 + 32 + 16  # behind the header and the cursor
    record = bytes(flash.data[at : at + 32])
    assert record[:13] == b"\x05\x00\x07\xa5\x01\x00\x00\x00hello"
    assert struct.unpack("<I", record[13:17])[0] == crc32(record[:13], 0x9F3A21C4 ^ 1)
    assert record[17:] == b"\xff" * 15


def test_cursor_bytes():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 3)
    j.ack(ALARM, 2)
    j.housekeep(0)
    j.housekeep(30000)
    at = 4096 + 32 + 16 + 3 * 64
    record = bytes(flash.data[at : at + 16])
    assert record[:12] == b"\x04\x00\x00\xa5\x02\x00\x00\x00\x02\x00\x00\x00"


def test_one_program_a_record_and_two_lanes_one_sequence():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 1)
    fill(j, TRACK, 1)
    flash.reset_counts()
    assert fill(j, ALARM, 2) + fill(j, TRACK, 2) == [3, 4, 5, 6]
    assert flash.programs == 4 and flash.programmed_bytes == 4 * 64
    assert seqs(j, ALARM) == [1, 3, 4] and seqs(j, TRACK) == [2, 5, 6]
    assert (j.backlog(ALARM), j.backlog(TRACK), j.next_seq) == (3, 3, 7)


def test_payloads_of_every_length():
    flash = Flash(16)
    j = journal(flash)
    lengths = list(range(0, 40)) + [200, 900, 1500, MAX_PAYLOAD]
    for n in lengths:
        j.append(ALARM, KIND_EVENT, bytes([n & 0xFF]) * n)
    for one in (j, journal(flash)):
        assert [len(p) for _, _, p in drain(one, ALARM)] == lengths
        for _, _, payload in drain(one, ALARM):
            assert payload == bytes([len(payload) & 0xFF]) * len(payload)


def test_mistakes_of_a_caller():
    j = journal(Flash(16))
    for kind, payload in ((0, b""), (256, b""), (1, bytes(MAX_PAYLOAD + 1))):
        try:
            j.append(ALARM, kind, payload)
            assert False
        except ValueError:
            pass
    assert j.next_seq == 1
    try:
        Journal(Flash(3), entropy)
        assert False
    except ValueError:
        pass


def test_a_start_finds_everything_and_uses_no_number_twice():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 70)
    fill(j, TRACK, 100)
    j = journal(flash)
    assert j.epoch == "9f3a21c4"
    assert seqs(j, ALARM) == list(range(1, 71)) and seqs(j, TRACK) == list(range(71, 171))
    assert (j.backlog(ALARM), j.backlog(TRACK)) == (70, 100)
    assert j.next_seq == 172  # 171 may have been tried
    assert j.take_lost() is None and j.damaged == 0


def test_starts_without_records_use_no_numbers():
    flash = Flash(16)
    fill(journal(flash), ALARM, 1)
    assert [journal(flash).next_seq for _ in range(3)] == [3, 3, 3]


def test_nvs_keeps_numbers_apart_whatever_became_of_the_flash():
    flash = Flash(16)
    nvs = Numbers({})
    fill(journal(flash, nvs=nvs), ALARM, 3)
    assert nvs["numbers"] == 1
    flash.cut(1, 0)  # the sector's header
    j = journal(flash, nvs=nvs)
    assert j.next_seq == 1024
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(OLD)
    assert nvs["numbers"] == 2
    j = journal(flash, nvs=nvs)
    assert j.next_seq == 2048 and seqs(j, ALARM) == [1, 2, 3]
    assert fill(j, ALARM, 1) == [2048]
    wiped = journal(Flash(16), nvs=nvs)
    assert fill(wiped, ALARM, 1) == [3072]


def test_numbers_are_reserved_in_time_and_not_at_each_record():
    nvs = Numbers({})
    j = journal(Flash(16), nvs=nvs)
    for number in range(1, 2049):
        j.append(TRACK, KIND_POSITION, b"")
        assert nvs["numbers"] == number // 1024 + 1, number
    assert nvs.writes == 3


def test_nvs_that_refuses_or_is_behind_the_flash_costs_no_record():
    flash = Flash(16)
    nvs = Numbers({})
    nvs.refuses = True
    assert fill(journal(flash, nvs=nvs), ALARM, 3) == [1, 2, 3]
    j = journal(flash, nvs=Numbers({}))  # wiped
    assert j.next_seq == 5 and seqs(j, ALARM) == [1, 2, 3]


def test_sealed_after_a_start():
    flash = Flash(16)
    fill(journal(flash), ALARM, 1)
    before = bytes(flash.data[4096:8192])
    j = journal(flash)
    fill(j, ALARM, 1)
    assert bytes(flash.data[4096:8192]) == before
    assert seqs(j, ALARM) == [1, 3]


def test_reader_goes_on_while_records_come():
    j = journal(Flash(16))
    reader = j.reader(TRACK)
    assert not reader.read()
    for i in range(1, 200):
        j.append(TRACK, KIND_POSITION, bytes([i]) * 16)
        assert reader.read()
        assert (reader.seq, reader.kind, bytes(reader.payload)) == (i, 2, bytes([i]) * 16)
        assert not reader.read()


def test_reader_rewinds_to_the_cursor():
    j = journal(Flash(16))
    fill(j, TRACK, 150)
    reader = j.reader(TRACK)
    for _ in range(100):
        assert reader.read()
    j.ack(TRACK, 80)
    assert reader.read() and reader.seq == 101
    reader.rewind()
    assert reader.read() and reader.seq == 81
    assert j.backlog(TRACK) == 70


def test_reader_passes_over_what_is_dropped_under_it():
    j = journal(Flash(8))
    fill(j, TRACK, 10)
    reader = j.reader(TRACK)
    assert reader.read() and reader.seq == 1
    fill(j, TRACK, 400)
    lost = j.take_lost()
    assert reader.read() and reader.seq == lost[2] + 1


def test_reader_costs_little():
    flash = Flash(64)
    j = journal(flash)
    fill(j, TRACK, 600)
    reader = j.reader(TRACK)
    flash.reset_counts()
    while reader.read():
        pass
    assert flash.reads <= 600 * 1.1


def test_acknowledgements():
    j = journal(Flash(16))
    fill(j, ALARM, 5)
    fill(j, TRACK, 5)
    for seq, left in ((0, 5), (2, 3), (1, 3), (2, 3), (4, 1), (999, 0)):
        j.ack(ALARM, seq)
        assert j.backlog(ALARM) == left
    assert j.backlog(TRACK) == 5
    assert seqs(j, ALARM) == []
    j.ack(TRACK, 7)  # numbers of both lanes
    assert seqs(j, TRACK) == [8, 9, 10]


def test_cursor_is_written_after_thirty_seconds():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 5)
    j.ack(ALARM, 3)
    for now in (1000, 30999):
        j.housekeep(now)
    assert seqs(journal(flash), ALARM) == [1, 2, 3, 4, 5]
    j.housekeep(31000)
    assert seqs(journal(flash), ALARM) == [4, 5]


def test_cursor_is_written_after_thirty_two_records():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 40)
    j.ack(ALARM, 31)
    j.housekeep(0)
    assert journal(flash).backlog(ALARM) == 40
    j.ack(ALARM, 32)
    j.housekeep(1)
    assert journal(flash).backlog(ALARM) == 8


def test_cursor_is_written_once_in_thirty_seconds():
    flash = Flash(16)
    j = journal(flash)
    j.housekeep(0)
    j.housekeep(0)
    flash.reset_counts()
    for now in range(0, 60):
        j.ack(ALARM, fill(j, ALARM, 1)[0])
        j.housekeep(now * 1000)
    assert flash.programs == 60 + 1  # records and a cursor; the second is not yet due


def test_cursor_is_copied_into_the_next_sector():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 20)
    fill(j, ALARM, 1)
    j = journal(flash)
    assert j.backlog(ALARM) == 44 and seqs(j, ALARM)[0] == 21


def test_an_idle_bus_writes_nothing():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 5)
    j.ack(ALARM, 5)
    for now in range(0, 100000, 1000):
        j.housekeep(now)
    flash.reset_counts()
    for now in range(100000, 1000000, 1000):
        j.housekeep(now)
    assert (flash.erases, flash.programs) == (0, 0)


def test_append_waits_for_no_erase():
    flash = Flash(16)
    j = journal(flash)
    j.housekeep(0)
    j.housekeep(0)
    for now in range(4000):
        before = flash.erases
        j.append(now % 2, KIND_EVENT, BODY)
        assert flash.erases == before
        j.ack(ALARM, j.next_seq)
        j.housekeep(now)
        assert flash.erases <= before + 1  # nor does a turn wait for two


def test_announcements_of_lost_positions_evict_no_alarm():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 150)
    said = []
    for now in range(9000):
        fill(j, TRACK, 1)
        j.housekeep(now)
        lost = j.take_lost()
        if lost:
            said.append(lost)
            j.append(ALARM, KIND_EVENT, bytes(300))
    assert [lost[0] for lost in said] == [TRACK]
    assert len(seqs(j, ALARM)) == 151
    j.ack(ALARM, j.next_seq)
    last = j.take_lost()  # the rest in one
    assert last[0] == TRACK and last[1] == said[0][2] + 1
    assert said[0][3] + last[3] + j.backlog(TRACK) == 9000


def test_positions_evict_no_alarm():
    j = journal(Flash(16))
    fill(j, ALARM, 200)
    for now in range(3000):
        fill(j, TRACK, 1)
        j.housekeep(now)
    assert seqs(j, ALARM) == list(range(1, 201))
    assert j.backlog(TRACK) < 800


def test_full_alarm_lane_drops_acknowledged_ones_first():
    j = journal(Flash(16))
    fill(j, ALARM, 252)  # four sectors, full
    j.ack(ALARM, 63)
    for now in range(10):
        j.housekeep(now)
    fill(j, ALARM, 63)
    assert j.take_lost() is None
    assert seqs(j, ALARM) == list(range(64, 316))


def test_an_alarm_is_dropped_only_for_a_newer_alarm_and_announced():
    j = journal(Flash(16))
    fill(j, ALARM, 252)
    for now in range(0, 200000, 1000):
        j.housekeep(now)
    assert seqs(j, ALARM) == list(range(1, 253)) and j.take_lost() is None
    fill(j, ALARM, 1)
    assert j.take_lost() == (ALARM, 1, 63, 63)
    assert seqs(j, ALARM) == list(range(64, 254))
    assert j.backlog(ALARM) == 190
    assert j.take_lost() is None


def test_full_track_lane_drops_the_oldest_and_says_how_many():
    j = journal(Flash(8))  # four sectors each
    fill(j, TRACK, 10)
    fill(j, ALARM, 10)
    fill(j, TRACK, 252)
    assert j.take_lost() == (TRACK, 1, 73, 63)  # numbers of both lanes, records of one
    assert seqs(j, TRACK)[0] == 74
    j.ack(ALARM, fill(j, ALARM, 1)[0])
    fill(j, TRACK, 126)
    assert j.take_lost() == (TRACK, 74, 199, 126)


def test_losses_of_both_lanes_are_announced():
    j = journal(Flash(8))
    fill(j, TRACK, 300)
    fill(j, ALARM, 300)
    assert j.take_lost() == (ALARM, 1, 363, 63)  # from the cursor on
    assert j.take_lost() == (TRACK, 1, 63, 63)
    assert j.take_lost() is None


def test_loss_is_offered_again_until_it_was_announced():
    flash = Flash(8)
    j = journal(flash)
    fill(j, TRACK, 253)
    for _ in range(2):
        assert journal(flash).take_lost() == (TRACK, 1, 63, 63)
    assert j.take_lost() == (TRACK, 1, 63, 63)
    j.append(ALARM, KIND_EVENT, b"records lost")
    assert j.take_lost() is None
    j.housekeep(0)  # erases ahead for alarms
    j.housekeep(0)  # for positions, and before that writes the cursor
    assert journal(flash).take_lost() == (TRACK, 64, 126, 63)


def test_loss_is_kept_while_the_alarm_lane_refuses_the_announcement():
    flash = Flash(8)
    j = journal(flash)
    fill(j, TRACK, 253)
    assert j.take_lost() is not None
    for block in range(4):
        flash.refuses_program[block] = 1
    try:
        j.append(ALARM, KIND_EVENT, b"records lost")
        assert False
    except OSError:
        pass
    assert j.take_lost() is None  # the caller still has it to append
    fill(j, TRACK, 63)  # opens a sector, with the cursor in front
    assert journal(flash).take_lost() == (TRACK, 1, 126, 126)
    flash.refuses_program.clear()
    seq = j.append(ALARM, KIND_EVENT, b"records lost")
    assert j.take_lost() is None
    j.ack(ALARM, seq)
    assert j.take_lost() == (TRACK, 64, 126, 63)


def test_acknowledged_records_are_no_loss():
    j = journal(Flash(8))
    for now in range(2000):
        fill(j, TRACK, 1)
        if now % 100 == 0:
            j.ack(TRACK, j.next_seq)
        j.housekeep(now)
    assert j.take_lost() is None


def test_cursor_is_written_before_what_it_covers_is_erased():
    flash = Flash(8)
    j = journal(flash)
    fill(j, TRACK, 252)
    j.ack(TRACK, 20)
    flash.cut(0, 0)
    try:
        fill(j, TRACK, 1)
        assert False
    except PowerCut:
        flash.power()
    flash.refuses_program.clear()
    j = journal(flash)  # cut in that cursor: nothing is erased yet
    assert j.backlog(TRACK) == 252
    fill(j, TRACK, 1)
    assert j.take_lost() == (TRACK, 1, 63, 63)


def test_wiped_partition_gets_a_new_epoch():
    flash = Flash(16)
    fill(journal(flash), ALARM, 3)
    for fill_byte in (b"\xff", b"\x00", b"\x5a"):
        flash.data[:] = fill_byte * len(flash.data)
        j = Journal(flash, lambda n: b"\x00\x00\x00\x07")
        assert j.epoch == "00000007" and j.next_seq == 1
        assert seqs(j, ALARM) == []
        fill(j, ALARM, 1)
        assert seqs(journal(flash), ALARM) == [1]


def test_another_version_is_free_space():
    flash = Flash(16)
    fill(journal(flash), ALARM, 3)
    head = flash.data[4096 : 4096 + 32]
    head[2] = 2
    head[28:] = struct.pack("<I", crc32(bytes(head[:28])))
    flash.data[4096 : 4096 + 32] = head
    j = Journal(flash, lambda n: b"\x00\x00\x00\x07", 16)
    assert j.epoch == "00000007" and seqs(j, ALARM) == []


def test_another_size_of_the_lanes_waits_for_the_next_formatting():
    flash = Flash(32)
    fill(journal(flash, 4), ALARM, 3)
    fill(journal(flash, 4), TRACK, 3)
    j = journal(flash, 8)
    assert len(seqs(j, ALARM)) == 3 and len(seqs(j, TRACK)) == 3


def test_a_journal_on_any_bytes():
    flash = Flash(8)
    dice = flash.dice
    for _ in range(30):
        for at in range(0, len(flash.data), 64):
            flash.data[at : at + 64] = dice.bits(512).to_bytes(64, "little")
        j = journal(flash)
        assert seqs(j, ALARM) == [] and j.take_lost() is None
        assert seqs(j, TRACK) == [] and j.damaged == 0
        fill(j, ALARM, 1)


def test_alarms_survive_a_power_cut_at_every_operation():
    for tear in range(6):
        for at in range(tear, 40, 3):
            flash = Flash(4, seed=at)
            flash.cut(at, tear, weak=True)
            confirmed = []
            j = None
            try:
                j = journal(flash, 2)
                for i in range(40):
                    confirmed.append(
                        (j.append(ALARM, KIND_EVENT, bytes([i]) * 90), bytes([i]) * 90)
                    )
            except PowerCut:
                pass
            for mood in range(3):
                flash.power(mood)
                again = journal(flash, 2)
                found = [(seq, payload) for seq, _, payload in drain(again, ALARM)]
                assert found[: len(confirmed)] == confirmed, (tear, at, mood)
                assert len(found) <= len(confirmed) + 1
                assert again.next_seq > (found[-1][0] if found else 0)


def test_a_torn_record_does_not_appear_after_the_lane_went_on():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.cut(0, UNCONFIRMED, weak=True)
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(OLD)
    j = journal(flash)
    fifth = fill(j, ALARM, 1)[0]
    flash.power(NEW)
    assert seqs(journal(flash), ALARM) == [1, 2, 3, fifth]


def test_starts_that_come_no_further_than_to_open_a_sector_eat_no_alarms():
    flash = Flash(16)
    fill(journal(flash), ALARM, 240)
    for _ in range(10):
        j = journal(flash)
        flash.cut(2, 0)  # in the record: erase, header and then this
        cut_in(lambda j=j: fill(j, ALARM, 1))
        flash.power()
    j = journal(flash)
    assert len(seqs(j, ALARM)) >= 177  # one sector went for the alarm that came


def test_a_torn_header_that_wavers_takes_no_record_along():
    flash = Flash(16)
    fill(journal(flash), ALARM, 3)
    for mood in (OLD, NEW):  # sector 2 is torn, and there the next time: so sector 3 is torn
        flash.power(mood)
        j = journal(flash)
        flash.cut(1, UNCONFIRMED, weak=True)
        cut_in(lambda j=j: fill(j, ALARM, 1))
    flash.power(OLD)  # neither is there: sector 2 is opened again
    j = journal(flash)
    fresh = fill(j, ALARM, 3)
    flash.power(NEW)  # and sector 3 is back
    j = journal(flash)
    assert seqs(j, ALARM) == [1, 2, 3] + fresh
    assert j.next_seq > fresh[-1]


def test_a_flipped_bit_in_a_header_is_put_right():
    flash = Flash(16)
    fill(journal(flash), ALARM, 130)
    for bit in range(0, 256, 7):
        for block in (1, 3):  # the oldest and the newest
            flash.flip(block, bit // 8, bit % 8)
        j = journal(flash)
        assert seqs(j, ALARM) == list(range(1, 131)), bit
        assert j.take_lost() is None and j.next_seq == 132
        for block in (1, 3):
            flash.flip(block, bit // 8, bit % 8)


def test_torn_records_that_waver_take_no_others_along():
    flash = Flash(16)
    fill(journal(flash), ALARM, 3)
    for mood in (OLD, NEW):  # sectors 2 and 3 begin with a torn record, there and not there
        flash.power(mood)
        j = journal(flash)
        flash.cut(2, UNCONFIRMED, weak=True)
        cut_in(lambda j=j: fill(j, ALARM, 1))
    flash.power(OLD)
    j = journal(flash)
    fresh = fill(j, ALARM, 1)
    flash.power(NEW)
    j = journal(flash)
    assert seqs(j, ALARM) == [1, 2, 3] + fresh
    assert j.next_seq > fresh[-1]


def test_a_torn_cursor_behind_a_sound_header():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 20)
    j.ack(ALARM, 10)
    j.housekeep(0)
    j.housekeep(30000)
    fill(j, ALARM, 42)
    j.ack(ALARM, 20)
    fill(j, ALARM, 1)  # opens sector 2
    at = 2 * 4096
    flash.data[at + 32 : at + 4096] = b"\xff" * (4096 - 32)
    assert journal(flash).backlog(ALARM) == 52  # the cursor in sector 1
    flash.data[at + 40] = 0x55
    assert journal(flash).backlog(ALARM) == 52


def test_a_sector_that_does_not_take_a_program_is_skipped():
    for how in (ERROR, SILENT):
        flash = Flash(16)
        flash.refuses_program[2] = how
        j = journal(flash)
        fill(j, ALARM, 60)
        flash.refuses_program[1] = how
        fill(j, ALARM, 60)
        for one in (j, journal(flash)):
            assert seqs(one, ALARM) == list(range(1, 121))


def test_a_sector_that_cannot_be_erased_is_skipped():
    for how in (ERROR, SILENT):
        flash = Flash(16)
        j = journal(flash)
        for now in range(600):
            if now == 100:
                flash.refuses_erase[2] = how
            fill(j, ALARM, 1)
            j.ack(ALARM, j.next_seq - 20)
            j.housekeep(now)
        assert seqs(j, ALARM) == list(range(582, 601))
        assert flash.wear[2] > 2  # it was tried


def test_what_a_start_did_not_find_stays_out():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.cut(0, UNCONFIRMED, weak=True)
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(OLD)
    j = journal(flash)
    flash.mood = NEW
    assert seqs(j, ALARM) == [1, 2, 3]


def test_damage_at_the_end_uses_no_number_twice():
    flash = Flash(16)
    fill(journal(flash), ALARM, 10)
    for record in (8, 9):
        flash.flip(1, 48 + record * 64 + 20, 0)
    assert journal(flash).next_seq > 10


def test_damage_right_behind_the_cursor_is_announced_with_its_number():
    flash = Flash(16)
    fill(journal(flash), ALARM, 70)
    flash.flip(1, 48 + 20, 0)
    j = journal(flash)
    j.ack(ALARM, 70)
    assert j.take_lost() == (ALARM, 1, 63, 1)


def test_one_erase_a_turn():
    flash = Flash(16)
    j = journal(flash)
    for turn in (1, 2, 2):
        j.housekeep(0)
        assert flash.erases == 1 + turn  # one was for the first sector


def test_a_cursor_that_the_flash_refuses_is_not_written_over():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 5)
    j.ack(ALARM, 3)
    flash.refuses_program[1] = SILENT
    j.housekeep(0)
    j.housekeep(30000)
    flash.refuses_program.clear()
    fill(j, ALARM, 5)
    assert seqs(j, ALARM) == list(range(4, 11))
    assert journal(flash).backlog(ALARM) == 7


def test_what_was_dropped_is_gone_though_it_could_not_be_erased():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 252)
    flash.refuses_erase[1] = ERROR
    fill(j, ALARM, 1)
    assert j.take_lost() == (ALARM, 1, 126, 126)
    assert seqs(j, ALARM) == list(range(127, 254))


def test_the_cursor_comes_before_the_erase_in_a_full_sector():
    flash = Flash(8)
    j = journal(flash)
    fill(j, TRACK, 252)
    j.ack(TRACK, 20)
    flash.cut(1, 0)  # in the erase
    cut_in(lambda: fill(j, TRACK, 1))
    flash.power()
    assert journal(flash).backlog(TRACK) == 232


def test_a_due_cursor_leaves_the_last_place_of_a_full_sector_free():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 10)
    j.housekeep(0)
    j.housekeep(30000)
    assert bytes(flash.data[2 * 4096 - 16 : 2 * 4096]) == b"\xff" * 16
    assert journal(flash).backlog(ALARM) == 53  # it opened the next one


def test_losses_are_told_in_order_though_a_start_overlooked_two_sectors():
    flash = Flash(16)
    fill(journal(flash), ALARM, 3)
    ghosts = []  # torn records, each the only one in its sector
    for _ in range(2):
        j = journal(flash)
        ghosts.append(j.next_seq)
        flash.cut(2, UNCONFIRMED, True)  # erase, header, record
        cut_in(lambda j=j: fill(j, ALARM, 1))
        flash.power(NEW)
    flash.power(OLD)  # seen by one start and not by the next, which opens the first anew
    j = journal(flash)
    assert j.next_seq > ghosts[1] and seqs(j, ALARM) == [1, 2, 3]
    flash.cut(2, 0)
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(NEW)
    j = journal(flash)
    assert seqs(j, ALARM) == [1, 2, 3, ghosts[1]]
    loss = None
    while loss is None:
        fill(j, ALARM, 1)
        loss = j.take_lost()
    assert loss == (ALARM, 1, 3, 3)
    announcement = j.append(ALARM, KIND_EVENT, b"lost")
    assert j.take_lost() is None
    fill(j, ALARM, 130)  # both sectors go, before the city has heard of the first loss
    j.ack(ALARM, announcement)
    assert j.take_lost() == (ALARM, 4, ghosts[1], 2)
