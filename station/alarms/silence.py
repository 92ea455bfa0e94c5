"""Going dark: a bus that is silent although it promised to speak, or whose last will came.

The station raises this alarm itself and needs no word of the bus. It says which limit decided: the
one of the last will (will_after_s), or the one of the promise (dark_after_s). It is raised unless
the bus was surely parked, checked and empty when last heard: an unknown counts as a child on board.

While the station has no broker, the station hears no bus, so it judges none. Once the broker is
back every bus gets its whole time again, since the buses have to find the broker, too; a bus that
stays silent then raises the alarm.

A bus that sent records or a status, but never a `state`, is judged as if it had promised a state
at that moment: the station does not know who sits in it.

While the database is away an alarm cannot be listed. The bus is shown as in alarm, and the alarm
follows as soon as the database is back, with the time at which it was raised; even if the bus has
been heard again by then.
"""

from __future__ import annotations

import asyncio
from typing import Any

from station.alarms.alarms import Alarms
from station.alarms.rows import GOING_DARK
from station.clock import Clock, iso
from station.live.live import Live
from station.live.live_bus import Key, Limit, LiveBus
from station.live.services import Services
from station.settings import Settings

_TICK_S = 1.0
LAST_WILL, PROMISE, NO_STATE, REFUSED = "last_will", "promise", "no_state", "refused"
"""What decided: words of the alarm (station/alarms/words/going_dark.json)."""


class Silence:
    def __init__(self, clock: Clock, services: Services, live: Live, alarms: Alarms,
                 settings: Settings):  # fmt: skip
        self._clock = clock
        self._services = services
        self._live = live
        self._alarms = alarms
        self._dark_after_s = settings.dark_after_s
        self._will_after_s = settings.will_after_s
        self.judging = asyncio.Lock()
        self._unlisted: dict[Key, dict[str, Any]] = {}
        """Alarms that are raised, and not in the database yet."""

    async def watch(self) -> None:
        self._recall()
        while True:
            await self.judge()
            await asyncio.sleep(_TICK_S)

    async def show_only(self) -> None:
        """In a process that takes no records: the alarms are the leader's."""
        self._recall()
        while True:
            self._find_dark(self._clock.now_ms())
            await asyncio.sleep(_TICK_S)

    def _recall(self) -> None:
        for alarm in self._alarms.own():
            bus = self._live.bus(alarm.fleet, alarm.bus)
            if alarm.kind == GOING_DARK and bus.dark_ms is None and not bus.heard_again:
                bus.dark_ms = alarm.raised_ms

    async def judge(self) -> None:
        """Checks every bus once. Raises if the database is away; the next check does the rest."""
        async with self.judging:
            await self._judge()

    async def _judge(self) -> None:
        now_ms = self._clock.now_ms()
        active = {(a.fleet, a.bus): a for a in self._alarms.own() if a.kind == GOING_DARK}
        self._find_dark(now_ms)
        for bus in list(self._live):
            if bus.dark_ms is None or bus.key in active or bus.is_surely_empty:
                continue
            if not bus.unlisted:
                self._unlisted.setdefault(bus.key, self._alarm_values(bus, now_ms))
                self._mark(bus, True)
        for key, alarm in active.items():
            bus = self._live.bus(*key)
            if bus.dark_ms is None and (bus.heard_again or bus.gone_ms is not None):
                await self._alarms.clear_own(alarm.id)
        for key, values in list(self._unlisted.items()):
            await self._alarms.raise_own(*key, values)
            del self._unlisted[key]
            self._mark(self._live.bus(*key), False)

    def _find_dark(self, now_ms: int) -> None:
        if not self._services.broker.ok:
            return
        for bus in self._live:
            decided = min(self._limits(bus), key=lambda limit: limit.over_ms, default=None)
            if bus.dark_ms is None and decided is not None and now_ms >= decided.over_ms:
                bus.dark_ms, bus.dark_by = decided.dark_ms, decided
                self._live.show(bus)

    def _mark(self, bus: LiveBus, unlisted: bool) -> None:
        bus.unlisted = unlisted
        self._live.show(bus)

    def heard(self, fleet: str, name: str) -> None:
        """The bus spoke just now."""
        bus = self._live.bus(fleet, name)
        bus.heard_again = True
        if bus.dark_ms is not None:
            bus.dark_ms, bus.dark_by, bus.unlisted = None, None, False
            self._live.show(bus)

    def _limits(self, bus: LiveBus) -> list[Limit]:
        """Those that apply to the bus. While the station had no broker, none of them ran."""
        back_ms = self._services.broker.since_ms
        limits = []
        if bus.online is False and bus.offline_ms is not None:
            since_ms = max(bus.offline_ms, back_ms)
            limits.append(Limit(LAST_WILL, bus.offline_ms, since_ms, self._will_after_s))
        if bus.promise_ms is not None:
            by = PROMISE if bus.state is not None else NO_STATE
            since_ms = max(bus.promise_ms, back_ms)
            if bus.refused_ms is not None and bus.refused_ms > since_ms:
                by = REFUSED  # the bus speaks, or another speaks in its name
            limits.append(Limit(by, bus.promise_ms, since_ms, self._dark_after_s))
        return limits

    def _alarm_values(self, bus: LiveBus, now_ms: int) -> dict[str, Any]:
        """The alarm says how the bus was when it was last heard."""
        s = bus.state or {}
        decided = bus.dark_by
        seats = s.get("seats", {})
        last_ms = bus.spoke_ms if bus.state is None else bus.heard_ms
        silent_s = None if last_ms is None else (now_ms - last_ms) // 1000
        return {
            "kind": GOING_DARK,
            "raised_ms": now_ms,
            "lat": s.get("lat"),
            "lon": s.get("lon"),
            "accuracy_m": s.get("accuracy_m"),
            "estimated": s.get("estimated", False),
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
                "by": decided and decided.by,
                "since": iso(decided and decided.since_ms),
                "waited_s": decided and decided.wait_s,
                "last_will": bus.online is False,
                "silent_s": silent_s,
                "next_s": s.get("next_s"),
                "will_after_s": self._will_after_s,
                "dark_after_s": self._dark_after_s,
            },
        }
