"""The soak of ordinary days: `python -m sim soak --nuisance`. Promise P12.

The told days of a Thai school van, and seeded mixtures of them, on which nobody is in danger
(sim/soak/ordinary_days.py). What sounds is counted on a plain bus, on one with each part that may
be fitted, and on one with all of them (mixtures: on the first and the last): that is what each
part buys. The goal is the last one's.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from sim import wording
from sim.soak import ordinary_days
from sim.soak.ordinary_answers import Answers
from sim.soak.ordinary_fitting import ALL, BUSES, PLAIN, Fitted
from sim.soak.pool import lived, workers

HORN_DAYS, INSIDE_DAYS = 200, 20
"""The goal: a horn on at most one day in so many, an alarm inside on one in so many."""
MIXED = (PLAIN, ALL)
"""The buses of the mixtures."""
_WIDTH = 19
_REPLAY = "python -m sim soak --nuisance"


class Heard(NamedTuple):
    """One day of one bus."""

    prompts: int
    insides: int
    horns: int
    presses: int  # of the here button
    more: int  # answers that were not at hand: a walk, the engine
    ignored: int  # horns after a prompt that the driver does not answer, as they should
    causes: tuple[str, ...]

    @property
    def cell(self) -> str:
        return f"{self.prompts:4}{self.insides or '-':>3}{self.horns or '-':>3}" + (
            f"{self.presses or '-':>4}{self.more or '-':>3}"
        )


class Total:
    """The days of one bus."""

    def __init__(self) -> None:
        self.days = self.horn = self.inside = self.more = self.ignored = 0
        self.prompts = self.presses = 0
        self.causes = Counter[str]()

    def add(self, heard: Heard) -> None:
        self.days += 1
        self.horn += heard.horns > 0
        self.inside += heard.insides > 0
        self.more += heard.more > 0
        self.ignored += heard.ignored
        self.prompts += heard.prompts
        self.presses += heard.presses
        self.causes.update(heard.causes)

    @property
    def reaches_goal(self) -> bool:
        return (
            self.horn * HORN_DAYS <= self.days
            and self.inside * INSIDE_DAYS <= self.days
            and not self.more
        )


def run(args: argparse.Namespace) -> int:
    """-> exit status, 1 if the bus with all parts misses the goal."""
    days = list(_days(args))
    if args.day and not days:
        known = ", ".join(ordinary_days.TOLD)
        print(f"No day is called {args.day!r}. Days: {known}, and the seed of a mixture.")
        return 2
    if args.day:
        return _replay(days[0], args.seed)
    print(
        f"{len(days) - args.mixtures} told days and {args.mixtures} mixtures of them, seed "
        f"{args.seed}, of one van with {len(BUSES)} kinds of fitting. Nobody is in danger.\n"
        "Each cell: prompts, alarms inside, horns, presses of the here button, other answers "
        "(a walk, the engine).\n",
        flush=True,
    )
    print(" " * 30 + _names(BUSES), flush=True)
    told, mixed = [Total() for _ in BUSES], [Total() for _ in MIXED]
    began = time.monotonic()
    with workers(args.jobs) as pool:
        rows = lived(pool, partial(_row, args.seed), [(day.name, day.seed) for day in days])
        for day, row in zip(days, rows, strict=True):
            for total, heard in zip(told if day.seed is None else mixed, row, strict=True):
                total.add(heard)
            _show(day, row)
    print(f"\n{len(days)} days in {wording.duration(time.monotonic() - began)}.")
    _summary("Told days", BUSES, told)
    if args.mixtures:
        _summary("Mixtures", MIXED, mixed)
    print(f"\nThe same again: {_REPLAY} --seed {args.seed} --mixtures {args.mixtures}")
    print(f"One day, as a timeline: {_REPLAY} --seed {args.seed} --day NAME")
    judged = mixed[-1] if args.mixtures else told[-1]
    print(f"The goal is {'reached' if judged.reaches_goal else 'missed'}.")
    return 0 if judged.reaches_goal else 1


def _days(args: argparse.Namespace) -> Iterator[ordinary_days.Day]:
    if args.day:
        if args.day in ordinary_days.TOLD:
            yield ordinary_days.TOLD[args.day]
        elif args.day.isdecimal():
            yield ordinary_days.mixture(int(args.day))
        return
    yield from ordinary_days.TOLD.values()
    for number in range(args.mixtures):
        yield ordinary_days.mixture(args.seed + number)


def _row(seed: int, day: tuple[str, int | None]) -> list[Heard]:
    """One day on every bus. day: its name, and the seed of a mixture."""
    name, number = day
    lived_day = ordinary_days.TOLD[name] if number is None else ordinary_days.mixture(number)
    buses = BUSES if number is None else MIXED
    return [_heard(ordinary_days.live(lived_day, seed, bus).answers) for bus in buses]


def _show(day: ordinary_days.Day, row: list[Heard]) -> None:
    """A line of the table: every told day, and the mixtures on which something is wrong."""
    is_wrong = row[-1].horns or row[-1].insides or row[-1].more
    if day.seed is None or is_wrong:
        print(f"{day.name:30}" + "".join(f"{heard.cell:>{_WIDTH}}" for heard in row))
        if day.seed is not None:
            print(f"    {day.what}: {_kinds(row[-1].causes) or 'more than the button'}")
        sys.stdout.flush()


def _heard(answers: Answers) -> Heard:
    return Heard(
        answers.prompts,
        answers.insides,
        answers.horns,
        answers.presses,
        answers.walks + answers.engines,
        answers.ignored,
        tuple(sorted(answers.causes)),
    )


def _names(buses: Sequence[Fitted]) -> str:
    return "".join(f"{bus.name:>{_WIDTH}}" for bus in buses)


def _summary(name: str, buses: Sequence[Fitted], totals: list[Total]) -> None:
    days = totals[0].days
    print(f"\n{f'{name}: {days}':30}{_names(buses)}")
    goals = (
        (f"days with a horn (goal {days // HORN_DAYS})", "horn"),
        (f"alarm inside (goal {days // INSIDE_DAYS})", "inside"),
        ("more than the button (goal 0)", "more"),
    )
    for text, field in goals:
        print(f"{text:30}" + "".join(f"{getattr(total, field):{_WIDTH}}" for total in totals))
    for text, field in (("prompts a day", "prompts"), ("presses a day", "presses")):
        cells = (f"{getattr(total, field) / days:{_WIDTH}.1f}" for total in totals)
        print(f"{text:30}" + "".join(cells))
    print(f"{'never answered, horn as due':30}" + "".join(f"{t.ignored:{_WIDTH}}" for t in totals))
    for bus, total in ((buses[0], totals[0]), (buses[-1], totals[-1])):
        listed = ", ".join(f"{wording.kind(kind)} {n}" for kind, n in total.causes.most_common())
        print(f"Days by what sounded an alarm, {bus.name}: {listed or 'none'}.")


def _replay(day: ordinary_days.Day, seed: int) -> int:
    """-> exit status, 1 if a horn sounds on the bus with all parts."""
    print(f"{day.name}: {day.what}")
    for bus in BUSES:
        van = ordinary_days.live(day, seed, bus)
        print(f"\nThe bus: {bus.name}.")
        print("\n".join(van.answers.lines))
    return 1 if van.answers.horns else 0


def _kinds(causes: tuple[str, ...]) -> str:
    return ", ".join(map(wording.kind, causes))
