"""How many streams (GET /api/stream) stand: each holds a connection for as long as a page is open.
The tabs of one browser share one stream, if the browser can."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator


class StreamsFull(Exception):
    """This session, this person, this address or the station has as many as it may."""


class Streams:
    def __init__(
        self, of_one_session: int = 8, of_one_person: int = 24, of_one_address: int = 100,
        overall: int = 500,
    ):  # fmt: skip
        self._most = {"session": of_one_session, "person": of_one_person,
                      "address": of_one_address, "all": overall}  # fmt: skip
        self._standing: Counter[tuple[str, str]] = Counter()

    def check(self, session: str, person: str, address: str) -> None:
        """StreamsFull."""
        for key in _keys(session, person, address):
            if self._standing[key] >= self._most[key[0]]:
                raise StreamsFull

    @contextlib.contextmanager
    def held(self, session: str, person: str, address: str) -> Iterator[None]:
        """One more, inside the block. StreamsFull."""
        keys = _keys(session, person, address)
        self.check(session, person, address)
        self._standing.update(keys)
        try:
            yield
        finally:
            self._standing.subtract(keys)
            self._standing += Counter()  # forgets what is 0


def _keys(session: str, person: str, address: str) -> tuple[tuple[str, str], ...]:
    return ("session", session), ("person", person), ("address", address), ("all", "")
