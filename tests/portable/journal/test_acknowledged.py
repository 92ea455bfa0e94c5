"""What the city has: acknowledgements, and the ledger that keeps them on the flash. P1."""

from nor import (
    ERROR,
    SILENT,
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


def test_acknowledgements():
    j = journal(Flash(32))
    fill(j, ALARM, 5)
    fill(j, TRACK, 5)
    for seq, left in ((0, 5), (2, 3), (1, 3), (2, 3), (4, 1), (999, 0)):
        j.ack(ALARM, seq)
        assert j.backlog(ALARM) == left
    assert j.backlog(TRACK) == 5
    assert seqs(j, ALARM) == []
    j.ack(TRACK, 7)  # numbers of all lanes
    assert seqs(j, TRACK) == [8, 9, 10]


def test_the_ledger_is_written_after_thirty_seconds():
    flash = Flash(32)
    j = journal(flash)
    later(j, 4)
    fill(j, ALARM, 5)
    j.ack(ALARM, 3)
    later(j, 30)
    assert seqs(journal(flash), ALARM) == [1, 2, 3, 4, 5]
    later(j, 1)
    assert seqs(journal(flash), ALARM) == [4, 5]


def test_the_ledger_is_written_after_thirty_two_records():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 40)
    j.ack(ALARM, 31)
    later(j, 1)
    assert journal(flash).backlog(ALARM) == 40
    j.ack(ALARM, 32)
    later(j, 1)
    assert journal(flash).backlog(ALARM) == 8


def test_the_ledger_is_written_once_in_thirty_seconds():
    flash = Flash(32)
    j = journal(flash)
    later(j, 4)
    fill(j, ALARM, 1)
    flash.reset_counts()
    for _ in range(60):
        j.ack(ALARM, fill(j, ALARM, 1)[0])
        later(j, 1)
    assert flash.programs == 60 + 1  # the second is not yet due


def test_an_idle_bus_writes_nothing():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 5)
    deliver(j)
    later(j, 400)
    flash.reset_counts()
    later(j, 1000)
    assert (flash.erases, flash.programs) == (0, 0)
    j = journal(flash)
    later(j, 1000)
    assert flash.programs == 0


def test_what_the_city_has_is_on_flash_before_a_sector_is_dropped():
    flash = Flash(14)
    j = journal(flash, 2, warning_sectors=2)  # seven sectors of track
    later(j, 4)
    fill(j, TRACK, 7 * 63)
    j.ack(TRACK, 20)
    flash.cut(1, 0)  # in the erase, behind the ledger
    cut_in(lambda: fill(j, TRACK, 1))
    flash.power()
    assert journal(flash).backlog(TRACK) == 7 * 63 - 20
    j = journal(flash)
    fill(j, TRACK, 1)
    assert lost(j) == (TRACK, 21, 63, 43, True)


def test_it_is_on_flash_after_a_start_too_when_every_sector_is_sealed():
    flash = Flash(14)
    j = journal(flash, 2, warning_sectors=2)
    fill(j, TRACK, 7 * 63)
    j = journal(flash, 2, warning_sectors=2)
    j.ack(TRACK, 20)
    flash.cut(3, 0)  # the ledger's next sector: erase, header, record; then the lane's erase
    cut_in(lambda: fill(j, TRACK, 1))
    flash.power()
    j = journal(flash, 2, warning_sectors=2)
    assert j.backlog(TRACK) == 7 * 63 - 20
    fill(j, TRACK, 1)
    assert lost(j) == (TRACK, 21, 63, 43, True)


def test_a_ledger_that_does_not_take_a_program_goes_on_in_its_next_block():
    for how in (ERROR, SILENT):
        flash = Flash(32)
        j = journal(flash)
        fill(j, ALARM, 5)
        j.ack(ALARM, 3)
        flash.refuses_program[1] = how  # its sector 1 stands there
        later(j)
        assert seqs(journal(flash), ALARM) == [4, 5]


