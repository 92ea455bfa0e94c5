"""The newest state of each bus in the database: read at the start, written as it changes."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from sqlalchemy import bindparam, select, true, update

from station.db.bus_ids import BusIds
from station.db.database import Database
from station.db.tables import buses
from station.live import order
from station.live.live import Live
from station.live.live_bus import Key

_SAVE_S = 5
_IN_ONE = 250
"""Buses in one transaction: the next record waits no longer."""
_LONGEST_PROMISE_S = 4000
"""As in docs/schema/state.schema.json, which an older station did not ask for."""


class SavedStates:
    def __init__(self, database: Database, bus_ids: BusIds, live: Live):
        self._db = database
        self._bus_ids = bus_ids
        self._live = live

    async def recall(self) -> None:
        """What was known when the station last ran. What has come since counts more."""
        async with self._db.read() as connection:
            rows = (await connection.execute(select(buses))).all()
        for row in rows:
            self._bus_ids.remember((row.fleet, row.bus), row.id)
            bus = self._live.bus(row.fleet, row.bus)
            bus.label, bus.phone, bus.layout = row.label, row.phone, row.layout
            bus.gone_ms = row.gone_ms
            if bus.state is None and row.state:
                next_s = min(row.state["next_s"], _LONGEST_PROMISE_S)
                bus.state, bus.heard_ms = row.state | {"next_s": next_s}, row.state_heard_ms
                bus.odd_clock = order.has_odd_clock(row.state, row.state_heard_ms, retained=False)
                order.recall(bus, row.state_order)
                is_sealed = row.status_serial is not None
                bus.is_doubted = is_sealed and not order.has_order(row.state)
                is_promise = not bus.odd_clock and not bus.is_doubted
                bus.promised_ms = None if is_promise else row.state_heard_ms
            if bus.status is None and row.status:
                bus.status, bus.online = row.status, row.status["online"]
                bus.status_serial = row.status_serial
                bus.offline_ms = None if bus.online else row.status_heard_ms
            self._live.show(bus)

    async def changed(self, numbers: list[int]) -> None:
        """Another process changed what staff say of these buses; none: of any."""
        columns = (buses.c.fleet, buses.c.bus, buses.c.label, buses.c.phone, buses.c.layout,
                   buses.c.gone_ms)  # fmt: skip
        which = select(*columns).where(buses.c.id.in_(set(numbers)) if numbers else true())
        async with self._db.read() as connection:
            rows = (await connection.execute(which)).all()
        for row in rows:
            bus = self._live.bus(row.fleet, row.bus)
            said = (row.label, row.phone, row.layout)
            if said == (bus.label, bus.phone, bus.layout) and row.gone_ms == bus.gone_ms:
                continue
            bus.label, bus.phone, bus.layout = said
            if row.gone_ms is None or bus.last_word_ms <= row.gone_ms:
                bus.gone_ms = row.gone_ms
            if bus.gone_ms is not None:
                bus.dark_ms = None
            self._live.show(bus)

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_S)
            if self._live.unsaved:
                await self.save()

    async def save(self) -> None:
        live = self._live
        keys, live.unsaved = live.unsaved, set()
        try:
            while keys:
                some = set(itertools.islice(keys, _IN_ONE))
                await self._save(some)
                keys -= some
        except BaseException:
            live.unsaved |= keys
            raise

    async def _save(self, keys: set[Key]) -> None:
        async with self._db.write() as connection:
            ids = await self._bus_ids.of_all(connection, keys)
            rows = [self._row(key, number) for key, number in ids.items()]
            change = update(buses).where(buses.c.id == bindparam("of_bus"))
            await connection.execute(change, rows)
        for key, number in ids.items():
            self._bus_ids.remember(key, number)

    def _row(self, key: Key, number: int) -> dict[str, Any]:
        bus = self._live.bus(*key)
        offline = bus.online is False
        return {
            "of_bus": number,
            "state": bus.state, "state_heard_ms": bus.heard_ms,
            "state_order": order.saved(bus), "status": bus.status,
            "status_serial": bus.status_serial,
            "status_heard_ms": bus.offline_ms if offline else bus.heard_ms,
            "gone_ms": bus.gone_ms,
        }  # fmt: skip
