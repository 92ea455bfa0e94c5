"""What does not stay: tracks after a set time (promise P10), and what would grow for ever.

Events and alarms stay: they hold seat numbers and places, and no way that anybody took.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select

from station.clock import DAY_MS
from station.db.tables import access_log, journals, positions, quarantine, sessions

if TYPE_CHECKING:
    from station.station import Station

_EVERY_S = 3600
_SAVE_S = 5
_QUARANTINE = 10_000
_LOG_DAYS = 730


class Expiry:
    def __init__(self, station: Station):
        self._station = station

    async def watch(self) -> None:
        """Housekeeping: the present into the database, gaps, and what has to go."""
        station, turn = self._station, 0
        while True:
            if turn % (_EVERY_S // _SAVE_S) == 0:
                await self.run()
            turn += 1
            await asyncio.sleep(_SAVE_S)
            station.store.count_gaps()
            if station.live.changed:
                await station.store.save_present()

    async def run(self) -> int:
        """-> how many positions went. By their own time; those of a clock that cannot be
        right by the time that they came."""
        station = self._station
        now_ms = station.clock.now_ms()
        before_ms = now_ms - station.settings.keep_tracks_days * DAY_MS
        async with station.db.write() as connection:
            gone = 0
            for number in (await connection.execute(select(journals.c.id))).scalars().all():
                old = and_(positions.c.journal_id == number, _is_before(before_ms // 1000))
                gone += (await connection.execute(delete(positions).where(old))).rowcount
            await connection.execute(delete(sessions).where(sessions.c.ends_ms < now_ms))
            old = access_log.c.at_ms < now_ms - _LOG_DAYS * DAY_MS
            await connection.execute(delete(access_log).where(old))
            newest = (await connection.execute(select(func.max(quarantine.c.id)))).scalar() or 0
            await connection.execute(
                delete(quarantine).where(quarantine.c.id <= newest - _QUARANTINE)
            )
        return gone


def _is_before(s: int):
    mine, heard = positions.c.t, positions.c.odd_s
    return or_(and_(heard.is_(None), mine < s), heard < s)
