"""Asks the database every few seconds whether it answers: what the station says of it is true now,
and not of the last record.

The broker need not be asked: its connection ends when it is away.
"""

from __future__ import annotations

import asyncio
import logging

from station.db.database import Database
from station.live.services import Services

log = logging.getLogger(__name__)
_EVERY_S = 2.0
_AWAY_S = 0.5
_ANSWER_S = 3.0


class Health:
    def __init__(self, database: Database, services: Services):
        self._db = database
        self._services = services

    async def watch(self) -> None:
        while True:
            await self.ask()
            await asyncio.sleep(_EVERY_S if self._services.database.ok else _AWAY_S)

    async def ask(self) -> None:
        """One that was away has to show that it can be written: its disk may have been full."""
        database = self._services.database
        was_ok = database.ok
        probe = self._db.probe(writes=not was_ok)
        try:
            # A writer of SQLite must not be cancelled; it waits for no server.
            await (probe if self._db.is_sqlite else asyncio.wait_for(probe, _ANSWER_S))
        except Exception as error:
            if not self._services.is_database_away(error):
                raise
            return
        if self._db.leads and not self._db.lease.is_sure:
            if was_ok:
                log.warning("The database answers, but the lease of this station cannot be "
                            "lengthened: it takes no records.")  # fmt: skip
            self._services.note(database, False)
            return
        if not was_ok:
            log.info("The database answers again.")
        self._services.note(database, True)
