"""Messages that wait, each bus in turn: one that sends without end delays no other.

Events come before the rest, because an alarm may be among them. Otherwise the order of a bus's
messages stays.
"""

from __future__ import annotations

from collections import deque

from station.ingest.came import Came

_LEAST = 50
"""Messages in a batch, if so many wait, however few buses they are of."""
_EACH = 2
"""Messages of each bus in a large batch."""
_URGENT = "/event"


class Turns:
    def __init__(self, most_of_each: int | None = None):
        """most_of_each: messages of a bus that wait at most; a newer one takes the place of the
        oldest one. None: no message is dropped."""
        self._most_of_each = most_of_each
        self._urgent: dict[str, deque[Came]] = {}
        self._others: dict[str, deque[Came]] = {}

    def __bool__(self) -> bool:
        return bool(self._urgent or self._others)

    def put(self, came: Came) -> int:
        """-> how many messages it took the place of."""
        lane = self._urgent if came.topic.endswith(_URGENT) else self._others
        queue = lane.setdefault(came.topic.rpartition("/")[0], deque())
        queue.append(came)
        if self._most_of_each is None or len(queue) <= self._most_of_each:
            return 0
        queue.popleft()
        return 1

    def take(self, most: int) -> list[Came]:
        """The next batch. The more of it is of one bus, the smaller it is, so that what comes
        meanwhile waits no longer than a moment."""
        waiting = len(self._urgent) + len(self._others)
        most = min(most, max(_LEAST, _EACH * waiting))
        taken: list[Came] = []
        while self and len(taken) < most:
            for lane in (self._urgent, self._others):
                for _ in range(min(len(lane), most - len(taken))):
                    bus, queue = next(iter(lane.items()))
                    del lane[bus]
                    taken.append(queue.popleft())
                    if queue:
                        lane[bus] = queue  # behind all others
        return taken

    def clear(self) -> None:
        self._urgent.clear()
        self._others.clear()
