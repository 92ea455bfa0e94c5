"""The soak of the rules: `python -m sim soak --hazards`.

Ordinary school days raise no alarm. On every day on which a child is left behind the alarm comes
within its time, with sensors that fail and power that is cut (sim/soak/left_day.py), or with a
child, a key or a wire that hides it (sim/soak/hidden_day.py). Where no fitted sensor can tell, the
days are counted by kind. Each day has a seed of its own, from --seed on, and is replayed by it.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

from sim import wording
from sim.bus.rig import Rig, config_for
from sim.soak.hidden_day import HiddenDay, Kind
from sim.soak.hidden_kinds import KINDS
from sim.soak.left_day import LeftDay
from sim.soak.pool import lived, workers
from sim.world.day import school_day
from sim.world.town_policy import policy_for
from sim.world.world import ORDINARY

MONTH_DAYS = 22
"""School days in a month."""
_AT_SCHOOL_MS, _BACK_MS, _EVENING_MS = 11_160_000, 36_000_000, 44_100_000
"""08:06, 15:00, 17:15: in between the board is without power, for the sake of speed."""
_HIDDEN = 0.5  # of the days on which a child is left behind
_CARELESS = "a careless driver and faults"
_PATIENT = ORDINARY._replace(engine_off=0.5)


class Ordinary(NamedTuple):
    """What an ordinary day brought: kinds of events raised, and how often."""

    seed: int
    alarms: dict[str, int]
    warnings: dict[str, int]


class Left(NamedTuple):
    seed: int
    problem: str  # empty: the alarm came in its time
    named: bool  # by the sensor of the child's own seat; else because what is broken counts
    late_ms: int
    happened: list[str]
    kind: str = ""  # of what hides the child
    blind: str = ""  # why no fitted sensor can tell


def ordinary_day(seed: int, evening_ms: int = _EVENING_MS) -> Ordinary:
    """Two runs to the school and two from it, by people who do everything right. Before every
    second run home the driver waits for the children with the engine off.
    """
    world = school_day(seed, seed, habits=_PATIENT, air=lambda lat_e7, lon_e7: None)
    config = config_for(world)
    config["broker"]["reset_after_min"] = 1440  # there is no signal here: not once a day, either
    fitted = seed % 4 == 0  # every fourth bus has all optional parts
    config["accelerometer"]["fitted"] = config["readback"]["fitted"] = fitted
    rig = Rig(world, config, seed=seed, policy=policy_for(seed))
    counts: dict[str, Counter[str]] = {"alarm": Counter(), "warning": Counter(), "info": Counter()}

    def count(event: Any) -> None:
        if event.state == "raised":
            counts[event.severity][event.kind] += 1

    rig.on_event = count
    rig.run_until(min(_AT_SCHOOL_MS, evening_ms))
    if evening_ms > _BACK_MS:
        rig.power_cut()
        rig.run_until(_BACK_MS)
        rig.power_on()
        rig.run_until(evening_ms)
    return Ordinary(seed, dict(counts["alarm"]), dict(counts["warning"]))


def left_day(seed: int) -> Left:
    """A careless driver and faults, or something that hides the child; half of the days each."""
    return _lived(draw(seed))


def draw(seed: int) -> LeftDay:
    hides = random.Random(seed * 6043).random() < _HIDDEN
    return HiddenDay(seed, random.Random(seed * 6053).choice(KINDS)) if hides else LeftDay(seed)


def _lived(day: LeftDay) -> Left:
    day.run()
    kind = day.kind if isinstance(day, HiddenDay) else Kind(_CARELESS)
    result = Left(day.seed, day.problem, day.named, day.late_ms, day.happened)
    return result._replace(kind=kind.name, blind=kind.blind)


def run(args: argparse.Namespace) -> int:
    """-> exit status, 1 for a false or a missed alarm. Prints seeds and what replays."""
    failed = False
    with workers(args.jobs) as pool:
        print(
            f"{args.ordinary} ordinary school days and {args.left} days on which a child is left "
            f"behind, from seed {args.seed} on.",
            flush=True,
        )
        if args.ordinary:
            failed |= _ordinary(_days(pool, ordinary_day, args.seed, args.ordinary))
        if args.left:
            failed |= _left(_days(pool, left_day, args.seed, args.left))
    return 1 if failed else 0


def _days(pool: ProcessPoolExecutor, day: Callable, first: int, count: int) -> Iterator:
    began = time.monotonic()
    yield from lived(pool, day, range(first, first + count))
    took = time.monotonic() - began
    print(
        f"{count} days, seeds {first} to {first + count - 1}, in {wording.duration(took)} "
        f"({count / took:.2f} days a second)"
    )


def _ordinary(days: Iterable[Ordinary]) -> bool:
    """-> True: there was a false alarm."""
    alarms, warnings = Counter[str](), Counter[str]()
    count = noisy = 0
    for day in days:
        count += 1
        alarms.update(day.alarms)
        warnings.update(day.warnings)
        if day.alarms:
            noisy += 1
            print(f"FALSE ALARM seed {day.seed}: {_listed(day.alarms)}")
            _replay(day.seed, 1, 0)
    months = count / MONTH_DAYS
    print(
        f"Ordinary days: {count}, with a false alarm: {noisy}. False alarms: {alarms.total()}, "
        f"{alarms.total() / months:.2f} a bus in a month of {MONTH_DAYS} school days"
        + ("." if alarms else f" (with 95 % confidence less than {3 / months:.2f}).")
    )
    print(f"Warnings: {warnings.total() / count:.2f} a day{_after(warnings)}.")
    return noisy > 0


def _left(days: Iterable[Left]) -> bool:
    """-> True: an alarm was missed."""
    kinds: dict[str, Counter[str]] = {}
    blind: dict[str, str] = {}
    latest_ms = -(10**9)
    for day in days:
        kinds.setdefault(day.kind, Counter())["days"] += 1
        if day.blind:
            blind[day.kind] = day.blind
        if not day.problem:
            kinds[day.kind].update(alarmed=1, named=day.named)
            if not day.blind:
                latest_ms = max(latest_ms, day.late_ms)
        elif not day.blind:
            print(
                f"MISSED seed {day.seed}: {day.problem} ({'; '.join(day.happened) or 'no fault'})"
            )
            _replay(day.seed, 0, 1)
    print("\nWhat hides the child                      days  alarmed  by its own seat")
    for name, counts in sorted(kinds.items(), key=lambda item: (item[0] in blind, item[0])):
        print(f"{name:40}{counts['days']:6}{counts['alarmed']:9}{counts['named']:17}")
    total = sum((counts for name, counts in kinds.items() if name not in blind), Counter[str]())
    count, hit = total["days"], total["alarmed"]
    print()
    if count:
        least = 100 * 0.05 ** (1 / count)
        print(
            f"Child left behind where a fitted sensor can tell: {count} days, alarmed in time: "
            f"{hit}, missed: {count - hit}. Sensitivity {100 * hit / count:.1f} %"
            + ("." if hit < count else f" (with 95 % confidence more than {least:.1f} %).")
        )
        print(
            f"{total['named']} of these alarms rest on the sensor of the child's own seat. "
            f"{hit - total['named']} came because a seat that cannot be read, or whose wire is "
            "cut, counts as taken, because something moved, or because the driver did not walk. "
            f"The latest alarm came {latest_ms / 1000:.1f} s after its time."
        )
    for name, why in sorted(blind.items()):
        print(f"No fitted sensor can tell: {name}, {kinds[name]['days']} days: {why}.")
    return hit < count


def _listed(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{wording.kind(kind)} {n}" for kind, n in ordered)


def _after(counts: Counter[str]) -> str:
    return f" ({_listed(counts)} in all)" if counts else ""


def _replay(seed: int, ordinary: int, left: int) -> None:
    print(
        "The same again: python -m sim soak --hazards "
        f"--seed {seed} --ordinary {ordinary} --left {left}"
    )
