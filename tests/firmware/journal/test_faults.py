"""Flash that wears out: sectors that refuse, bits that flip, torn cells that read differently."""

import os

import pytest
from nor import BODY, block, fill, journal, later, lost, seqs

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK, WARNING
from sim.soak.flash import BLOCKS, Life
from sim.soak.journal_oracle import EPOCH, JournalOracle
from sim.wires.flash import ERROR, NEW, OLD, SILENT, TEARS, Dice, Flash, PowerCut

SEED = int(os.environ.get("BUSGUARD_SEED", "1"))


@pytest.mark.parametrize("how", [ERROR, SILENT])
@pytest.mark.parametrize("what", ["refuses_erase", "refuses_program"])
def test_a_sector_that_refuses_is_skipped(what, how):
    flash = Flash(32)
    getattr(flash, what).update({2: how, 5: how, 9: how, 14: how})
    j = journal(flash)
    for i in range(600):
        lane = TRACK if i % 3 else ALARM
        j.append(lane, KIND_EVENT, BODY)
        j.ack(ALARM, j.next_seq)
        later(j, 1)
    assert lost(j) is None
    assert len(seqs(j, TRACK)) == 400 == j.backlog(TRACK)
    again = journal(flash)
    assert len(seqs(again, TRACK)) == 400 and again.backlog(ALARM) <= 32


@pytest.mark.parametrize("how", [ERROR, SILENT])
def test_a_sector_that_wears_out_in_the_middle(how):
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 10)
    flash.refuses_program[block(j, ALARM, 1)] = how
    assert fill(j, ALARM, 10) == list(range(11, 21))
    for one in (j, journal(flash)):
        assert seqs(one, ALARM) == list(range(1, 21))


def test_append_fails_only_if_nothing_works():
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 63)
    for number in (0, 2, 3):
        flash.refuses_erase[block(j, ALARM, number)] = ERROR
    for _ in range(3):
        with pytest.raises(OSError):
            fill(j, ALARM, 1)
    assert fill(j, TRACK, 1) == [64]  # the other lanes go on; none of the numbers was written
    assert seqs(j, ALARM) == list(range(1, 64))  # and what is there stays
    del flash.refuses_erase[block(j, ALARM, 3)]
    assert fill(j, ALARM, 1) == [65]
    assert 65 in seqs(j, ALARM)


def test_a_dead_flash_raises_only_in_append():
    flash = Flash(32)
    flash.refuses_erase = dict.fromkeys(range(32), ERROR)
    j = journal(flash)
    later(j, 10)
    assert flash.erases < 40  # and does not hammer it
    with pytest.raises(OSError):
        fill(j, ALARM, 1)
    assert j.backlog(ALARM) is None and j.take_lost() is None and j.refuses
    flash.refuses_erase.clear()
    later(j, 8)
    assert fill(j, ALARM, 1) == [1]


def test_one_lane_wiped_leaves_the_others():
    flash = Flash(32)
    j = journal(flash)
    lanes = (ALARM, WARNING, TRACK)
    for lane in lanes:
        fill(j, lane, 70)
    for wiped in lanes:
        other = flash.copy()
        for number in range(j._book.lanes[wiped].ring.blocks.count):
            other.ioctl(6, block(j, wiped, number))
        again = journal(other)
        assert again.epoch == EPOCH.hex()
        for lane in lanes:
            assert len(seqs(again, lane)) == (0 if lane == wiped else 70)


def test_random_bytes_and_old_sectors_mixed_raise_nothing():
    dice = Dice(SEED)
    flash = Flash(BLOCKS, SEED)
    for round_ in range(60):
        j = journal(flash, 2, warning_sectors=2)
        for _ in range(60):
            length = dice.below(200)
            j.append(dice.below(3), 1 + dice.below(255), bytes(length))
        for _ in range(dice.below(12)):
            at = dice.below(len(flash.data) - 600)
            size = 1 << dice.below(10)
            flash.data[at : at + size] = dice.bits(8 * size).to_bytes(size, "little")
        try:
            j = journal(flash, 2, warning_sectors=2)
            for lane in (ALARM, WARNING, TRACK):
                seqs(j, lane)
                j.ack(lane, j.next_seq)
                j.take_lost()
                later(j, 1)
        except Exception as error:
            raise AssertionError(f"BUSGUARD_SEED={SEED}, round {round_}") from error


@pytest.mark.parametrize("tear", ["first half", "second half", "random bits", "unconfirmed"])
@pytest.mark.parametrize("first, later", [(OLD, NEW), (NEW, OLD)])
def test_a_torn_record_that_wavers_does_no_harm(tear, first, later):
    flash = Flash(32)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.cut(0, TEARS.index(tear), weak=True)
    with pytest.raises(PowerCut):
        fill(j, ALARM, 1)
    flash.power(first)
    j = journal(flash)
    there = 4 in seqs(j, ALARM)
    assert there == (first == NEW)
    (fifth,) = fill(j, ALARM, 1)
    flash.power(later)
    j = journal(flash)
    assert seqs(j, ALARM) == [1, 2, 3, fifth]  # frozen, or gone
    j.ack(ALARM, fifth)
    assert j.damaged == (1 if there else 0)


@pytest.mark.parametrize("seed", range(SEED, SEED + 6))
def test_cuts_on_a_flash_that_wears_out(seed):
    """Sectors refuse one by one, in every way, while the power goes again and again, and reads
    are refused now and then."""
    dice = Dice(seed)
    flash = Flash(24, seed)
    oracle = JournalOracle((4, 4))
    oracle.start(flash)
    try:
        for _ in range(60):
            if dice.below(10) == 0:
                where = flash.refuses_erase if dice.below(2) else flash.refuses_program
                where.setdefault(1 + 4 * dice.below(6), 1 + dice.below(2))
            flash.cut(dice.below(30), dice.below(6), dice.below(2) == 1)
            flash.refuses_one_in = 12 * dice.below(2)
            with pytest.raises(PowerCut):
                Life(oracle, dice).live(30)
                flash.answer()
                Life(oracle, dice).live(400)
            flash.answer()
            flash.power(dice.below(2))
            oracle.start(flash)
        oracle.drain()
    except Exception as error:
        raise AssertionError(f"BUSGUARD_SEED={seed}, operation {flash.operations}") from error
    assert oracle.total > 100
