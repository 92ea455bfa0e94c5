"""Buses for which the database refuses a record: their records are stored apart from all others.

They wait here, unacknowledged, a few at a time: a bus whose records are refused one after the other
would make every common batch fail.
"""

from __future__ import annotations

import time
from collections import deque

from station.ingest.came import Came
from station.ingest.contract import Message

Checked = list[tuple[Message, Came]]
_FEW = 10
"""Stored one by one, after each common batch."""
_APART_S = 60
"""After the last refusal."""


class Apart:
    def __init__(self) -> None:
        self._until_s: dict[tuple[str, str], float] = {}
        self._waiting: deque[tuple[Message, Came]] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def split(self, messages: Checked) -> tuple[Checked, Checked]:
        """-> those for the common batch, and those of the buses that are stored apart."""
        if not self._until_s:
            return messages, []
        now_s = time.monotonic()
        self._until_s = {key: until for key, until in self._until_s.items() if now_s < until}
        common: Checked = []
        others: Checked = []
        for one in messages:
            (others if one[0][:2] in self._until_s else common).append(one)
        return common, others

    def add(self, messages: Checked) -> None:
        """They wait here. From now on their buses are stored apart."""
        for one in messages:
            self._until_s.setdefault(one[0][:2], time.monotonic() + _APART_S)
        self._waiting += messages

    def refused(self, message: Message) -> None:
        self._until_s[message[:2]] = time.monotonic() + _APART_S

    def take(self) -> Checked:
        """The next few."""
        return [self._waiting.popleft() for _ in range(min(_FEW, len(self._waiting)))]

    def clear(self) -> None:
        """The broker sends them again."""
        self._waiting.clear()
