"""Cannot record: the flash of a bus refuses its journal, so no alarm of it can arrive.

What the bus raises meanwhile shows in its `state` alone. The station alarms in its place, from the
`status` that says so until one that says otherwise; and anew when another kind begins.
"""

from __future__ import annotations

import asyncio
from typing import Any

from station.alarms.alarms import Alarms
from station.clock import Clock
from station.live.live import Live
from station.live.live_bus import LiveBus

CANNOT_RECORD = "cannot_record"
_TICK_S = 1.0


class Unrecorded:
    def __init__(self, clock: Clock, live: Live, alarms: Alarms):
        self._clock = clock
        self._live = live
        self._alarms = alarms

    async def watch(self) -> None:
        while True:
            await self.judge()
            await asyncio.sleep(_TICK_S)

    async def judge(self) -> None:
        """Checks every bus once. Raises if the database is away; the next check does the rest."""
        standing = {(a.fleet, a.bus): a for a in self._alarms.own() if a.kind == CANNOT_RECORD}
        for bus in list(self._live):
            alarm = standing.get(bus.key)
            is_refused = bus.gone_ms is None and (bus.status or {}).get("journal") == "refused"
            is_told = alarm is not None and set(_active(bus)) <= set(alarm.data["active"])
            if alarm is not None and not (is_refused and is_told):
                await self._alarms.clear_own(alarm.id)
            if is_refused and not is_told:
                await self._alarms.raise_own(*bus.key, self._values(bus))

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
