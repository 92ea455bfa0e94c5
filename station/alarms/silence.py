"""Going dark: a bus that is silent although it promised to speak, or whose last will came.

The alarm is the station's own and needs no bus. It is raised unless the bus was surely parked,
checked and empty when last heard: what is not known counts as a child on board.

While the station has no broker it is the station that hears nothing, and nobody is judged. Once
the broker is back every bus gets the whole time again, since buses, too, need to find back; who
stays silent then, alarms.

Who told of itself, but never how it is (no `state` ever came), is judged as if it had promised
one at that moment: nothing is known of who sits in it.

While the database is away an alarm cannot be listed: the bus is shown as one that has an alarm,
and the alarm follows, with the time at which it was raised, as soon as the database is back; even
if the bus has been heard again by then.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from station.alarms.rows import GOING_DARK
from station.clock import iso
from station.live.live import Bus

if TYPE_CHECKING:
    from station.station import Station

_TICK_S = 1.0


class Silence:
    def __init__(self, station: Station):
        self._station = station
        self.judging = asyncio.Lock()
        self._unlisted: dict[tuple[str, str], dict[str, Any]] = {}
        """Alarms that are raised, and not in the database yet."""

    async def watch(self) -> None:
        self._recall()
        while True:
            await self.judge()
            await asyncio.sleep(_TICK_S)

    def _recall(self) -> None:
        for alarm in self._station.alarms.own():
            bus = self._station.live.bus(alarm.fleet, alarm.bus)
            if alarm.kind == GOING_DARK and bus.dark_ms is None and not bus.heard_again:
                bus.dark_ms = alarm.raised_ms

    async def judge(self) -> None:
        """Everybody, once. Raises when the database is away; then it is due the next time."""
        async with self.judging:
            await self._judge()

    async def _judge(self) -> None:
        station = self._station
        now_ms = station.clock.now_ms()
        standing = {(a.fleet, a.bus): a for a in station.alarms.own() if a.kind == GOING_DARK}
        for bus in list(station.live):
            if bus.dark_ms is None and station.health.broker.ok and self._is_dark(bus, now_ms):
                bus.dark_ms = bus.promise_ms if bus.promise_ms is not None else bus.offline_ms
                station.live.told(bus)
            if bus.dark_ms is None or bus.key in standing or bus.is_surely_empty:
                continue
            if not bus.unlisted:
                self._unlisted.setdefault(bus.key, self._account(bus, now_ms))
                self._mark(bus, True)
        for key, alarm in standing.items():
            bus = station.live.bus(*key)
            if bus.dark_ms is None and bus.heard_again:
                await station.alarms.clear_own(alarm.id)
        for key, values in list(self._unlisted.items()):
            await station.alarms.raise_own(*key, values)
            del self._unlisted[key]
            self._mark(station.live.bus(*key), False)

    def _mark(self, bus: Bus, unlisted: bool) -> None:
        bus.unlisted = unlisted
        self._station.live.told(bus)

    def heard(self, fleet: str, name: str) -> None:
        bus = self._station.live.bus(fleet, name)
        bus.heard_again = True
        if bus.dark_ms is not None:
            bus.dark_ms, bus.unlisted = None, False
            self._station.live.told(bus)

    def _is_dark(self, bus: Bus, now_ms: int) -> bool:
        settings, back_ms = self._station.settings, self._station.health.broker.since_ms
        if bus.online is False and bus.offline_ms is not None:
            will_ms = max(bus.offline_ms, back_ms) + settings.will_after_s * 1000
            if now_ms >= will_ms:
                return True
        promise_ms = bus.promise_ms
        if promise_ms is None:
            return False
        return now_ms >= max(promise_ms, back_ms) + settings.dark_after_s * 1000

    def _account(self, bus: Bus, now_ms: int) -> dict[str, Any]:
        """How it was when last heard."""
        s = bus.state or {}
        seats = s.get("seats", {})
        last_ms = bus.spoke_ms if bus.state is None else bus.heard_ms
        silent_s = None if last_ms is None else (now_ms - last_ms) // 1000
        return {
            "kind": GOING_DARK,
            "raised_ms": now_ms,
            "lat": s.get("lat"),
            "lon": s.get("lon"),
            "data": {
                "last_heard_at": iso(last_ms),
                "phase": s.get("phase"),
                "seats": seats.get("taken"),
                "unknown": seats.get("unknown"),
                "ignition": s.get("ignition"),
                "speed_kmh": s.get("speed_kmh"),
                "supply_mv": s.get("supply_mv"),
                "signal_dbm": s.get("signal_dbm"),
                "active": s.get("active"),
            },
            "why": {
                "last_will": bus.online is False,
                "next_s": s.get("next_s"),
                "silent_s": silent_s,
                "limit_s": self._station.settings.dark_after_s,
            },
        }
