"""The journal, on CPython and in the MicroPython VM: bytes, numbers, starts, reading. P1, P3."""

import struct
from binascii import crc32

from nor import OLD, Flash, block, cut_in, drain, entropy, fill, journal, lost, offset, seqs
from parts import Nvs

from firmware.journal.form import LEDGER
from firmware.journal.journal import (
    ALARM,
    KIND_EVENT,
    KIND_POSITION,
    TRACK,
    WARNING,
    Journal,
)
from firmware.journal.sector import MAX_PAYLOAD


def test_header_bytes():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 1)
    fill(j, WARNING, 1)
    fill(j, TRACK, 1)
    fill(j, ALARM, 63)
    for lane, number, numbers in (
        (LEDGER, 1, (1, 1, 1, 0)),
        (ALARM, 1, (1, 1, 1, 0)),
        (WARNING, 1, (1, 2, 1, 0)),
        (TRACK, 1, (1, 3, 1, 0)),
        (ALARM, 2, (2, 66, 66, 63)),
    ):
        at = (1 if lane == LEDGER else block(j, lane, number)) * 4096
        head = bytes(flash.data[at : at + 32])
        assert head[:8] == b"BJ\x02\x04\x04" + bytes([lane << 4]) + b"\x20\x00", lane
        assert struct.unpack("<IIIII", head[8:28]) == (0x9F3A21C4,) + numbers, lane
        assert struct.unpack("<I", head[28:])[0] == crc32(head[:28])


def test_record_bytes():
    flash = Flash(32)
    j = journal(flash)
    assert j.append(ALARM, 7, b"hello") == 1
    at = block(j, ALARM, 1) * 4096 + 32
    record = bytes(flash.data[at : at + 32])
    assert record[:13] == b"\x05\x00\x07\x01\x01\x00\x00\x00hello"
    assert struct.unpack("<I", record[13:17])[0] == crc32(record[:13], 0x9F3A21C4 ^ 1)
    assert record[17:] == b"\xff" * 15
    fill(j, TRACK, 1)
    fill(j, ALARM, 299)
    places = [flash.data[block(j, ALARM, 5) * 4096 + offset(n) + 3] for n in range(3)]
    assert places == [254, 255, 0]  # the low byte of the place in the lane


def test_ledger_bytes():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    assert j.may_send(ALARM, 1, 2)
    j.ack(ALARM, 2)
    j._book.losses.add(TRACK, 7, 9, None, False)
    assert j._book.ledger.save()
    at = 4096 + 32 + 2 * 64  # behind the one of the formatting, and that of the sending
    record = bytes(flash.data[at : at + 96])
    assert record[:8] == b"\x45\x00\x01\x03\x05\x00\x00\x00"
    assert struct.unpack("<IIII", record[8:24]) == (2, 2, 258, 0)
    assert record[24:56] == bytes(32)
    assert record[56:60] == b"\x01\x00\x00\x00"
    assert struct.unpack("<BIIII", record[60:77]) == (TRACK | 4, 7, 9, 0xFFFFFFFF, 0)


def test_one_program_a_record_and_lanes_share_one_sequence():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 1)
    fill(j, TRACK, 1)
    flash.reset_counts()
    assert fill(j, ALARM, 2) + fill(j, TRACK, 2) == [3, 4, 5, 6]
    assert flash.programs == 4 and flash.programmed_bytes == 4 * 64
    assert seqs(j, ALARM) == [1, 3, 4] and seqs(j, TRACK) == [2, 5, 6]
    assert (j.backlog(ALARM), j.backlog(TRACK), j.next_seq) == (3, 3, 7)


def test_payloads_of_every_length():
    flash = Flash(32)
    j = journal(flash)
    lengths = list(range(0, 40)) + [200, 900, 1500, MAX_PAYLOAD]
    for n in lengths:
        j.append(ALARM, KIND_EVENT, bytes([n & 0xFF]) * n)
    for one in (j, journal(flash)):
        assert [len(p) for _, _, p in drain(one, ALARM)] == lengths
        for _, _, payload in drain(one, ALARM):
            assert payload == bytes([len(payload) & 0xFF]) * len(payload)


def test_mistakes_of_a_caller():
    j = journal(Flash(32))
    for kind, payload in ((0, b""), (256, b""), (1, bytes(MAX_PAYLOAD + 1))):
        try:
            j.append(ALARM, kind, payload)
            assert False
        except ValueError:
            pass
    assert j.next_seq == 1
    try:
        Journal(Flash(8), entropy)
        assert False
    except ValueError:
        pass


def test_a_start_finds_everything_and_uses_no_number_twice():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 70)
    fill(j, TRACK, 100)
    j = journal(flash)
    assert j.epoch == "9f3a21c4"
    assert seqs(j, ALARM) == list(range(1, 71)) and seqs(j, TRACK) == list(range(71, 171))
    assert (j.backlog(ALARM), j.backlog(TRACK)) == (70, 100)
    assert j.next_seq == 172  # 171 may have been tried
    assert lost(j) is None and j.damaged == 0


