"""The power-cut soak: `python -m sim soak --flash`. Promises P1 and P3.

A journal on a small flash lives through one power cut after another on the same cells, some of
them in the recovery. In between it records, reads, acknowledges, tidies up and announces at
random, and a JournalOracle checks every start against what was promised before.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from firmware.journal.journal import ALARM, TRACK
from sim import wording
from sim.progress import Progress
from sim.soak.journal_oracle import JournalOracle
from sim.soak.promise import PromiseBroken
from sim.wires.flash import EITHER, TEARS, Dice, Flash, PowerCut

_LENGTHS = (0, 4, 16, 16, 16, 50, 50, 90, 200, 400, 900, 1500)


class Life:
    """What a bus does with its journal between two cuts, at random."""

    def __init__(self, oracle: JournalOracle, dice: Dice) -> None:
        self.oracle = oracle
        self.dice = dice
        self.now_ms = 0

    def live(self, steps: int) -> None:
        journal = self.oracle.journal
        readers = [journal.reader(lane) for lane in (ALARM, TRACK)]
        for _ in range(steps):
            self.step(readers)

    def step(self, readers: list[Any]) -> None:
        dice, oracle = self.dice, self.oracle
        chance = dice.below(100)
        lane = ALARM if dice.below(3) == 0 else TRACK
        if chance < 60:
            length = _LENGTHS[dice.below(len(_LENGTHS))]
            oracle.append(lane, dice.bits(8 * length).to_bytes(length, "little"))
        elif chance < 80:
            reader = readers[lane]
            for _ in range(dice.below(12)):
                if not reader.read():
                    break
                oracle.read(lane, reader)
            if dice.below(4):
                oracle.ack(lane, reader.seq)
            if not dice.below(4):
                reader.rewind()
        else:
            self.now_ms += dice.below(800)
            oracle.housekeep(self.now_ms)
        oracle.announce()


class Chain:
    """One flash, one cut after another. Raises PromiseBroken, or whatever the journal raises."""

    def __init__(self, seed: int, blocks: int = 8) -> None:
        self.dice = Dice(seed)
        self.flash = Flash(blocks, seed)
        self.oracle = JournalOracle()
        self.flash.spy = self.oracle.saw
        self.cuts = 0
        self.tears = Counter[str]()
        self.oracle.start(self.flash)

    def cut(self) -> None:
        """One life and the cut that ends it; every tenth cut comes in the recovery."""
        dice, flash, oracle = self.dice, self.flash, self.oracle
        tear = dice.below(len(TEARS))
        flash.cut(dice.below(4) if dice.below(3) == 0 else dice.below(40), tear, dice.below(2) == 1)
        try:
            Life(oracle, dice).live(200)
        except PowerCut:
            pass
        else:
            raise PromiseBroken("two hundred steps and no operation to cut")
        self.cuts += 1
        self.tears[TEARS[tear]] += 1
        mood = dice.below(3)
        if dice.below(10) == 0:
            flash.power(mood)
            flash.cut_at_read = dice.below(12)
            try:
                oracle.start(flash)
            except PowerCut:
                self.cuts += 1
                self.tears["in recovery"] += 1
        flash.power(mood)
        oracle.forgiving = mood == EITHER
        oracle.start(flash)


def soak(seed: int, cuts: int, show: Callable[[Chain], None] = lambda chain: None) -> Chain:
    """A chain of so many cuts. What it raises names the cut and the operation."""
    chain = Chain(seed)
    while chain.cuts < cuts:
        try:
            chain.cut()
        except Exception as error:
            where = f"seed {seed}, cut {chain.cuts}, operation {chain.flash.operations}"
            raise PromiseBroken(f"{where}: {type(error).__name__}: {error}") from error
        show(chain)
    return chain


def run(args: argparse.Namespace) -> int:
    """-> exit status, 1 if a promise was broken. Prints progress, seeds and what replays."""
    began = time.monotonic()
    print(
        f"{args.cuts} power cuts over {args.chains} flashes, from seed {args.seed} on.", flush=True
    )
    done = Counter[str]()
    confirmed = announced = 0
    each = -(-args.cuts // args.chains)
    for seed in range(args.seed, args.seed + args.chains):
        progress = Progress(each, f"cuts of seed {seed}")

        def show(chain: Chain, progress: Progress = progress) -> None:
            progress.show(chain.cuts)

        try:
            chain = soak(seed, each, show)
        except PromiseBroken as broken:
            progress.clear()
            print(f"BROKEN {broken}")
            print(
                f"The same again: python -m sim soak --flash --seed {seed} --chains 1 --cuts {each}"
            )
            return 1
        done.update(chain.tears)
        confirmed += chain.oracle.total
        announced += chain.oracle.lost
        progress.clear()
        print(
            f"Seed {seed}: {chain.cuts} power cuts, {chain.oracle.total} records confirmed, "
            f"{chain.oracle.lost} dropped and announced, 0 lost.",
            flush=True,
        )
    took = time.monotonic() - began
    tears = ", ".join(f"{name} {n} times" for name, n in done.items())
    print(
        f"{done.total()} power cuts in {wording.duration(took)} "
        f"({done.total() / took:.0f} a second). What the cut operation had done: {tears}."
    )
    print(f"{confirmed} records confirmed, {announced} dropped and announced, 0 lost, 0 corrupt.")
    return 0
