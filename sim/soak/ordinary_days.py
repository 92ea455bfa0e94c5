"""The ordinary days of a Thai school van: told ones, and seeded mixtures of them.

A told day is a morning with one thing that happens: at the houses, on the way, at the school, in
the yard, on the way home, or in the bus's wires. A mixture draws several. Nobody is in danger on
any of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sim.soak.ordinary_answers import BESIDE
from sim.soak.ordinary_faults import FAULTS
from sim.soak.ordinary_fitting import Fitted
from sim.soak.ordinary_school import HOME, SCHOOL, lets_off
from sim.soak.ordinary_van import STOPS_M, Van
from sim.soak.ordinary_way import HOUSES, WAY, breakdown, stops
from sim.soak.ordinary_yard import YARD
from sim.world.world import Script

Part = Callable[[Van], Script]
_SONGTHAEW = 0.1  # of the mixtures
_FAULT = 0.05
_CALM = 0.5  # of the mixtures: nothing happens on the way


class Day(NamedTuple):
    """The parts of one day, in their order; `name` is that of the part it is told for."""

    name: str
    what: str
    houses: Part = stops
    way: tuple[Part, ...] = ()
    school: Part = lets_off
    yard: tuple[Part, ...] = ()
    home: tuple[Part, ...] = ()
    fault: Part | None = None
    doors: bool = True
    seed: int | None = None  # of a mixture

    def run(self, van: Van) -> Script:
        if self.fault is not None:
            van.world.run(self.fault(van))
        yield from self.houses(van)
        for part in self.way:
            yield from van.drives_on(150)
            yield from part(van)
        if breakdown not in self.way:
            yield from van.drives(STOPS_M["school"])
            yield from self.school(van)
        for part in (*self.yard, *self.home):
            yield from van.leaves()
            van.goes(BESIDE)
            yield from part(van)


def _told() -> Iterable[Day]:
    for part in HOUSES:
        yield Day(*_words(part), houses=part)
    for part in WAY:
        yield Day(*_words(part), way=(part,))
    for part in SCHOOL:
        yield Day(*_words(part), school=part)
    for part in YARD:
        yield Day(*_words(part), yard=(part,))
    for part in HOME:
        yield Day(*_words(part), home=(part,))
    for part in FAULTS:
        yield Day(*_words(part), fault=part)
    for part in HOUSES[:2]:
        name, what = _words(part)
        yield Day(f"songthaew_{name}", f"No door contacts. {what}", houses=part, doors=False)


def _words(part: Part) -> tuple[str, str]:
    return part.__name__, " ".join((part.__doc__ or "").split())


TOLD = {day.name: day for day in _told()}


def mixture(seed: int) -> Day:
    rng = random.Random(seed * 7039)
    names: list[str] = []

    def draw(parts: tuple, most: int = 1, least: int = 0) -> tuple[Part, ...]:
        chosen = tuple(rng.sample(parts, rng.randint(least, most)))
        names.extend(part.__name__ for part in chosen)
        return chosen

    doors = rng.random() >= _SONGTHAEW
    houses = draw(HOUSES, least=1)[0]
    way = () if rng.random() < _CALM else draw(WAY, 2, 1)
    school = draw(SCHOOL, least=1)[0]
    yard = draw(YARD, 2, 1)
    home = draw(HOME)
    fault = draw(FAULTS, least=1)[0] if rng.random() < _FAULT else None
    what = ", ".join(names) + ("" if doors else ", songthaew")
    return Day(f"mixture {seed}", what, houses, way, school, yard, home, fault, doors, seed)


def live(day: Day, seed: int, fitted: Fitted) -> Van:
    """seed: of a told day; a mixture has its own."""
    van = Van(seed if day.seed is None else day.seed, fitted, day.doors)
    van.live(day.run(van))
    return van
