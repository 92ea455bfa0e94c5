"""Damage at rest: what is announced is what was lost; what cannot be known says so. P2."""

from nor import (
    NEW,
    OLD,
    Flash,
    block,
    cut_in,
    deliver,
    fill,
    journal,
    later,
    losses,
    lost,
    offset,
    seqs,
)
from parts import Nvs

from firmware.journal.journal import ALARM, TRACK, WARNING


def ruined(records, sectors=130, started=True, lane=ALARM):
    """A journal of 130 records, three sectors, of which these (from 1) were damaged."""
    flash = Flash(32)
    j = journal(flash)
    fill(j, lane, sectors)
    for seq in records:
        flash.data[block(j, lane, 1 + (seq - 1) // 63) * 4096 + offset((seq - 1) % 63) + 20] ^= 0xFF
    return journal(flash) if started else j


def test_one_record_is_announced_with_its_own_number_wherever_it_stands():
    for started in (False, True):
        for lane in (ALARM, WARNING, TRACK):
            for seq in (1, 2, 62, 63, 64, 100, 126, 127, 129):
                j = ruined([seq], started=started, lane=lane)
                assert seqs(j, lane) == [n for n in range(1, 131) if n != seq]
                j.ack(lane, 130)
                assert losses(j) == [(lane, seq, seq, 1, True)], (started, seq)
                assert j.backlog(lane) == 0 and j.damaged == 1


def test_records_in_a_row_and_apart():
    for records, found in (
        ([53, 54], [(53, 54, 2)]),
        ([63, 64], [(63, 64, 2)]),
        ([5, 9, 64], [(5, 5, 1), (9, 9, 1), (64, 64, 1)]),
        ([127, 128], [(127, 128, 2)]),
        (list(range(60, 70)), [(60, 69, 10)]),
    ):
        j = ruined(records)
        j.ack(ALARM, 130)
        told = [(ALARM, first, last, count, True) for first, last, count in found]
        assert losses(j) == told, records


def test_it_is_announced_when_the_city_has_what_follows_and_not_before():
    j = ruined([70])
    for seq, found in ((69, []), (71, [(ALARM, 70, 70, 1, True)]), (130, [])):
        j.ack(ALARM, seq)
        assert losses(j) == found


def test_numbers_of_other_lanes_in_the_range_are_not_counted():
    flash = Flash(32)
    j = journal(flash)
    for _ in range(20):
        fill(j, ALARM, 1)
        fill(j, TRACK, 3)
    flash.data[block(j, ALARM, 1) * 4096 + offset(6) + 20] ^= 0xFF  # number 25
    j = journal(flash)
    deliver(j, ALARM)
    assert losses(j) == [(ALARM, 22, 28, 1, True)]


def test_a_ruined_header_costs_its_sector_the_newest_too():
    for number, first, last in ((1, 1, 63), (2, 64, 126), (3, 127, 130)):
        flash = Flash(32)
        j = journal(flash)
        fill(j, ALARM, 130)
        at = block(j, ALARM, number) * 4096
        flash.data[at : at + 8] = bytes(8)
        j = journal(flash)
        left = [seq for seq in range(1, 131) if not first <= seq <= last]
        assert seqs(j, ALARM) == left
        j.ack(ALARM, 130)
        later(j, 1)
        assert losses(j) == [(ALARM, first, last, last - first + 1, True)]
        assert j.next_seq > 130


def test_the_last_record_may_be_lost_or_may_never_have_been():
    j = ruined([130])
    assert seqs(j, ALARM) == list(range(1, 130))
    last = j.next_seq - 1
    assert losses(j) == [(ALARM, 130, last, None, False)]
    flash = Flash(32)
    j = journal(flash)
    fill(j, WARNING, 1)
    flash.data[block(j, WARNING, 1) * 4096 + offset(0) + 20] ^= 0xFF  # the only one of its lane
    j = journal(flash)
    last = j.next_seq - 1
    assert losses(j) == [(WARNING, 1, last, None, False)]


def test_it_is_announced_once_and_again_if_it_is_another():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.data[block(j, ALARM, 1) * 4096 + offset(2) + 20] ^= 0xFF
    assert len(losses(journal(flash))) == 1
    for _ in range(3):
        assert losses(journal(flash)) == []
    j = journal(flash)
    (seq,) = fill(j, ALARM, 1)
    flash.data[block(j, ALARM, 2) * 4096 + offset(0) + 20] ^= 0xFF
    j = journal(flash)
    last = j.next_seq - 1
    assert losses(j) == [(ALARM, 3, last, None, False)] and last >= seq


def test_it_is_on_flash_as_a_loss_before_the_lane_goes_on_over_it():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 1)
    flash.data[block(j, ALARM, 1) * 4096 + offset(0) + 20] ^= 0xFF
    j = journal(flash)
    flash.cut(4, 5)  # the ledger's sector and record, then the lane's erase, and its header
    try:
        fill(j, ALARM, 1)
        assert False
    except Exception:  # noqa: BLE001 (PowerCut has two names in the VM)
        flash.power()
    (loss,) = losses(journal(flash))
    assert loss[:2] == (ALARM, 1) and loss[3:] == (None, False)


def acknowledged(flash, drops):
    """The city has 40 positions; the ledger says so twice, and what it said last is flipped."""
    j = journal(flash, 2, warning_sectors=2)
    fill(j, TRACK, 7 * 63)
    j.may_send(TRACK, 1, 40)
    j.ack(TRACK, 30)
    j._book.ledger.save()
    j.ack(TRACK, 40)
    j._book.ledger.save()
    if drops:
        fill(j, TRACK, 1)
    flash.data[4096 + j._book.ledger.ring.end - 60] ^= 0xFF
    return journal(flash, 2, warning_sectors=2)


def test_a_flipped_ledger_only_means_to_send_again():
    j = acknowledged(Flash(14), False)
    assert seqs(j, TRACK)[0] == 31
    assert lost(j) is None


def test_a_flipped_ledger_makes_what_was_dropped_uncertain_and_no_false_range():
    j = acknowledged(Flash(14), True)
    assert losses(j) == [(TRACK, 31, 63, None, False)]


def test_what_a_flipped_ledger_said_to_be_sent_may_have_been_sent():
    flash = Flash(14)
    j = journal(flash, 2, warning_sectors=2)
    fill(j, TRACK, 7 * 63)
    j.may_send(TRACK, 1, 40)
    j._book.lanes[TRACK].reach = 40
    j._book.ledger.save()
    j.may_send(TRACK, 41, 60)
    fill(j, TRACK, 1)
    flash.data[4096 + j._book.ledger.ring.end - 60] ^= 0xFF
    j = journal(flash, 2, warning_sectors=2)
    assert losses(j) == [(TRACK, 1, 63, None, False)]


def test_a_ledger_that_was_cut_short_is_written_again_before_anything_is_dropped():
    flash = Flash(14)
    j = journal(flash, 2, warning_sectors=2)
    fill(j, TRACK, 7 * 63)
    j.may_send(TRACK, 1, 40)
    j.ack(TRACK, 30)
    j._book.ledger.save()
    j.ack(TRACK, 40)
    flash.cut(0, 5, weak=True)  # all but confirmed
    cut_in(j._book.ledger.save)
    flash.power(NEW)
    j = journal(flash, 2, warning_sectors=2)
    fill(j, TRACK, 1)
    flash.power(OLD)  # now it reads as if it had never been written
    assert lost(journal(flash, 2, warning_sectors=2))[:3] == (TRACK, 41, 63)


def test_a_ledger_that_two_starts_overlooked_does_not_come_back():
    flash, nvs = Flash(32), Nvs()
    fill(journal(flash, nvs=nvs), ALARM, 50)
    for mood in (NEW, OLD):  # each opens a sector of the ledger, the second behind the first
        ledger = journal(flash, nvs=nvs)._book.ledger
        flash.cut(2, 5, weak=True)  # erase, header, and all but confirmed
        cut_in(ledger.save)
        flash.power(mood)
    j = journal(flash, nvs=nvs)
    assert j.may_send(ALARM, 1, 40)
    j.ack(ALARM, 40)
    assert j._book.ledger.save()
    flash.power(NEW)
    assert seqs(journal(flash, nvs=nvs), ALARM) == list(range(41, 51))


def test_without_any_ledger_all_is_sent_again():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 100)
    deliver(j)
    flash.data[: 3 * 4096] = bytes(3 * 4096)
    j = journal(flash)
    assert j.epoch == "9f3a21c4" and seqs(j, ALARM) == list(range(1, 101))
    assert lost(j) is None
    fill(j, ALARM, 300)
    _, first, _, _, exact = lost(j)
    assert first == 1 and not exact, "the city may have them"


