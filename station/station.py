"""The parts of a station, put together.

Each part is handed the parts that it needs; no part is handed the station.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from station.accounts import Accounts
from station.alarms.alarms import Alarms
from station.alarms.silence import Silence
from station.alarms.two_boards import TwoBoards
from station.alarms.unrecorded import Unrecorded
from station.alarms.untrusted import UntrustedAlarms
from station.clock import Clock
from station.commands import Commands
from station.db.bus_ids import BusIds
from station.db.database import Database
from station.db.expiry import Expiry
from station.db.own import own_id
from station.doors.streams import Streams
from station.feeds.home_assistant import Announcer
from station.identity.register import Register
from station.identity.signing import Signer
from station.ingest.gaps import Gaps
from station.ingest.intake import Intake
from station.ingest.mqtt import Broker
from station.ingest.quarantine import Quarantine
from station.ingest.seal import Seals
from station.ingest.store import Store
from station.live.hub import Hub
from station.live.live import Live
from station.live.saved import SavedStates
from station.live.services import Services
from station.notices.queue import NoticeQueue
from station.pipeline import Present, Records
from station.policy.delivery import Delivery
from station.release.delivery import Rollouts
from station.reports.maker import ReportMaker
from station.retained import Retained
from station.rotation import Rotation
from station.settings import Settings
from station.told_keys import ToldKeys

log = logging.getLogger(__name__)
_PAUSE_S = 1.0


class Station:
    """A message comes, is checked, is stored, changes alarms, is shown, is told."""

    def __init__(self, settings: Settings, clock: Clock | None = None):
        self.settings = settings
        self.clock = clock = clock or Clock()
        self.db = db = Database(settings.db)
        self.bus_ids = bus_ids = BusIds(db)
        self.accounts = Accounts(db, clock, settings)
        # What the browsers are sent, and what they are shown.
        self.hub = hub = Hub()
        self.streams = Streams()
        self.services = services = Services(clock, hub, db, settings.escalate_min)
        self.live = live = Live(clock, hub)
        self.saved = SavedStates(db, bus_ids, live)
        # A message comes,
        self.broker = broker = Broker(settings, clock, services)
        # is checked and is stored,
        self.register = register = Register(db, clock)
        register.when_read = lambda: live.look_up(register.valid)
        intake = Intake(Seals(register, settings.accept_unsealed))
        self.quarantine = quarantine = Quarantine(db, clock)
        self.store = store = Store(db, bus_ids, quarantine)
        self.gaps = Gaps(store, live)
        self.expiry = Expiry(db, clock, settings.keep_tracks_days)
        # changes alarms,
        self.alarms = alarms = Alarms(db, bus_ids, clock, live, hub, settings)
        self.silence = silence = Silence(clock, services, live, alarms, settings)
        self.unrecorded = Unrecorded(clock, services, live, alarms, silence.judging)
        self.untrusted = untrusted = UntrustedAlarms(db, bus_ids, clock, live, register, alarms)
        self.two_boards = two_boards = TwoBoards(db, bus_ids, clock, store, alarms)
        # is shown,
        self.signer = signer = Signer(db, clock, settings)
        self.delivery = delivery = Delivery(db, clock, services, live, broker.present, signer)
        self.rollouts = rollouts = Rollouts(db, clock, services, live, broker.present, signer,
                                            settings)  # fmt: skip
        told_keys = ToldKeys(clock)
        self.records = Records(broker.records, clock, db, services, intake, store, quarantine,
                               alarms, untrusted, two_boards, told_keys, live,
                               settings)  # fmt: skip
        self.commands = commands = Commands(broker.present, signer)
        self.retained = Retained(register, broker.present)
        self.rotation = Rotation(db, live, signer, commands, told_keys)
        self.present = Present(broker.present, intake, quarantine, untrusted, two_boards, live,
                               silence, delivery, commands, rollouts)  # fmt: skip
        self.reports = ReportMaker(db)
        # is told.
        self.notice_queue = NoticeQueue(db, clock, settings.notices)
        self.announcer = Announcer(services, live, broker.present)
        self._tasks: list[asyncio.Task] = []

    async def start(self) -> None:
        """database.DatabaseError: the station cannot work with this database."""
        await self.db.upgrade()
        await self.db.claim()
        self.services.note(self.services.database, True)
        await self._recall()
        self.broker.identify(await own_id(self.db))
        self.broker.start()
        works = [self.records.run, self.present.run, self.silence.watch, self.unrecorded.watch,
                 self.alarms.watch, self.saved.watch, self.gaps.watch, self.expiry.watch,
                 self.notice_queue.watch, self.delivery.watch, self.rotation.watch,
                 self.rollouts.watch, self.rollouts.pieces.watch,
                 self.register.watch, self.retained.watch,
                 self.quarantine.watch, self.untrusted.watch, self.two_boards.watch]  # fmt: skip
        if self.settings.home_assistant:
            works.append(self.announcer.watch)
        for work in works:
            self._tasks.append(asyncio.create_task(self._keep_on(work), name=work.__qualname__))

    async def stop(self) -> None:
        await self.broker.stop()
        await self.notice_queue.finish()
        async with self.db.calm():
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.db.close()

    async def _recall(self) -> None:
        """Reads what the database knows of the buses."""
        await self.register.read()
        await self.saved.recall()
        now_ms = self.clock.now_ms()
        for fleet, bus in await self.store.recall(now_ms):
            self.live.bus(fleet, bus).spoke_ms = now_ms
        await self.alarms.recall()
        await self.two_boards.recall()

    async def _keep_on(self, work: Callable[[], Awaitable[None]]) -> None:
        """For ever: an error in one part is logged and ends no other part."""
        while True:
            try:
                await work()
            except Exception as error:
                if not self.services.is_database_away(error):
                    log.exception("%s failed; it is started again.", work.__qualname__)
            await asyncio.sleep(_PAUSE_S)
