"""The forwarders that the settings ask for."""

from __future__ import annotations

from typing import Any

from station.alarms.alarms import Alarms
from station.clock import Clock
from station.db.database import Database
from station.feeds.forward import ngsi_ld, traccar
from station.feeds.forward.forwarder import Forwarder
from station.feeds.recent import recent_alarms
from station.live.live import Live
from station.live.sight import Sight
from station.live.view import view
from station.one_bad import over
from station.settings import Settings


class Forwards:
    def __init__(self, database: Database, clock: Clock, live: Live, alarms: Alarms,
                 settings: Settings):  # fmt: skip
        self._db = database
        self._clock = clock
        self._live = live
        self._alarms = alarms
        self._sight = Sight(frozenset(settings.forward_fleets) or None, phone=False)
        self.all: list[Forwarder] = []
        if settings.ngsi_ld:
            broker = ngsi_ld.ContextBroker(
                settings.ngsi_ld, settings.ngsi_ld_tenant, settings.ngsi_ld_token
            )
            self.all.append(
                Forwarder("The context broker", self._entities, broker.upsert, ngsi_ld.AT_ONCE)
            )
        if settings.traccar:
            server = traccar.Traccar(settings.traccar)
            self.all.append(Forwarder("Traccar", self._positions, server.put, traccar.AT_ONCE))

    def _buses(self, now_ms: int) -> list[dict[str, Any]]:
        shown = []
        for bus in self._live:
            with over("forward"):
                shown.append(view(bus, now_ms))
        return self._sight.of(shown)

    async def _positions(self, _: dict[str, Any]) -> dict[str, Any]:
        now_ms = self._clock.now_ms()
        found = {}
        for bus in self._buses(now_ms):
            with over("traccar"):
                position = traccar.position(bus, now_ms)
                if position is not None:
                    found[position["id"]] = position
        return found

    async def _entities(self, sent: dict[str, Any]) -> dict[str, Any]:
        """The broker gets to know of each alarm that it holds as active that it is over."""
        now_ms = self._clock.now_ms()
        found = {}
        for row in await self._rows(now_ms, ngsi_ld.still_active(sent)):
            with over("ngsi_ld"):
                entity = ngsi_ld.alert(row)
                found[entity["id"]] = entity
        for bus in [*self._buses(now_ms), *self._gone(now_ms)]:
            with over("ngsi_ld"):
                entity = ngsi_ld.vehicle(bus, now_ms)
                found[entity["id"]] = entity
        return found

    def _gone(self, now_ms: int) -> list[dict[str, Any]]:
        """Buses that were taken off the list: the broker keeps their names, and no more."""
        gone = (self._live.bus(*key) for key in self._live.gone())
        return self._sight.of({**view(bus, now_ms), "stale": True} for bus in gone)

    async def _rows(self, now_ms: int, also: list[int]) -> list[Any]:
        async with self._db.read() as connection:
            at_hand = self._alarms.at_hand
            return await recent_alarms(connection, self._sight, at_hand, now_ms, also)
