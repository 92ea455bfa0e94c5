"""Cannot record: the flash of a bus refuses its journal, so no alarm of it can arrive; or its state
names an alarm of which no record came (named.py).

What the bus raises meanwhile shows in its `state` alone, so the station alarms in its place: from
the `status` or `state` that says so until the bus, connected, has said otherwise for a minute. A
last will says nothing of the flash, nor does a status that has not come yet. While the station has
no broker no time counts, since a newer status may wait there.

The alarm is raised anew when another kind begins that can be an alarm and is not recorded. A kind
that the station does not know counts as one.
"""

from __future__ import annotations

import asyncio
from typing import Any

from station.alarms.alarms import Alarms
from station.alarms.named import NO_ALARMS, NamedAlone
from station.clock import Clock
from station.db.database import Database
from station.live.live import Live
from station.live.live_bus import Key, LiveBus
from station.live.services import Services

CANNOT_RECORD = "cannot_record"
_WELL_MS = 60_000
_TICK_S = 1.0


class Unrecorded:
    def __init__(self, database: Database, clock: Clock, services: Services, live: Live,
                 alarms: Alarms, judging: asyncio.Lock):  # fmt: skip
        self._named = NamedAlone(database)
        self._clock = clock
        self._services = services
        self._live = live
        self._alarms = alarms
        self._judging = judging
        """Held while a bus is taken off the list, too (station/api/buses.py)."""
        self._well_since_ms: dict[Key, int] = {}
        """Buses whose alarm is active although they say that their flash is well."""

    async def watch(self) -> None:
        while True:
            await self.judge()
            await asyncio.sleep(_TICK_S)

    async def judge(self) -> None:
        """Checks every bus once. Raises if the database is away; the next check does the rest."""
        async with self._judging:
            standing = {(a.fleet, a.bus): a for a in self._alarms.own() if a.kind == CANNOT_RECORD}
            self._well_since_ms = {k: ms for k, ms in self._well_since_ms.items() if k in standing}
            at_hand = list(self._alarms.at_hand.values())
            alone = await self._named.find(list(self._live), at_hand, self._clock.now_ms())
            for bus in list(self._live):
                if bus.key not in standing and (_is_refused(bus) or bus.key in alone):
                    await self._alarms.raise_own(*bus.key, self._values(bus))
            for key, alarm in standing.items():
                bus = self._live.bus(*key)
                is_over = bus.gone_ms is not None or self._has_been_well(bus, key in alone)
                unrecorded = alone.get(key, set()) if _is_well(bus) else _can_alarm(bus)
                is_news = not unrecorded <= set(alarm.data["active"])
                if is_over or is_news:
                    await self._alarms.clear_own(alarm.id)
                if is_news and not is_over:
                    await self._alarms.raise_own(*key, self._values(bus))

    def _has_been_well(self, bus: LiveBus, is_alone: bool) -> bool:
        if is_alone or not _is_well(bus) or not self._services.broker.ok:
            self._well_since_ms.pop(bus.key, None)
            return False
        now_ms = self._clock.now_ms()
        since_ms = min(self._well_since_ms.get(bus.key, now_ms), now_ms)  # a clock may be set back
        self._well_since_ms[bus.key] = since_ms
        return now_ms - since_ms >= _WELL_MS

    def _values(self, bus: LiveBus) -> dict[str, Any]:
        s = bus.state or {}
        seats = s.get("seats", {})
        return {
            "kind": CANNOT_RECORD,
            "raised_ms": self._clock.now_ms(),
            "lat": s.get("lat"),
            "lon": s.get("lon"),
            "data": {
                "active": _active(bus),
                "phase": s.get("phase"),
                "seats": seats.get("taken"),
                "unknown": seats.get("unknown"),
            },
            "why": {},
        }


def _active(bus: LiveBus) -> list[str]:
    return (bus.state or {}).get("active", [])


def _can_alarm(bus: LiveBus) -> set[str]:
    return set(_active(bus)) - NO_ALARMS


def _is_refused(bus: LiveBus) -> bool:
    return (bus.status or {}).get("journal") == "refused"


def _is_well(bus: LiveBus) -> bool:
    """The bus itself says so. Older firmware says nothing of its flash, and would never end it."""
    return (bus.status or {}).get("online") is True and not _is_refused(bus)
