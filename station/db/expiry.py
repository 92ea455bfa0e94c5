"""Deletes what must not stay: tracks after a set time (promise P10), and what would grow for ever.

Events and alarms stay: they hold seat numbers and places, and no bus's track.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import and_, delete, func, or_, select

from station.clock import DAY_MS, Clock
from station.db.database import Database
from station.db.tables import (
    access_log,
    journals,
    positions,
    quarantine,
    sessions,
    sign_ins,
    tracks,
)

_EVERY_S = 3600
_QUARANTINE = 10_000
_LOG_DAYS = 730
_FAILED = 50_000
"""Lines of sign-ins that failed: a flood of years does not fill the disk."""


class Expiry:
    def __init__(self, database: Database, clock: Clock, keep_tracks_days: int):
        self._db = database
        self._clock = clock
        self._keep_ms = keep_tracks_days * DAY_MS

    async def watch(self) -> None:
        while True:
            await self.run()
            await asyncio.sleep(_EVERY_S)

    async def run(self) -> int:
        """-> how many positions were deleted. A position's own time counts; if the bus's clock
        cannot have been right, the time at which the position came."""
        now_ms = self._clock.now_ms()
        before_ms = now_ms - self._keep_ms
        async with self._db.write() as connection:
            gone = 0
            for number in (await connection.execute(select(journals.c.id))).scalars().all():
                old = and_(positions.c.journal_id == number, _is_before(before_ms // 1000))
                gone += (await connection.execute(delete(positions).where(old))).rowcount
                old = and_(tracks.c.journal_id == number, tracks.c.t < before_ms // 1000)
                await connection.execute(delete(tracks).where(old))
            await connection.execute(delete(sessions).where(sessions.c.ends_ms < now_ms))
            old = access_log.c.at_ms < now_ms - _LOG_DAYS * DAY_MS
            await connection.execute(delete(access_log).where(old))
            old = sign_ins.c.at_ms < now_ms - _LOG_DAYS * DAY_MS
            failed = sign_ins.c.result != "ok"
            beyond = select(sign_ins.c.id).where(failed).order_by(sign_ins.c.id.desc())
            last = (await connection.execute(beyond.offset(_FAILED).limit(1))).scalar() or 0
            old = or_(old, and_(failed, sign_ins.c.id <= last))
            await connection.execute(delete(sign_ins).where(old))
            newest = (await connection.execute(select(func.max(quarantine.c.id)))).scalar() or 0
            await connection.execute(
                delete(quarantine).where(quarantine.c.id <= newest - _QUARANTINE)
            )
        return gone


def _is_before(s: int):
    own, heard = positions.c.t, positions.c.odd_s
    return or_(and_(heard.is_(None), own < s), heard < s)
