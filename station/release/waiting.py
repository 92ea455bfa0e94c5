"""What buses said, until it is looked at: while the database is away, that may take long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from station.live.live_bus import Key

_OF_EACH = 20
"""Of one bus: the newest ones, which say how far it is."""
_T = TypeVar("_T")


class Waiting(Generic[_T]):
    def __init__(self, whose: Callable[[_T], Key]):
        self._whose = whose
        self._of: dict[Key, deque[_T]] = {}

    def __bool__(self) -> bool:
        return bool(self._of)

    def add(self, one: _T) -> None:
        self._of.setdefault(self._whose(one), deque(maxlen=_OF_EACH)).append(one)

    def take(self) -> list[_T]:
        """All of it."""
        of, self._of = self._of, {}
        return [one for mine in of.values() for one in mine]

    def put_back(self, taken: Iterable[_T]) -> None:
        """Before what came meanwhile."""
        newer = self.take()
        for one in (*taken, *newer):
            self.add(one)
