"""Torn, weak, flipped, worn: what the flash may do to a journal. P1, P3."""

from nor import (
    BODY,
    ERROR,
    NEW,
    OLD,
    SILENT,
    Flash,
    PowerCut,
    announce,
    block,
    cut_in,
    drain,
    fill,
    journal,
    later,
    losses,
    lost,
    offset,
    seqs,
)
from parts import Nvs

from firmware.journal.journal import ALARM, KIND_EVENT, WARNING

UNCONFIRMED = 5  # index of sim.wires.flash.TEARS


def test_alarms_survive_a_power_cut_at_every_operation():
    for tear in range(6):
        for at in range(tear, 40, 3):
            flash = Flash(14, seed=at)
            flash.cut(at, tear, weak=True)
            confirmed = []
            j = None
            try:
                j = journal(flash, 2, warning_sectors=2)
                for i in range(40):
                    confirmed.append(
                        (j.append(ALARM, KIND_EVENT, bytes([i]) * 90), bytes([i]) * 90)
                    )
            except PowerCut:
                pass
            for mood in range(3):
                flash.power(mood)
                again = journal(flash, 2, warning_sectors=2)
                found = [(seq, payload) for seq, _, payload in drain(again, ALARM)]
                assert found[: len(confirmed)] == confirmed, (tear, at, mood)
                assert len(found) <= len(confirmed) + 1
                assert again.next_seq > (found[-1][0] if found else 0)


def test_a_torn_record_does_not_appear_after_the_lane_went_on():
    flash = Flash(32)
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
    flash = Flash(32)
    fill(journal(flash), ALARM, 240)
    for _ in range(10):
        j = journal(flash)
        flash.cut(2, 0)  # in the record: erase, header and then this
        cut_in(lambda j=j: fill(j, ALARM, 1))
        flash.power()
    j = journal(flash)
    assert len(seqs(j, ALARM)) >= 177  # one sector went for the alarm that came


def test_a_torn_header_that_wavers_takes_no_record_along():
    flash = Flash(32)
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
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 130)
    places = [1, block(j, ALARM, 1), block(j, ALARM, 3)]  # the ledger, the oldest, the newest
    for bit in range(256):
        for place in places:
            flash.flip(place, bit // 8, bit % 8)
        j = journal(flash)
        assert seqs(j, ALARM) == list(range(1, 131)), bit
        assert lost(j) is None and j.next_seq == 132
        for place in places:
            flash.flip(place, bit // 8, bit % 8)
        flash.data[2 * 4096 : 3 * 4096] = b"\xff" * 4096  # lost() has written the ledger


def test_torn_records_that_waver_take_no_others_along():
    flash = Flash(32)
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


def test_a_sector_that_does_not_take_a_program_is_skipped():
    for how in (ERROR, SILENT):
        flash = Flash(32)
        j = journal(flash)
        flash.refuses_program[block(j, ALARM, 2)] = how
        fill(j, ALARM, 60)
        flash.refuses_program[block(j, ALARM, 1)] = how
        fill(j, ALARM, 60)
        for one in (j, journal(flash)):
            assert seqs(one, ALARM) == list(range(1, 121))


def test_a_sector_that_cannot_be_erased_is_skipped():
    for how in (ERROR, SILENT):
        flash = Flash(32)
        j = journal(flash)
        for now in range(600):
            if now == 100:
                flash.refuses_erase[block(j, ALARM, 2)] = how
            fill(j, ALARM, 1)
            j.ack(ALARM, j.next_seq - 20)
            later(j, 1)
        assert seqs(j, ALARM) == list(range(582, 601))
        assert flash.wear[block(j, ALARM, 2)] > 2  # it was tried


def test_what_a_start_did_not_find_stays_out():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.cut(0, UNCONFIRMED, weak=True)
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(OLD)
    j = journal(flash)
    flash.mood = NEW
    assert seqs(j, ALARM) == [1, 2, 3]


def test_damage_at_the_end_uses_no_number_twice():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 10)
    for record in (8, 9):
        flash.flip(block(j, ALARM, 1), offset(record) + 20, 0)
    assert journal(flash).next_seq > 10


def test_what_was_dropped_is_gone_though_it_could_not_be_erased():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 252)
    flash.refuses_erase[block(j, ALARM, 1)] = ERROR
    fill(j, ALARM, 1)
    assert lost(j) == (ALARM, 1, 126, 126, True)
    assert seqs(j, ALARM) == list(range(127, 254))
    for _ in range(2):
        j = journal(flash)
        assert seqs(j, ALARM) == list(range(127, 254)), "nor after a start"
    assert announce(j)