def test_a_lane_whose_sectors_are_gone_is_announced():
    flash = Flash(32)
    nvs = Nvs()
    j = journal(flash, nvs=nvs)
    fill(j, WARNING, 100)
    j.ack(WARNING, 50)
    j._book.ledger.save()
    for number in range(4):
        flash.ioctl(6, block(j, WARNING, number))
    j = journal(flash, nvs=nvs)
    assert losses(j) == [(WARNING, 51, 1023, None, False)]
    assert losses(journal(flash)) == []
    assert fill(j, WARNING, 1) and len(seqs(journal(flash), WARNING)) == 1


def test_a_flipped_bit_of_a_sector_number_hides_no_sector():
    flash = Flash(80)
    j = journal(flash, 64, warning_sectors=2)
    fill(j, ALARM, 3 * 63 + 10)
    for number in (1, 4):
        for bit in range(32):
            flash.flip(block(j, ALARM, number), 12 + bit // 8, bit % 8)
            assert len(seqs(journal(flash), ALARM)) == 3 * 63 + 10, (number, bit)
            flash.flip(block(j, ALARM, number), 12 + bit // 8, bit % 8)


def test_nor_does_one_that_looks_like_an_older_sector_in_the_same_block():
    flash = Flash(32)
    j = journal(flash, 2)
    fill(j, ALARM, 5 * 63 + 10)
    for bit in (1, 2):  # of 6: it reads as 4 or 2
        flash.flip(block(j, ALARM, 6), 12, bit)
        assert len(seqs(journal(flash, 2), ALARM)) == 63 + 10, bit
        flash.flip(block(j, ALARM, 6), 12, bit)


def test_the_only_sector_of_a_lane_ruined_is_announced_too():
    flash = Flash(32)
    j = journal(flash)
    fill(j, WARNING, 5)
    fill(j, TRACK, 5)
    at = block(j, WARNING, 1) * 4096
    flash.data[at : at + 8] = bytes(8)
    for _ in range(2):
        j = journal(flash)
        assert seqs(j, WARNING) == [] and j.next_seq > 10
        assert lost(j) == (WARNING, 1, 5, 5, True)
    (seq,) = fill(j, WARNING, 1)
    j = journal(flash)
    assert seqs(j, WARNING) == [seq]
    assert losses(j) == [(WARNING, 1, 5, 5, True)]
