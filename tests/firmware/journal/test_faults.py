"""Flash that wears out: sectors that refuse, bits that flip, torn cells that read differently."""

import os

import pytest
from nor import BODY, fill, journal

from firmware.journal.journal import ALARM, KIND_EVENT, TRACK
from sim.soak.flash import Life
from sim.soak.journal_oracle import EPOCH, JournalOracle, read_all
from sim.wires.flash import ERROR, NEW, OLD, SECTOR, SILENT, TEARS, Dice, Flash, PowerCut

SEED = int(os.environ.get("BUSGUARD_SEED", "1"))
FIRST = 48  # offset of a sector's first record, behind header and cursor


@pytest.mark.parametrize("how", [ERROR, SILENT])
@pytest.mark.parametrize("what", ["refuses_erase", "refuses_program"])
def test_a_sector_that_refuses_is_skipped(what, how):
    flash = Flash(16)
    getattr(flash, what).update({2: how, 6: how})
    j = journal(flash)
    for i in range(600):
        lane = TRACK if i % 3 else ALARM
        j.append(lane, KIND_EVENT, BODY)
        j.ack(ALARM, j.next_seq)
        j.housekeep(i)
    assert j.take_lost() is None
    assert len(read_all(j, TRACK)) == 400 == j.backlog(TRACK)
    again = journal(flash)
    assert len(read_all(again, TRACK)) == 400 and again.backlog(ALARM) <= 32


@pytest.mark.parametrize("how", [ERROR, SILENT])
def test_a_sector_that_wears_out_in_the_middle(how):
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 10)
    flash.refuses_program[1] = how
    assert fill(j, ALARM, 10) == list(range(11, 21))
    for one in (j, journal(flash)):
        assert list(read_all(one, ALARM)) == list(range(1, 21))


def test_append_fails_only_if_nothing_works():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    for block in (0, 2, 3):
        flash.refuses_erase[block] = ERROR
    for _ in range(3):
        with pytest.raises(OSError):
            fill(j, ALARM, 1)
    assert fill(j, TRACK, 1) == [67]  # the other lane goes on; no number is used twice
    assert list(read_all(j, ALARM)) == list(range(1, 64))  # and what is there stays
    del flash.refuses_erase[3]
    assert fill(j, ALARM, 1) == [68]
    assert 68 in read_all(j, ALARM)


def test_a_dead_flash_raises_only_in_append():
    flash = Flash(16)
    flash.refuses_erase = dict.fromkeys(range(16), ERROR)
    j = journal(flash)
    for now in range(0, 10000, 100):
        j.housekeep(now)
    assert flash.erases < 30  # and does not hammer it
    with pytest.raises(OSError):
        fill(j, ALARM, 1)
    assert j.backlog(ALARM) == 0 and j.take_lost() is None and not j.reader(ALARM).read()


def test_flash_that_cannot_be_read():
    class Deaf(Flash):
        def readblocks(self, block, buf, offset=0):
            raise OSError(5)

    j = journal(Deaf(16))
    assert j.next_seq == 1
    with pytest.raises(OSError):
        fill(j, ALARM, 1)


@pytest.mark.parametrize("started", [False, True], ids=["running", "after a start"])
@pytest.mark.parametrize("bit", range(0, 64 * 8, 37))
def test_a_flipped_bit_costs_one_record_and_is_announced(bit, started):
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 130)  # sectors 1, 2 and 3
    flash.flip(2, FIRST + 4 * 64 + bit // 8, bit % 8)  # record 68
    if started:
        j = journal(flash)
    padding = bit // 8 >= 62
    wanted = [seq for seq in range(1, 131) if seq != 68 or padding]
    assert list(read_all(j, ALARM)) == wanted
    j.ack(ALARM, 130)
    assert j.backlog(ALARM) == 0
    assert j.damaged == (0 if padding else 1)
    assert j.take_lost() == (None if padding else (ALARM, 68, 126, 1))


def test_a_flipped_bit_in_the_newest_sector_is_announced_too():
    flash = Flash(16)
    fill(journal(flash), ALARM, 10)
    flash.flip(1, FIRST + 4 * 64 + 20, 3)  # record 5
    j = journal(flash)
    assert list(read_all(j, ALARM)) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert j.backlog(ALARM) == 10
    j.ack(ALARM, 10)
    assert j.damaged == 1 and j.take_lost() == (ALARM, 5, 10, 1)
    assert journal(flash).next_seq > 11


def test_a_ruined_header_costs_its_sector_and_is_announced():
    flash = Flash(16)
    fill(journal(flash), ALARM, 130)
    flash.data[2 * SECTOR : 2 * SECTOR + 8] = bytes(8)
    j = journal(flash)
    assert list(read_all(j, ALARM)) == [*range(1, 64), *range(127, 131)]
    j.ack(ALARM, 130)
    assert j.damaged == 63 and j.take_lost() == (ALARM, 64, 126, 63)


def test_the_oldest_header_ruined_is_a_loss():
    flash = Flash(16)
    fill(journal(flash), ALARM, 130)
    flash.data[SECTOR : SECTOR + 8] = bytes(8)
    assert journal(flash).take_lost() == (ALARM, 1, 63, 63)


def test_the_newest_header_ruined_uses_no_number_twice():
    flash = Flash(16)
    fill(journal(flash), ALARM, 130)
    flash.data[3 * SECTOR : 3 * SECTOR + 8] = bytes(8)
    assert journal(flash).next_seq > 131


def test_a_flipped_cursor_only_means_to_send_again():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 63)
    j.ack(ALARM, 63)
    fill(j, ALARM, 1)
    flash.flip(2, 34, 0)  # the cursor that opens sector 2
    j = journal(flash)
    assert list(read_all(j, ALARM)) == list(range(1, 65))
    assert j.take_lost() is None


