"""Power cuts: P1 at every operation and in chains. `python -m sim soak --flash` is the long run."""

import os

import pytest

from firmware.journal.journal import ALARM, TRACK
from sim.soak.flash import Life, soak
from sim.soak.journal_oracle import JournalOracle
from sim.soak.promise import PromiseBroken
from sim.wires.flash import EITHER, NEW, OLD, TEARS, Dice, Flash, PowerCut

SEED = int(os.environ.get("BUSGUARD_SEED", "1"))


class Forks:
    """At each operation of a run: copies the flash, cuts the power, starts again and goes on."""

    def __init__(self, seed, tears):
        self.seed = seed
        self.flash = Flash(8, seed)
        self.oracle = JournalOracle()
        self.flash.spy = self.at
        self.tears = tears
        self.tried = 0
        self.dice = Dice(seed)

    def at(self, what, block, offset, wanted):
        self.oracle.saw(what, block, offset, wanted)
        for tear in self.tears:
            for weak in (False, True):
                try:
                    self.fork(what, block, offset, wanted, tear, weak)
                except Exception as error:
                    raise PromiseBroken(
                        f"BUSGUARD_SEED={self.seed}, operation {self.flash.operations} "
                        f"({what} in block {block}), {TEARS[tear]}, weak {weak}: {error!r}"
                    ) from error

    def fork(self, what, block, offset, wanted, tear, weak):
        if self.oracle.journal is None:
            return
        flash, oracle = self.flash.copy(), self.oracle.copy()
        flash.spy = oracle.saw
        flash.cut(0, tear, weak)
        with pytest.raises(PowerCut):
            if what == "erase":
                flash.ioctl(6, block)
            else:
                flash.writeblocks(block, wanted, offset)
        moods = (OLD, NEW, EITHER) if weak else (OLD,)
        for mood in moods:
            flash.power(mood)
            oracle.forgiving = mood == EITHER
            oracle.start(flash)
        Life(oracle, self.dice).live(3)
        flash.power(self.dice.below(3))
        oracle.start(flash)
        self.tried += 1


@pytest.mark.parametrize("tear", range(len(TEARS)), ids=TEARS)
def test_a_cut_at_every_operation(tear):
    forks = Forks(SEED, [tear])
    forks.oracle.start(forks.flash)
    Life(forks.oracle, Dice(SEED)).live(90)
    for lane in (ALARM, TRACK):
        for length in range(1400, 1411):
            forks.oracle.append(lane, bytes(length))
            forks.oracle.announce()
    lanes = forks.oracle.lanes
    assert all(lane.announced for lane in lanes), "both lanes were full"
    assert all(lane.acked for lane in lanes)
    assert forks.tried > 200


@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
def test_chained_cuts(seed):
    chain = soak(seed, 150)  # says seed, cut and operation by itself
    assert chain.oracle.total > 500 and chain.oracle.lost > 50
    assert chain.tears["in recovery"] > 0


def test_a_number_that_was_tried_is_not_used_again():
    flash = Flash(8, SEED)
    oracle = JournalOracle()
    flash.spy = oracle.saw
    oracle.start(flash)
    oracle.append(ALARM, b"told")
    oracle.journal.next_seq -= 1
    with pytest.raises(PromiseBroken, match="used before"):
        oracle.append(TRACK, b"the city would drop it as a double")
