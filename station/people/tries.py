"""How often a password may be tried: slower and slower, and never so that the right person is
locked out by what others try.

A device from which this person has signed in before has tries of its own. All others share: those
of one name from one address wait, then are refused; those of one address likewise; those of one
name, wherever they come from, wait a little and are never refused for it, because anybody on the
internet can try a name.

Each process counts. On PostgreSQL each tells the others what it has counted (Tries.counted,
Tries.changed), so that many processes allow no more than one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import NamedTuple

_PACES = 8
"""More than there are."""


class TooManyTries(Exception):
    """To sign in, for now."""


class Pace:
    """`burst` tries at once, then one each `every_ms` (the generic cell rate algorithm, ITU-T
    I.371). most_ms: who would have to wait longer is refused; None: waits 5 s at most."""

    _CAP_MS = 5_000
    _KEYS = 10_000

    def __init__(self, burst: int, every_ms: int, most_ms: int | None):
        self._burst_ms = burst * every_ms
        self._every_ms = every_ms
        self._most_ms = most_ms
        self._due: dict[Hashable, int] = {}  # key -> when all of its tries are paid for

    def wait_ms(self, key: Hashable, now_ms: int) -> int:
        """TooManyTries."""
        longest_ms = self._burst_ms + (self._most_ms or self._CAP_MS) + self._every_ms
        due_ms = min(self._due.get(key, 0), now_ms + longest_ms)  # if the clock was set back
        wait_ms = max(0, due_ms + self._every_ms - self._burst_ms - now_ms)
        if self._most_ms is None:
            return min(wait_ms, self._CAP_MS)
        if wait_ms > self._most_ms:
            raise TooManyTries
        return wait_ms

    def take(self, key: Hashable, now_ms: int) -> None:
        if key not in self._due and len(self._due) >= self._KEYS:  # names are tried by the thousand
            self._due = {one: due_ms for one, due_ms in self._due.items() if due_ms > now_ms}
            for oldest in list(self._due)[: -self._KEYS * 9 // 10]:
                del self._due[oldest]
        self._due[key] = max(self._due.get(key, 0), now_ms) + self._every_ms

    def forget(self, key: Hashable) -> None:
        self._due.pop(key, None)


class Who(NamedTuple):
    """Who tries. device: the id of a device that is known for this name. session: of a person who
    is signed in, and is asked for the password again."""

    name: str
    site: str = ""
    device: str | None = None
    session: str | None = None

    @property
    def is_known(self) -> bool:
        return self.device is not None or self.session is not None


class Tries:
    def __init__(self) -> None:
        self._of_device = Pace(10, 10_000, 20_000)
        self._of_session = Pace(30, 10_000, 20_000)
        self._of_pair = Pace(8, 10_000, 20_000)
        self._of_site = Pace(80, 2_000, 20_000)
        self._of_name = Pace(40, 2_000, None)
        self._codes = {known: Pace(30 if known else 10, 60_000, 10_000) for known in (False, True)}
        self._every = (self._of_device, self._of_session, self._of_pair, self._of_site,
                       self._of_name, *self._codes.values())  # fmt: skip
        self.counted: list[int] = []
        """What was counted here, and the other processes have not been told."""

    def admit(self, who: Who, now_ms: int) -> int:
        """Counts a try. -> how many ms it has to wait. TooManyTries: it was not counted."""
        paces = self._paces(who)
        wait_ms = max(pace.wait_ms(key, now_ms) for pace, key in paces)
        for pace, key in paces:
            self._take(pace, key, now_ms)
        return wait_ms

    def admit_code(self, who: Who, now_ms: int) -> None:
        """The same for a code, from whoever knows the password: all known devices of a name count
        together, and so do all others. TooManyTries."""
        pace, key = self._codes[who.is_known], self._number(self._codes[who.is_known], who.name)
        if pace.wait_ms(key, now_ms):
            raise TooManyTries
        self._take(pace, key, now_ms)

    def succeeded(self, who: Who) -> None:
        """The address stays counted: one right password does not pay for many wrong ones. Nor does
        it pay for wrong codes, which had_code() forgets."""
        for pace, key in self._paces(who):
            if pace is not self._of_site:
                pace.forget(key)

    def had_code(self, who: Who) -> None:
        """The right one."""
        pace = self._codes[who.is_known]
        pace.forget(self._number(pace, who.name))

    def changed(self, numbers: list[int], now_ms: int) -> None:
        """Another process has counted these."""
        for number in numbers:
            self._every[number % _PACES].take(number, now_ms)

    def _take(self, pace: Pace, key: int, now_ms: int) -> None:
        pace.take(key, now_ms)
        self.counted.append(key)

    def _number(self, pace: Pace, key: Hashable) -> int:
        """In place of the key; it says which pace it is of, and nobody can tell a name by it."""
        digest = hashlib.sha256(repr(key).encode()).digest()
        return int.from_bytes(digest[:6], "big") * _PACES + self._every.index(pace)

    def _paces(self, who: Who) -> list[tuple[Pace, int]]:
        of: list[tuple[Pace, Hashable]]
        if who.session is not None:
            of = [(self._of_session, who.session)]
        elif who.device is not None:
            of = [(self._of_device, (who.name, who.device))]
        else:
            of = [
                (self._of_pair, (who.name, who.site)),
                (self._of_site, who.site),
                (self._of_name, who.name),
            ]
        return [(pace, self._number(pace, key)) for pace, key in of]