def test_a_ledger_that_is_worn_out_costs_no_record():
    flash = Flash(32)
    j = journal(flash)
    for number in range(3):
        flash.refuses_program[number] = flash.refuses_erase[number] = ERROR
    fill(j, ALARM, 5)
    assert deliver(j)[ALARM] == [1, 2, 3, 4, 5]
    later(j)
    fill(j, ALARM, 400)
    assert lost(j) == (ALARM, 6, 189, 184, True)
    assert len(seqs(journal(flash), ALARM)) > 180


def test_what_a_worn_out_ledger_says_is_out_of_date():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 5)
    for number in range(3):
        flash.refuses_program[number] = flash.refuses_erase[number] = ERROR
    assert journal(flash).may_send(ALARM, 1, 5)
    j = journal(flash)
    fill(j, ALARM, 4 * 63)
    assert lost(j) == (ALARM, 1, 5, None, False), "the city may have them"


def test_what_a_ledger_said_before_the_flash_refused_it_for_a_while_is_out_of_date():
    for refused in range(1, 4):
        flash, nvs = Flash(32), Nvs()
        j = journal(flash, nvs=nvs)
        fill(j, ALARM, 5)
        later(j)
        j = journal(flash, nvs=nvs)
        for number in range(refused):
            flash.refuses_program[number] = flash.refuses_erase[number] = ERROR
        assert j.may_send(ALARM, 1, 5)
        flash.refuses_program.clear()
        flash.refuses_erase.clear()
        j = journal(flash, nvs=nvs)
        fill(j, ALARM, 4 * 63)
        assert lost(j) == (ALARM, 1, 5, None, False), refused


def test_a_ledger_lags_while_none_of_its_blocks_can_be_erased():
    flash, nvs = Flash(32), Nvs()
    fill(journal(flash, nvs=nvs), ALARM, 5)
    j = journal(flash, nvs=nvs)
    for number in range(3):
        flash.refuses_erase[number] = ERROR
    later(j)
    j._book.losses.add(ALARM, 1, 2, 2, True)
    later(j)
    assert nvs["ledger_lags"] == 1 and not journal(flash, nvs=nvs)._book.ledger.is_sure
    flash.refuses_erase.clear()
    j._book.losses.add(ALARM, 3, 4, 2, True)
    later(j)
    assert nvs["ledger_lags"] == 0


def test_a_ledger_that_was_damaged_stays_in_doubt_until_it_is_written_again():
    flash, nvs = Flash(32), Nvs()
    j = journal(flash, nvs=nvs)
    fill(j, ALARM, 5)
    later(j)
    j = journal(flash, nvs=nvs)
    assert j.may_send(ALARM, 1, 5)
    ring = j._book.ledger.ring
    at = ring.blocks.block(ring.newest) * 4096 + offset(0) + 24
    flash.data[at : at + 8] = b"\x55" * 8  # in the one record of its newest sector
    j = journal(flash, nvs=nvs)
    assert not j._book.ledger.is_sure
    flash.cut(1, 0)  # behind the erase of the place that it goes on in
    cut_in(j._book.ledger.save)
    flash.power()
    j = journal(flash, nvs=nvs)
    fill(j, ALARM, 4 * 63)
    assert lost(j)[:3] == (ALARM, 1, 5) and not lost(j)[4]


def test_one_block_that_cannot_be_erased_does_not_wear_out_the_ledger():
    for bad in range(3):
        flash = Flash(32)
        j = journal(flash)
        fill(j, ALARM, 3)
        fill(j, WARNING, 3)
        at = block(j, WARNING, 1) * 4096
        flash.data[at : at + 8] = bytes(8)  # a loss, so the ledger has to be written at once
        flash.refuses_erase[bad] = ERROR
        j = journal(flash)
        later(j, 1)
        assert j.may_send(ALARM, 1, 3)
        j = journal(flash)
        fill(j, ALARM, 4 * 63)
        assert (ALARM, 1, 3, None, False) in losses(j), bad


def test_what_waits_for_an_erase_of_the_ledger_does_not_count_as_written():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    j = journal(flash)  # nothing is erased yet
    j.ack(ALARM, 2)
    j._book.ledger.write(0, 0)
    assert j._book.ledger.saved[ALARM][1] == 0 and not j._book.ledger.is_proven
