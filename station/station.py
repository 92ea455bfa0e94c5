"""The parts of a station, put together. Data flows one way:

broker -> mqtt -> ingest -> store -> database
               \\-> live -> hub -> browsers
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from station.accounts import Accounts
from station.alarms.alarms import Alarms
from station.alarms.silence import Silence
from station.clock import Clock
from station.db.database import Database, is_away
from station.db.expiry import Expiry
from station.feeds.home_assistant import Announcer
from station.ingest.ingest import Ingest
from station.ingest.mqtt import Broker
from station.ingest.store import Store
from station.live.health import Health
from station.live.hub import Hub
from station.live.live import Bus, Live, view
from station.notices.outbox import Outbox
from station.policy.delivery import Delivery
from station.settings import Settings

log = logging.getLogger("station")
_AWAY_S = 1.0


class Station:
    def __init__(self, settings: Settings, clock: Clock | None = None):
        self.settings = settings
        self.clock = clock or Clock()
        self.db = Database(settings.db)
        self.hub = Hub()
        self.health = Health(self.clock, settings.escalate_min)
        self.health.told = lambda body: self.hub.tell("station", "", body)
        self.accounts = Accounts(self.db, self.clock, settings)
        self.live = Live(self._tell)
        self.alarms = Alarms(self)
        self.store = Store(self)
        self.broker = Broker(settings, self.clock, self.health)
        self.ingest = Ingest(self)
        self.silence = Silence(self)
        self.delivery = Delivery(self)
        self.expiry = Expiry(self)
        self.outbox = Outbox(self, settings.routes)
        self._tasks: list[asyncio.Task] = []

    async def start(self) -> None:
        """database.DatabaseError: it cannot work with this database."""
        await self.db.upgrade()
        await self.db.claim()
        self.health.note(self.health.database, True)
        await self.store.recall()
        await self.alarms.recall()
        self.broker.start()
        works = [self.ingest.records, self.ingest.present, self.silence.watch,
                 self.alarms.watch, self.expiry.watch, self.outbox.watch,
                 self.delivery.watch]  # fmt: skip
        if self.settings.home_assistant:
            works.append(Announcer(self).watch)
        for work in works:
            self._tasks.append(asyncio.create_task(self._go_on(work), name=work.__qualname__))

    async def stop(self) -> None:
        await self.broker.stop()
        async with self.db.calm():
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.db.close()

    async def _go_on(self, work: Callable[[], Awaitable[None]]) -> None:
        """For ever: what goes wrong in one part is logged and ends nothing."""
        while True:
            try:
                await work()
            except Exception as error:
                if not self.is_away(error):
                    log.exception("%s failed and goes on", work.__qualname__)
            await asyncio.sleep(_AWAY_S)

    def _tell(self, bus: Bus) -> None:
        """To whoever looks at a page."""
        if bus.gone_ms is None:
            self.hub.tell("bus", bus.key, view(bus, self.clock.now_ms()))
        else:
            self.hub.tell("gone", bus.key, {"fleet": bus.fleet, "bus": bus.bus})

    def is_away(self, error: BaseException) -> bool:
        """Takes note if it means that the database is away."""
        if not is_away(error):
            return False
        if self.health.database.ok:
            log.warning(
                "The database %s does not answer (%s).", self.db.shown, type(error).__name__
            )
        self.health.note(self.health.database, False)
        return True
