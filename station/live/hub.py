"""Sends what changed to the browsers that listen: server-sent events (WHATWG HTML, 9.2).

Each listener has a shelf with the newest event of each thing. A listener that is slow or asleep
misses the steps between, never the last one, and costs no memory for them. The text is made once
for all listeners who see the same (station/live/sight.py). After something was sent, what comes
within GATHER_S is gathered and sent together: the first event of a quiet time leaves at once, and
500 buses that all change ten times a second cost a tenth of the work.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Hashable
from typing import Any

from station.live.sight import Sight

PING_S = 15
GATHER_S = 0.1


class Hub:
    def __init__(self) -> None:
        self._shelves: set[_Shelf] = set()
        self._count = 0

    @property
    def listeners(self) -> int:
        return len(self._shelves)

    def send(self, name: str, key: Hashable, body: dict[str, Any]) -> None:
        """name: of the event; key: which thing it is about, such as one bus."""
        if not self._shelves:
            return
        self._count += 1
        texts: dict[Sight, bytes | None] = {}
        for shelf in self._shelves:
            if shelf.sight not in texts:
                seen = shelf.sight.shows(body)
                texts[shelf.sight] = None if seen is None else _event(self._count, name, seen)
            text = texts[shelf.sight]
            if text is not None:
                shelf.put((name, key), text)

    async def listen(self, sight: Sight) -> AsyncGenerator[bytes, None]:
        """What this sight shows. Never ends by itself."""
        shelf = _Shelf(sight)
        self._shelves.add(shelf)
        try:
            yield b"retry: 2000\n\n"
            while True:
                yield await shelf.take()
        finally:
            self._shelves.discard(shelf)


def _event(number: int, name: str, body: dict[str, Any]) -> bytes:
    return f"id: {number}\nevent: {name}\ndata: {json.dumps(body)}\n\n".encode()


class _Shelf:
    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self._events: dict[Hashable, bytes] = {}
        self._filled = asyncio.Event()
        self._next_s = 0.0

    def put(self, key: Hashable, text: bytes) -> None:
        self._events.pop(key, None)
        self._events[key] = text
        self._filled.set()

    async def take(self) -> bytes:
        """All events on it, in the order in which they came; a ping if none comes."""
        try:
            await asyncio.wait_for(self._filled.wait(), PING_S)
        except asyncio.TimeoutError:
            return b"event: ping\ndata: {}\n\n"
        pause_s = self._next_s - time.monotonic()
        if pause_s > 0:
            await asyncio.sleep(pause_s)
        self._next_s = time.monotonic() + GATHER_S
        self._filled.clear()
        text = b"".join(self._events.values())
        self._events.clear()
        return text
