"""How a driver answers a prompt on an ordinary day, and the account of what sounded.

Nine in ten prompts are answered within 20 s, the others within 90 s. While people are on board the
driver does the least first: presses the here button where one is fitted; else, or if that did not
end it, starts the engine or walks to the check button. When all have left the driver walks, and
takes away what lies on a seat.
"""

from __future__ import annotations

from typing import Any

from firmware.warnings import HORN, INSIDE, PROMPT
from sim.world.world import Script

WHEEL, ASLEEP, ABOARD, BESIDE, AWAY = "wheel", "asleep", "aboard", "beside", "away"
"""Where the driver is. Asleep at the wheel the driver wakes for a prompt. Away is out of hearing;
others may be there, who know no button."""
_SOON = 0.9  # of the prompts
_LOOKS_MS = 500
_ENDS_MS = 4000  # after an answer
_TRIES_MS = 45_000  # before the driver tries everything again


class Answers:
    """prompts, insides, horns: how often it became as loud as that. presses: of the here button.

    walks, engines: answers that were not at hand. ignored: horns of a prompt that the driver does
    not answer, against his duty; they sound as they should. lines: the timeline.
    """

    def __init__(self, van: Any):
        self._van = van
        self.place = ABOARD
        self.is_walking = False
        self.is_counting = False
        self.is_stranger = False  # who is there knows the here button at most
        self.ignores = False  # the driver forgets the walk, and answers no prompt
        self.prompts = self.insides = self.horns = self.ignored = 0
        self.presses = self.walks = self.engines = 0
        self.causes: set[str] = set()  # rules that sounded an alarm
        self.lines: list[str] = []
        self._level = 0

    def tell(self, what: str) -> None:
        self.lines.append(f"{self._van.world.local_clock}  {what}")

    def listens(self) -> Script:
        """For the World: counts what sounds, and lets the driver answer it."""
        self._van.world.run(self._answers())
        while True:
            yield _LOOKS_MS
            self._count(self.level)

    @property
    def level(self) -> int:
        bus = self._van.rig.vehicle.bus
        return 0 if bus is None else bus.warnings.level

    def _count(self, level: int) -> None:
        before, self._level = self._level, level
        if not self.is_counting:
            return
        self.prompts += level >= PROMPT > before
        if self.ignores:
            self.ignored += level >= HORN > before
        elif level >= INSIDE and level > before:
            self.insides += before < INSIDE
            self.horns += level >= HORN
            self.causes.update(self._loud(INSIDE))
        if max(level, before) >= PROMPT and level != before:
            names = ("silent", "lamp", "chime", "prompt", "ALARM INSIDE", "HORN")
            self.tell(f"  {names[level]} {', '.join(self._loud(PROMPT))}".rstrip())

    def _loud(self, level: int) -> list[str]:
        bus = self._van.rig.vehicle.bus
        rules = [] if bus is None else bus._engine.rules
        return [rule.kind for rule in rules if rule.warning >= level]

    def _answers(self) -> Script:
        rng = self._van.rng
        while True:
            yield _LOOKS_MS
            if not self.is_asked:
                continue
            soon = rng.random() < _SOON
            yield rng.randint(3000, 20_000) if soon else rng.randint(20_000, 90_000)
            if self.is_asked:
                yield from self._answer()

    @property
    def is_asked(self) -> bool:
        """Something sounds that the driver can hear and answer."""
        is_free = not self.ignores and not self.is_walking and not self._van.world.speed_mms
        return self.level >= PROMPT and self.place != AWAY and is_free

    def _answer(self) -> Script:
        van, rng = self._van, self._van.rng
        away_ms = rng.randint(5000, 15_000) if self.place == BESIDE else 0
        answers = [] if self.is_stranger else [self._walk]
        if answers and van.is_occupied and van.may_start and not van.world.engine_runs:
            answers.insert(rng.randrange(2) if self.place == WHEEL else 1, self._start)
        if van.fitted.here:
            answers.insert(0 if van.is_occupied else len(answers), self._press)
        for answer in answers:
            yield away_ms
            yield from answer()
            yield _ENDS_MS
            if not self.is_asked:
                return
        yield _TRIES_MS

    def _press(self) -> Script:
        self.tell("the driver presses the here button")
        yield from self._van.says_here()

    def _walk(self) -> Script:
        """A walk for a forgotten bag is the driver's duty, and counts as none."""
        self.tell("the driver walks to the check button")
        van, before, moves = self._van, self.place, self._van.moves
        self.walks += van.bag is None
        yield from van.checks()
        if van.moves == moves + 1:  # the day has not moved the driver on meanwhile
            van.goes(before)

    def _start(self) -> Script:
        self.tell("the driver starts the engine")
        self.engines += 1
        yield from self._van.starts()