def test_records_in_a_block_that_cannot_be_erased_are_not_sent_again():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 252)
    j.ack(ALARM, 252)
    for number in range(1, 5):
        flash.refuses_erase[block(j, ALARM, number)] = ERROR
    later(j)
    assert seqs(j, ALARM) == []
    assert seqs(journal(flash), ALARM) == []


def test_losses_are_told_in_order_though_a_start_overlooked_two_sectors():
    flash = Flash(32)
    fill(journal(flash), ALARM, 3)
    ghosts = []  # torn records, each the only one in its sector
    for _ in range(2):
        j = journal(flash)
        ghosts.append(j.next_seq)
        flash.cut(2, UNCONFIRMED, True)  # erase, header, record
        cut_in(lambda j=j: fill(j, ALARM, 1))
        flash.power(NEW)
    flash.power(OLD)  # seen by one start and not by the next, which opens the first again
    j = journal(flash)
    assert j.next_seq > ghosts[1] and seqs(j, ALARM) == [1, 2, 3]
    flash.cut(2, 0)
    cut_in(lambda: fill(j, ALARM, 1))
    flash.power(NEW)
    j = journal(flash)
    assert seqs(j, ALARM) == [1, 2, 3, ghosts[1]]
    for _ in range(200):
        fill(j, ALARM, 1)
        if lost(j):
            break
    assert lost(j) == (ALARM, 1, 3, 3, True)
    announcement = announce(j)
    assert lost(j) is None
    fill(j, ALARM, 130)  # both sectors go, before the city has heard of the first loss
    j.ack(WARNING, announcement)
    assert lost(j)[:2] == (ALARM, 4)


def test_a_lane_that_is_gone_twice_is_announced_twice():
    flash = Flash(32)
    nvs = Nvs()
    for _ in range(2):
        j = journal(flash, nvs=nvs)
        fill(j, ALARM, 10)
        j.ack(ALARM, j.next_seq - 6)
        first = j.next_seq - 5
        j._book.ledger.save()
        j = journal(flash, nvs=nvs)
        j._book.ledger.save()
        blocks = j._book.lanes[ALARM].ring.blocks
        flash.data[blocks.first * 4096 : (blocks.first + blocks.count) * 4096] = b"\xff" * (
            blocks.count * 4096
        )
        j = journal(flash, nvs=nvs)
        assert [1 for lane, a, b, _, _ in losses(j) if lane == ALARM and a <= first <= b]
        j._book.ledger.save()


def test_a_flash_that_takes_nothing_for_a_while_costs_two_sectors_not_all():
    for what in ("refuses_program", "refuses_erase"):
        flash = Flash(40)
        j = journal(flash, 10)
        fill(j, ALARM, 10 * 63)
        setattr(flash, what, dict.fromkeys(range(40), ERROR))
        refused = 0
        for _ in range(100):
            try:
                j.append(ALARM, KIND_EVENT, BODY)
            except OSError:
                refused += 1
        assert refused > 90, what
        assert j.backlog(ALARM) >= 8 * 63, what
        later(j, 60)
        getattr(flash, what).clear()
        later(j, 600)
        fill(j, ALARM, 63)
        assert j.backlog(ALARM) > 7 * 63
