"""What other processes write into a PostgreSQL database, as it is committed (LISTEN, NOTIFY).

Triggers say it (migration 0016), so whoever writes is heard: the leader, a page process, a command.
What is not written is told by Database.tell. A process is not told of its own. What may have been
missed, because the connection broke, is read anew: a handler without numbers reads everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from station.db.database import CHANNEL, Database

_ASK_S = 10.0
"""The connection is asked so often whether it still stands."""
Handler = Callable[[list[int]], Awaitable[None]]


class Changes:
    def __init__(self, database: Database, handlers: dict[str, Handler]):
        """handlers: by the word of the trigger. Each is given the numbers of rows that changed;
        none: any may have."""
        self._db = database
        self._handlers = handlers
        self._came: dict[str, list[int]] = {}
        self._filled = asyncio.Event()

    async def watch(self) -> None:
        """Until the connection breaks: then it is begun again (Station._keep_on)."""
        if self._db.is_sqlite:
            await asyncio.Event().wait()  # one process writes there
        async with self._db.alone() as connection:
            await connection.add_listener(CHANNEL, self._heard)
            self._came = {name: [] for name in self._handlers}
            while True:
                came, self._came = self._came, {}
                self._filled.clear()
                for name, numbers in came.items():
                    await self._handlers[name](numbers)
                await self._more(connection)

    async def _more(self, connection: Any) -> None:
        while not self._came:
            try:
                await asyncio.wait_for(self._filled.wait(), _ASK_S)
            except asyncio.TimeoutError:
                await connection.execute("SELECT 1")

    def _heard(self, connection: Any, pid: int, channel: str, said: str) -> None:
        writer, name, *number = said.rsplit(" ")
        if writer != self._db.application and name in self._handlers:
            self._came.setdefault(name, []).extend(map(int, number))
            self._filled.set()
