"""Every byte of a populated journal is damaged once, and every bit of some: no loss is silent."""

import os

import pytest

from firmware.journal.journal import ALARM, TRACK, WARNING
from sim.soak.flash import BLOCKS, Life
from sim.soak.journal_oracle import JournalOracle
from sim.wires.flash import SECTOR, Dice, Flash

SEED = int(os.environ.get("BUSGUARD_SEED", "1"))
EACH = int(os.environ.get("BUSGUARD_FLIPS", "11"))  # 1: every byte


def populated(seed):
    """Some of it sent, some acknowledged, some dropped, an announcement on its way."""
    flash = Flash(BLOCKS, seed)
    oracle = JournalOracle()
    oracle.start(flash)
    Life(oracle, Dice(seed)).live(60)
    for lane, number in ((TRACK, 70), (WARNING, 40), (ALARM, 40)):
        for n in range(number):
            oracle.append(lane, bytes([n]) * 200)
            oracle.announce()
    oracle.send(ALARM, 20)
    oracle.ack(ALARM)
    oracle.housekeep(5000)
    return flash, oracle


def damaged_at_rest(flash, oracle, at, mask):
    flash, oracle = flash.copy(), oracle.copy()
    flash.data[at] ^= mask
    oracle.start(flash)
    assert oracle.journal.epoch == "9f3a21c4"
    Life(oracle, Dice(at)).live(2)
    oracle.start(flash)
    oracle.drain()
    return oracle


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_every_byte(seed):
    flash, oracle = populated(seed)
    used = [at for at in range(BLOCKS * SECTOR) if flash.data[at] != 0xFF]
    assert len(used) > 20000
    first = Dice(seed).below(EACH)
    for at in used[first::EACH]:
        try:
            damaged_at_rest(flash, oracle, at, 0xFF)
        except AssertionError as error:
            raise AssertionError(f"BUSGUARD_SEED={seed}, byte {at}: {error}") from error


def test_every_bit_of_the_headers_and_of_what_was_written_last():
    flash, oracle = populated(SEED)
    places = []
    for part in [oracle.journal._book.ledger, *oracle.journal._book.lanes]:
        ring = part.ring
        start = ring.blocks.block(ring.newest) * SECTOR
        places += range(start, start + 48)
        places += range(start + ring.end - 96, start + ring.end)
    step = max(1, EACH // 3)
    for place in places[::step]:
        for bit in range(8):
            damaged_at_rest(flash, oracle, place, 1 << bit)