def test_starts_without_records_use_no_numbers():
    flash = Flash(32)
    fill(journal(flash), ALARM, 1)
    assert [journal(flash).next_seq for _ in range(3)] == [3, 3, 3]


def test_nvs_keeps_numbers_apart_whatever_became_of_the_flash():
    flash = Flash(32)
    nvs = Nvs()
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
    wiped = journal(Flash(32), nvs=nvs)
    assert fill(wiped, ALARM, 1) == [3072]


def test_numbers_are_reserved_in_time_and_not_at_each_record():
    nvs = Nvs()
    j = journal(Flash(32), nvs=nvs)
    for number in range(1, 2049):
        j.append(TRACK, KIND_POSITION, b"")
        assert nvs["numbers"] == number // 1024 + 1, number
    assert nvs.writes == 3


def test_nvs_that_refuses_or_is_behind_the_flash_costs_no_record():
    flash = Flash(32)
    nvs = Nvs()
    nvs.refuses = True
    assert fill(journal(flash, nvs=nvs), ALARM, 3) == [1, 2, 3]
    j = journal(flash, nvs=Nvs())  # wiped
    assert j.next_seq == 5 and seqs(j, ALARM) == [1, 2, 3]


def test_sealed_after_a_start():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 1)
    at = block(j, ALARM, 1) * 4096
    before = bytes(flash.data[at : at + 4096])
    j = journal(flash)
    fill(j, ALARM, 1)
    assert bytes(flash.data[at : at + 4096]) == before
    assert seqs(j, ALARM) == [1, 3]


def test_reader_goes_on_while_records_come():
    j = journal(Flash(32))
    reader = j.reader(TRACK)
    assert not reader.read()
    for i in range(1, 200):
        j.append(TRACK, KIND_POSITION, bytes([i]) * 16)
        assert reader.read()
        assert (reader.seq, reader.kind, bytes(reader.payload)) == (i, 2, bytes([i]) * 16)
        assert not reader.read()


def test_reader_rewinds_to_the_cursor():
    j = journal(Flash(32))
    fill(j, TRACK, 150)
    reader = j.reader(TRACK)
    for _ in range(100):
        assert reader.read()
    j.ack(TRACK, 80)
    assert reader.read() and reader.seq == 101
    j.rewind(TRACK, reader)
    assert reader.read() and reader.seq == 81
    assert j.backlog(TRACK) == 70


def test_reader_passes_over_what_is_dropped_under_it():
    j = journal(Flash(14), 2, warning_sectors=2)
    fill(j, TRACK, 10)
    reader = j.reader(TRACK)
    assert reader.read() and reader.seq == 1
    fill(j, TRACK, 600)
    _, _, last, _, _ = lost(j)
    assert not j.may_send(TRACK, 1, 1), "it was read, and is gone"
    assert reader.read() and reader.seq == last + 1
    assert j.may_send(TRACK, reader.seq, reader.seq)


def test_reader_costs_little():
    flash = Flash(64)
    j = journal(flash)
    fill(j, TRACK, 600)
    reader = j.reader(TRACK)
    flash.reset_counts()
    while reader.read():
        pass
    assert flash.reads <= 600 * 1.1


def test_wiped_partition_gets_a_new_epoch():
    flash = Flash(32)
    fill(journal(flash), ALARM, 3)
    for fill_byte in (b"\xff", b"\x00", b"\x5a"):
        flash.data[:] = fill_byte * len(flash.data)
        j = Journal(flash, lambda n: b"\x00\x00\x00\x07")
        assert j.epoch == "00000007" and j.next_seq == 1
        assert seqs(j, ALARM) == []
        fill(j, ALARM, 1)
        assert seqs(journal(flash), ALARM) == [1]


def test_another_version_is_free_space():
    flash = Flash(32)
    fill(journal(flash), ALARM, 3)
    for at in (4096, 4 * 4096):  # the ledger's sector, and that of the alarms
        head = flash.data[at : at + 32]
        head[2] = 7
        head[28:] = struct.pack("<I", crc32(bytes(head[:28])))
        flash.data[at : at + 32] = head
    j = Journal(flash, lambda n: b"\x00\x00\x00\x07", 16)
    assert j.epoch == "00000007" and seqs(j, ALARM) == []


def test_a_journal_on_any_bytes():
    flash = Flash(14)
    dice = flash.dice
    for _ in range(30):
        for at in range(0, len(flash.data), 64):
            flash.data[at : at + 64] = dice.bits(512).to_bytes(64, "little")
        j = journal(flash)
        assert seqs(j, ALARM) == [] and lost(j) is None
        assert seqs(j, TRACK) == [] and j.damaged == 0
        fill(j, ALARM, 1)
