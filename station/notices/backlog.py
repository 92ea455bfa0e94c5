"""How many notices wait, and for how long: for a monitor, from outside of the queue that may be the
reason."""

from __future__ import annotations

import time
from typing import NamedTuple

from sqlalchemy import and_, func, select

from station.clock import Clock
from station.db.database import Database
from station.db.tables import notices

_KEPT_S = 5
"""Everybody who reaches the port may ask; the database is asked no more often than this."""


class Waiting(NamedTuple):
    many: int
    oldest_s: float
    """0: none waits."""
    dead: int
    """Given up, and kept for the administrator."""
    took_s: float
    """By the database, to say so."""


class NoticeBacklog:
    def __init__(self, database: Database, clock: Clock):
        self._db = database
        self._clock = clock
        self._read: Waiting | None = None
        self._read_s = float("-inf")

    async def read(self) -> Waiting:
        """Raises if the database is away."""
        begun_s = time.monotonic()
        if self._read is None or begun_s - self._read_s > _KEPT_S:
            waits = and_(notices.c.sent_ms.is_(None), notices.c.dead_ms.is_(None))
            query = select(func.count(), func.min(notices.c.made_ms)).where(waits)
            dead = select(func.count()).select_from(notices).where(notices.c.dead_ms.is_not(None))
            async with self._db.read() as connection:
                many, since_ms = (await connection.execute(query)).one()
                given_up = (await connection.execute(dead)).scalar() or 0
            age_ms = 0 if since_ms is None else max(0, self._clock.now_ms() - since_ms)
            self._read_s = time.monotonic()
            self._read = Waiting(many, age_ms / 1000, given_up, self._read_s - begun_s)
        return self._read
