"""A process that only shows pages asks whether another one leads: without a leader no record is
taken and no alarm is raised, and its page has to say so."""

from __future__ import annotations

import asyncio

from station.db.database import Database
from station.db.led import is_led
from station.live.services import Services

_EVERY_S = 2.0
_LOOKS = 3
"""A standby takes over meanwhile: without a leader so often in a row, nobody does."""


class Leadership:
    def __init__(self, database: Database, services: Services):
        self._db = database
        self._services = services
        self._without = _LOOKS - 1  # what the first look finds counts at once

    async def watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        self._without = 0 if await is_led(self._db) else self._without + 1
        if self._without == 0 or self._without >= _LOOKS:
            self._services.note(self._services.leader, self._without == 0)