def test_one_lane_wiped_leaves_the_other():
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 70)
    fill(j, TRACK, 70)
    for lane, blocks in ((ALARM, range(4)), (TRACK, range(4, 16))):
        other = flash.copy()
        for block in blocks:
            other.ioctl(6, block)
        again = journal(other)
        assert again.epoch == EPOCH.hex()
        assert (len(read_all(again, ALARM)), len(read_all(again, TRACK))) == (
            (0, 70) if lane == ALARM else (70, 0)
        )


def test_random_bytes_and_old_sectors_mixed_raise_nothing():
    dice = Dice(SEED)
    flash = Flash(8, SEED)
    for round_ in range(60):
        j = journal(flash, 3)
        for _ in range(60):
            length = dice.below(200)
            j.append(dice.below(2), 1 + dice.below(255), bytes(length))
        for _ in range(dice.below(12)):
            at = dice.below(len(flash.data) - 600)
            size = 1 << dice.below(10)
            flash.data[at : at + size] = dice.bits(8 * size).to_bytes(size, "little")
        try:
            j = journal(flash, 3)
            for lane in (ALARM, TRACK):
                read_all(j, lane)
                j.ack(lane, j.next_seq)
                j.take_lost()
                j.housekeep(100000)
        except Exception as error:
            raise AssertionError(f"BUSGUARD_SEED={SEED}, round {round_}") from error


@pytest.mark.parametrize("tear", ["first half", "second half", "random bits", "unconfirmed"])
@pytest.mark.parametrize("first, later", [(OLD, NEW), (NEW, OLD)])
def test_a_torn_record_that_wavers_does_no_harm(tear, first, later):
    flash = Flash(16)
    j = journal(flash)
    fill(j, ALARM, 3)
    flash.cut(0, TEARS.index(tear), weak=True)
    with pytest.raises(PowerCut):
        fill(j, ALARM, 1)
    flash.power(first)
    j = journal(flash)
    there = 4 in read_all(j, ALARM)
    assert there == (first == NEW)
    (fifth,) = fill(j, ALARM, 1)
    flash.power(later)
    j = journal(flash)
    assert list(read_all(j, ALARM)) == [1, 2, 3, fifth]  # frozen, or gone
    j.ack(ALARM, fifth)
    assert j.damaged == (1 if there else 0)


@pytest.mark.parametrize("seed", range(SEED, SEED + 6))
def test_cuts_on_a_flash_that_wears_out(seed):
    """Sectors refuse one by one, in every way, while the power goes again and again."""
    dice = Dice(seed)
    flash = Flash(16, seed)
    oracle = JournalOracle()
    flash.spy = oracle.saw
    oracle.start(flash)
    try:
        for _ in range(60):
            if dice.below(10) == 0:
                where = flash.refuses_erase if dice.below(2) else flash.refuses_program
                where.setdefault(1 + 3 * dice.below(5), 1 + dice.below(2))
            flash.cut(dice.below(30), dice.below(6), dice.below(2) == 1)
            with pytest.raises(PowerCut):
                Life(oracle, dice).live(300)
            flash.power(dice.below(2))
            oracle.start(flash)
    except Exception as error:
        raise AssertionError(f"BUSGUARD_SEED={seed}, operation {flash.operations}") from error
    assert oracle.total > 100
