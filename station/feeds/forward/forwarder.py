"""Sends on what has changed, and rests while the other system does not answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

log = logging.getLogger(__name__)
EVERY_S = 5.0
_LONGEST_REST_S = 600.0
_MOST_DOUBLED = 7
"""More would not fit into a number some day."""

Thing = tuple[str, Any]
"""Its name, and what is to be said of it."""


class Away(Exception):
    """The other system does not answer, or not as it should; says how."""


class Forwarder:
    def __init__(self, name: str, look: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
                 send: Callable[[list[Thing]], Collection[str]], at_once: int):  # fmt: skip
        """look: what was sent last, by name -> what is true now, by name. send: called in a thread
        of its own with the things that are new -> names of those to be sent again; Away. at_once:
        things in one call."""
        self._name = name
        self._look = look
        self._send = send
        self._at_once = at_once
        self._sent: dict[str, Any] = {}
        self._failures = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(await self.turn())

    async def turn(self) -> float:
        """-> seconds until the next one."""
        now = await self._look(self._sent)
        self._sent = {name: said for name, said in self._sent.items() if name in now}
        new = [(name, now[name]) for name in now if self._sent.get(name) != now[name]]
        loop = asyncio.get_running_loop()
        for at in range(0, len(new), self._at_once):
            part = new[at : at + self._at_once]
            try:
                again = await loop.run_in_executor(self._thread, self._send, part)
            except Away as why:
                return self._rest(str(why))
            self._sent.update((name, said) for name, said in part if name not in again)
            if self._failures:
                log.info("%s answers again.", self._name)
            self._failures = 0
        return EVERY_S

    def _rest(self, why: str) -> float:
        if not self._failures:
            log.warning("%s: nothing can be sent on (%s); it is tried again.", self._name, why)
        self._failures += 1
        return min(EVERY_S * 2 ** min(self._failures, _MOST_DOUBLED), _LONGEST_REST_S)
