"""From the broker into the database and the present.

Records: take what has come, commit it, acknowledge it; nothing is acknowledged that is not
committed. What the database refuses (and not: cannot take now) is found by halving the batch,
and goes to the quarantine, so that one bad message stops nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

from station.ingest import contract
from station.ingest.contract import Bad
from station.ingest.mqtt import Came

if TYPE_CHECKING:
    from station.station import Station

log = logging.getLogger("station.ingest")
_RETRY_S = 1.0
_BAD_KEPT = 100


class Ingest:
    def __init__(self, station: Station):
        self._station = station
        self._bad: deque[Bad] = deque(maxlen=_BAD_KEPT)

    async def records(self) -> None:
        station = self._station
        session = station.broker.records
        while True:
            batch = await session.take(station.settings.batch)
            try:
                await self._keep(batch)
            except Exception as error:
                if not station.is_away(error):
                    raise
                await asyncio.to_thread(
                    session.stop
                )  # the broker keeps them, and hands them out again
                await self._until_it_is_back()
                session.start()
                continue
            station.health.note(station.health.database, True)
            session.acknowledge(batch)

    async def present(self) -> None:
        station = self._station
        while True:
            for came in await station.broker.present.take(1000):
                await self._one(came)
            await asyncio.sleep(0)  # whoever else is waiting

    async def _one(self, came: Came) -> None:
        live, now_ms = self._station.live, came.heard_ms
        if not came.payload and came.topic.startswith("schoolbus/"):
            return  # a retained message was taken off the broker
        message = contract.read(came.topic, came.payload)
        if isinstance(message, Bad):
            self._bad.append(message)
            await self._quarantine(now_ms)
        elif message is not None and message.name == "reply":
            self._station.delivery.answered(message.fleet, message.bus, message.body)
        elif message is not None:
            take = live.state if message.name == "state" else live.status
            heard = take(message.fleet, message.bus, message.body, came.retained, now_ms)
            if heard:
                self._station.silence.heard(message.fleet, message.bus)

    async def _quarantine(self, now_ms: int) -> None:
        """What was bad among states and the like; while the database is away it is kept here."""
        bad = list(self._bad)
        try:
            if bad:
                await self._station.store.keep([], bad, now_ms)
        except Exception as error:
            if not self._station.is_away(error):
                raise
        else:
            for _ in bad:
                self._bad.popleft()

    async def _keep(self, batch: list[Came]) -> None:
        messages, bad = [], []
        for came in batch:
            if not came.payload:
                continue  # a retained message was taken off the broker
            message = contract.read(came.topic, came.payload)
            if isinstance(message, Bad):
                bad.append(message)
            elif message is not None:
                messages.append((message, came))
        await self._commit(messages, bad)

    async def _commit(self, messages: list, bad: list[Bad]) -> None:
        now_ms = self._station.clock.now_ms()
        try:
            await self._station.store.keep(messages, bad, now_ms)
            return
        except Exception as error:
            if self._station.is_away(error) or not messages:
                raise
            if len(messages) == 1:
                came = messages[0][1]
                log.warning("A message of %s goes to the quarantine: %s", came.topic,
                            type(error).__name__)  # fmt: skip
                reason = f"the database refuses it: {type(error).__name__}"
                bad = [*bad, Bad(came.topic, came.payload, reason)]
        if len(messages) == 1:
            await self._commit([], bad)
            return
        half = len(messages) // 2
        await self._commit(messages[:half], bad)
        await self._commit(messages[half:], [])

    async def _until_it_is_back(self) -> None:
        while True:
            await asyncio.sleep(_RETRY_S)
            try:
                await self._station.store.probe()
            except Exception as error:
                if not self._station.is_away(error):
                    raise
            else:
                log.info("The database is there again.")
                self._station.health.note(self._station.health.database, True)
                await self._quarantine(self._station.clock.now_ms())
                return
