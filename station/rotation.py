"""The city's key is replaced: each bus is told the keys that count now, as it comes online.

The keys that the fleet knows stand in the database (table own). Where the folder of keys holds
others, a rotation is under way (`python -m station keys --rotate`): first city.next.key beside
city.key, and once every bus knows both, the new one in the place of the old. A bus that was away
all the time has to be deployed anew: it knows none of the keys, and is asked once only, for each
refusal is a warning of that bus.
"""

from __future__ import annotations

import asyncio
import json
import logging

from station.commands import Commands
from station.db import own
from station.db.database import Database
from station.identity.signing import NoKey, Signer
from station.live.live import Live
from station.live.live_bus import Key, LiveBus
from station.told_keys import ToldKeys

log = logging.getLogger(__name__)
_LOOK_S = 5.0
_KNOWN = "city_keys"
_NAMED = 20
"""Buses that a line of the log names at most."""
BY = "station"


class Rotation:
    def __init__(self, database: Database, live: Live, signer: Signer, commands: Commands,
                 told_keys: ToldKeys):  # fmt: skip
        self._db = database
        self._live = live
        self._signer = signer
        self._commands = commands
        self._told_keys = told_keys
        self._told: dict[Key, list[str]] = {}
        self._refused: dict[Key, tuple[list[str], str | None]] = {}
        """With which identity it did so: with another one it is asked again."""
        self._noted: list[str] = []
        self._waits: list[str] = []
        """Buses that do not obey yet, as the log was told."""
        self._missed = ""
        """Why there is no key."""

    async def watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_S)

    async def look(self) -> None:
        """Tells the buses that are online and do not know the keys yet."""
        try:
            keys = self._signer.public_keys()
        except NoKey as error:
            if self._missed != str(error):
                self._missed = str(error)
                log.warning("%s (%s)", error, self._signer.source)
            return
        self._missed = ""
        known = await self._known()
        if known is None or known == keys:
            if known is None:  # a new station: its buses get the keys when they are enrolled
                await self._keep(keys)
            return
        if not set(known) & set(keys) and self._noted != keys:
            self._noted = keys
            log.warning("The folder of keys has none of the keys that the buses know (%s). If it "
                        "is the wrong folder, start the station with the right one. Else a bus "
                        "obeys only after `make enrol BUS=... ROTATE=1` and `make deploy`.",
                        ", ".join(known))  # fmt: skip
        buses = list(self._live)
        for bus in buses:
            is_asked = self._refused.get(bus.key) != (keys, bus.status_serial)
            if bus.online and is_asked and self._told.get(bus.key) != keys:
                await self._tell(bus, keys)
        waits = [bus.bus for bus in buses if self._told.get(bus.key) != keys]
        if waits and waits != self._waits:
            log.info("%d of %d buses obey the keys %s; not yet: %s.", len(buses) - len(waits),
                     len(buses), ", ".join(keys), ", ".join(waits[:_NAMED]))  # fmt: skip
        self._waits = waits
        if not waits:
            await self._keep(keys)
            log.info("Every bus obeys the keys %s of the city now.", ", ".join(keys))

    async def _tell(self, bus: LiveBus, keys: list[str]) -> None:
        self._told_keys.tell(bus.key, keys)
        try:
            answer = await self._commands.ask(bus, "city_keys", {"keys": keys}, BY)
        except TimeoutError:
            return  # it is asked again
        if answer.ok:
            self._told[bus.key] = keys
        else:
            self._told_keys.refused(bus.key)
            self._refused[bus.key] = keys, bus.status_serial
            log.warning("%s/%s keeps its keys of the city: %s It is asked again when the station "
                        "starts, or when the bus has another identity (`make enrol BUS=%s "
                        "ROTATE=1`, `make deploy`).",
                        *bus.key, answer.message, bus.bus)  # fmt: skip

    async def _known(self) -> list[str] | None:
        async with self._db.read() as connection:
            value = (await own.read(connection, _KNOWN)).get(_KNOWN)
        return None if value is None else json.loads(value)

    async def _keep(self, keys: list[str]) -> None:
        async with self._db.write() as connection:
            await own.write(connection, self._db, _KNOWN, json.dumps(keys))
