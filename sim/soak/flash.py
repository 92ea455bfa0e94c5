"""The power-cut soak: `python -m sim soak --flash`. Promises P1, P2 and P3.

A journal on a small flash lives through one power cut after another on the same cells, some of
them in the recovery. Reads are refused: single ones, bursts, at a start, for long; bits flip at
rest; torn cells read differently each time. In between the journal records, sends, hears
acknowledgements, tidies up and announces at random. Every 25 cuts all is mended, and a
JournalOracle checks what a subscriber got against what was confirmed.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable

from firmware.journal.journal import ALARM, TRACK, WARNING
from sim import wording
from sim.progress import Progress
from sim.soak.journal_oracle import JournalOracle
from sim.soak.promise import PromiseBroken
from sim.wires.flash import SECTOR, TEARS, Dice, Flash, PowerCut

BLOCKS = 14
_LENGTHS = (0, 11, 11, 11, 16, 45, 45, 85, 195, 395, 895, 1500)
_BURST = 40
_DRAIN_EVERY = 25  # cuts


class Life:
    """What a bus does with its journal between two cuts, at random."""

    def __init__(self, oracle: JournalOracle, dice: Dice) -> None:
        self.oracle = oracle
        self.dice = dice

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        dice, oracle = self.dice, self.oracle
        chance = dice.below(100)
        lane = (ALARM, WARNING, TRACK, TRACK)[dice.below(4)]
        if chance < 60:
            length = _LENGTHS[dice.below(len(_LENGTHS))]
            oracle.record(lane, dice.bits(8 * length).to_bytes(length, "little"))
        elif chance < 80:
            oracle.send(lane, dice.below(12))
            if dice.below(4):
                oracle.ack(lane)
            if not dice.below(4):
                oracle.again(lane)
        else:
            oracle.housekeep(dice.below(800))
        oracle.announce()


class Chain:
    """One flash, one cut after another. Raises PromiseBroken, or whatever the journal raises.

    flips: bits flip at rest, which costs records; refusals: reads are refused.
    """

    def __init__(self, seed: int, flips: bool = True, refusals: bool = True) -> None:
        self.dice = Dice(seed)
        self.flash = Flash(BLOCKS, seed)
        self.oracle = JournalOracle()
        self.flips, self.refusals = flips, refusals
        self.cuts = 0
        self.faults = Counter[str]()
        self.oracle.start(self.flash)

    def cut(self) -> None:
        """One life and the cut that ends it; every tenth cut comes in the recovery."""
        dice, flash, oracle = self.dice, self.flash, self.oracle
        tear = dice.below(len(TEARS))
        flash.cut(dice.below(4) if dice.below(3) == 0 else dice.below(40), tear, dice.below(2) == 1)
        self._refuse()
        try:
            Life(oracle, dice).live(30)
            flash.answer()
            Life(oracle, dice).live(300)
        except PowerCut:
            pass
        else:
            raise PromiseBroken("three hundred steps and no operation to cut")
        self.cuts += 1
        self.faults[TEARS[tear]] += 1
        flash.answer()
        self._flip()
        mood = dice.below(3)
        if dice.below(10) == 0:
            flash.power(mood)
            flash.cut_at_read = dice.below(12)
            try:
                oracle.start(flash)
            except PowerCut:
                self.cuts += 1
                self.faults["in recovery"] += 1
        flash.power(mood)
        self._refuse()
        oracle.start(flash)
        flash.answer()
        if self.cuts % _DRAIN_EVERY == 0:
            oracle.drain()

    def _refuse(self) -> None:
        if not self.refusals:
            return
        kind = self.dice.below(8)
        if kind == 0:
            self.faults["a read refused"] += 1
            self.flash.refusals = 1
        elif kind == 1:
            self.faults["reads refused in a row"] += 1
            self.flash.refusals = 1 + self.dice.below(_BURST)
        elif kind == 2:
            self.faults["reads refused by chance"] += 1
            self.flash.refuses_one_in = 2 + self.dice.below(20)
        elif kind == 3:
            self.faults["all reads refused"] += 1
            self.flash.refuses_one_in = 1

    def _flip(self) -> None:
        if self.flips and self.dice.below(5) == 0:
            self.faults["a bit flipped"] += 1
            self.flash.flip(self.dice.below(BLOCKS), self.dice.below(SECTOR), self.dice.below(8))


def soak(
    seed: int,
    cuts: int,
    show: Callable[[Chain], None] = lambda chain: None,
    flips: bool = True,
    refusals: bool = True,
) -> Chain:
    """A chain of so many cuts. What it raises names the cut and the operation."""
    chain = Chain(seed, flips, refusals)
    try:
        while chain.cuts < cuts:
            chain.cut()
            show(chain)
        chain.flash.power()
        chain.oracle.start(chain.flash)
        chain.oracle.drain()
    except Exception as error:
        where = f"seed {seed}, cut {chain.cuts}, operation {chain.flash.operations}"
        raise PromiseBroken(f"{where}: {type(error).__name__}: {error}") from error
    return chain


def run(args: argparse.Namespace) -> int:
    """-> exit status, 1 if a promise was broken. Prints progress, seeds and what replays."""
    began = time.monotonic()
    print(
        f"{args.cuts} power cuts over {args.chains} flashes, from seed {args.seed} on.", flush=True
    )
    done = Counter[str]()
    cuts = confirmed = exact = inexact = 0
    each = -(-args.cuts // args.chains)
    for seed in range(args.seed, args.seed + args.chains):
        progress = Progress(each, f"cuts of seed {seed}")

        def show(chain: Chain, progress: Progress = progress) -> None:
            progress.show(chain.cuts)

        try:
            # Every third chain without flips: what is lost there was dropped, and nothing else.
            chain = soak(seed, each, show, flips=seed % 3 != 0)
        except PromiseBroken as broken:
            progress.clear()
            print(f"BROKEN {broken}")
            print(
                f"The same again: python -m sim soak --flash --seed {seed} --chains 1 --cuts {each}"
            )
            return 1
        done.update(chain.faults)
        cuts += chain.cuts
        confirmed += chain.oracle.total
        exact += chain.oracle.lost(True)
        inexact += chain.oracle.lost(False)
        progress.clear()
        print(
            f"Seed {seed}: {chain.cuts} power cuts, {chain.oracle.total} records confirmed.",
            flush=True,
        )
    took = time.monotonic() - began
    print(f"{cuts} power cuts in {wording.duration(took)} ({cuts / took:.0f} a second).")
    print("Faults: " + ", ".join(f"{name} {n} times" for name, n in sorted(done.items())) + ".")
    print(
        f"{confirmed} records confirmed. Not delivered: {exact} announced exactly, {inexact} as "
        "perhaps lost."
    )
    print(
        "Lost and not announced 0, announced exactly and not lost 0, invented 0, doubled 0, "
        "disordered 0."
    )
    return 0
