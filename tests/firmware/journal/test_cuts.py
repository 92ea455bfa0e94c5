"""Power cuts: P1 and P2 at every operation and in chains. `python -m sim soak --flash` is the
long run."""

import os

import pytest

from firmware.journal.journal import ALARM, TRACK, WARNING
from sim.soak.flash import BLOCKS, Life, soak
from sim.soak.journal_oracle import JournalOracle
from sim.soak.promise import PromiseBroken
from sim.wires.flash import EITHER, NEW, OLD, TEARS, Dice, Flash, PowerCut

SEED = int(os.environ.get("BUSGUARD_SEED", "1"))


class Forks:
    """At each operation of a run: copies the flash, cuts the power, starts again, goes on, and
    holds what a subscriber gets to what was confirmed."""

    def __init__(self, seed, tear):
        self.seed = seed
        self.flash = Flash(BLOCKS, seed)
        self.oracle = JournalOracle()
        self.flash.spy = self.at
        self.tear = tear
        self.tried = 0
        self.dice = Dice(seed)

    def at(self, what, block, offset, wanted):
        for weak in (False, True):
            try:
                self.fork(what, block, offset, wanted, weak)
            except Exception as error:
                raise PromiseBroken(
                    f"BUSGUARD_SEED={self.seed}, operation {self.flash.operations} "
                    f"({what} in block {block}), {TEARS[self.tear]}, weak {weak}: {error!r}"
                ) from error

    def fork(self, what, block, offset, wanted, weak):
        flash, oracle = self.flash.copy(), self.oracle.copy()
        flash.spy = None
        flash.cut(0, self.tear, weak)
        with pytest.raises(PowerCut):
            if what == "erase":
                flash.ioctl(6, block)
            else:
                flash.writeblocks(block, wanted, offset)
        for mood in (OLD, NEW, EITHER) if weak else (OLD,):
            flash.power(mood)
            oracle.start(flash)
        Life(oracle, self.dice).live(3)
        flash.power(self.dice.below(3))
        oracle.start(flash)
        oracle.drain()
        self.tried += 1


@pytest.mark.parametrize("tear", range(len(TEARS)), ids=TEARS)
def test_a_cut_at_every_operation(tear):
    forks = Forks(SEED, tear)
    forks.oracle.start(forks.flash)
    Life(forks.oracle, Dice(SEED)).live(90)
    for lane in (ALARM, WARNING, TRACK):
        for length in range(1400, 1420 if lane == TRACK else 1406):
            forks.oracle.append(lane, bytes(length))
            forks.oracle.announce()
    forks.oracle.drain()
    assert {loss.lane for loss in forks.oracle.announced} == {ALARM, WARNING, TRACK}
    assert all(lane.got for lane in forks.oracle.lanes)
    assert forks.tried > 150


@pytest.mark.parametrize("seed", range(SEED, SEED + 2))
@pytest.mark.parametrize("flips", [False, True], ids=["sound", "flips"])
@pytest.mark.parametrize("refusals", [False, True], ids=["answers", "refuses"])
def test_chained_cuts(seed, flips, refusals):
    chain = soak(seed, 150, flips=flips, refusals=refusals)  # says seed and cut by itself
    assert chain.oracle.total > 250
    assert chain.faults["in recovery"] > 0
    assert chain.oracle.lost(True) + chain.oracle.lost(False) > 20
    assert flips == (chain.faults["a bit flipped"] > 0)
    assert refusals == (chain.faults["all reads refused"] > 0)


def test_a_record_that_was_acknowledged_is_never_called_lost():
    """Without faults of the flash, and without a cut between sending and hearing, all is exact."""
    flash = Flash(BLOCKS, SEED)
    oracle = JournalOracle()
    for _ in range(30):
        oracle.start(flash)
        for n in range(40):
            oracle.append((ALARM, WARNING, TRACK)[n % 3], bytes(90))
            oracle.announce()
            oracle.housekeep(500)
    oracle.drain()
    assert oracle.announced and all(loss.exact for loss in oracle.announced)
    assert oracle.lost(True) > 600


def test_the_oracle_notices_a_lie():
    flash = Flash(BLOCKS, SEED)
    oracle = JournalOracle()
    oracle.start(flash)
    oracle.append(ALARM, b"told")
    oracle.lanes[ALARM].confirmed[99] = b"never appended"
    with pytest.raises(PromiseBroken, match="99 is lost and not announced"):
        oracle.drain()
    del oracle.lanes[ALARM].confirmed[99]
    oracle.journal._book.losses.add(ALARM, 1, 1, 1, True)
    with pytest.raises(PromiseBroken, match="announced as lost, and got"):
        oracle.drain()
