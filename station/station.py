"""The parts of a station, put together.

Each part is handed the parts that it needs; no part is handed the station.

Of the processes on one database one leads: it takes the records, raises alarms, and sends. The
others show the same pages (docs/standby.md). A Station has one of the two roles all its life;
when that ends (`over`), another Station goes on in its process (station/operator/serve.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

from station.accounts import Accounts
from station.alarms.alarms import Alarms
from station.alarms.silence import Silence
from station.alarms.two_boards import TwoBoards
from station.alarms.unrecorded import Unrecorded
from station.alarms.untrusted import UntrustedAlarms
from station.clock import Clock
from station.commands import Commands
from station.db.bus_ids import BusIds
from station.db.changes import Changes
from station.db.database import PATIENCE_S, Database
from station.db.expiry import Expiry
from station.db.own import own_id
from station.doors.streams import Streams
from station.ending import end
from station.feeds.forward.forwards import Forwards
from station.feeds.gtfs.feed import PerSecond
from station.feeds.home_assistant.announcer import Announcer
from station.feeds.trips import Trips
from station.follower import Follower
from station.identity.register import Register
from station.identity.signing import Signer
from station.ingest.broker import Broker
from station.ingest.gaps import Gaps
from station.ingest.intake import Intake
from station.ingest.quarantine import Quarantine
from station.ingest.rows import Journal
from station.ingest.seal import Seals
from station.ingest.store import Store
from station.live.health import Health
from station.live.hub import Hub
from station.live.leadership import Leadership
from station.live.live import Live
from station.live.saved import SavedStates
from station.live.services import Services
from station.notices.backlog import NoticeBacklog
from station.notices.heartbeat import Heartbeat
from station.notices.queue import NoticeQueue
from station.pipeline import Present, Records
from station.policy.delivery import Delivery
from station.release.delivery import Rollouts
from station.reports.daily import DailySums
from station.reports.maker import ReportMaker
from station.retained import Retained
from station.rotation import Rotation
from station.settings import Settings
from station.told_keys import ToldKeys

log = logging.getLogger(__name__)
Work = Callable[[], Awaitable[None]]
_PAUSE_S = 1.0
_TURN_S = 1.0
_LOOK_S = 0.5


class Station:
    """A message comes, is checked, is stored, changes alarms, is shown, is told."""

    def __init__(self, settings: Settings, clock: Clock | None = None,
                 database: Database | None = None, leads: bool = True):  # fmt: skip
        """database: one that is claimed already, if the station leads; another station goes on with
        it in another role."""
        self.settings = settings
        self.clock = clock = clock or Clock()
        self.leads = leads
        self.over = asyncio.Event()
        """The role of this process has changed."""
        self._outlives = database is not None
        self.db = db = database or Database(settings.db, PATIENCE_S)
        self.bus_ids = bus_ids = BusIds(db)
        self.accounts = Accounts(db, clock, settings)
        # What the browsers are sent, and what they are shown.
        self.hub = hub = Hub()
        self.streams = Streams()
        self.services = services = Services(clock, hub, db, settings.escalate_min)
        self.health = Health(db, services)
        self.leadership = Leadership(db, services)
        self.live = live = Live(clock, hub)
        self.saved = SavedStates(db, bus_ids, live)
        # A message comes,
        self.broker = broker = Broker(settings, clock, services, leads)
        # is checked and is stored,
        self.register = register = Register(db, clock)
        register.when_read = lambda: live.look_up(register.valid)
        intake = Intake(Seals(register, settings.accept_unsealed))
        self.quarantine = quarantine = Quarantine(db, clock)
        self.store = store = Store(db, bus_ids)
        self.gaps = Gaps(store, live)
        self.expiry = Expiry(
            db,
            clock,
            settings.keep_tracks_days,
            settings.keep_rides_days,
            settings.keep_events_days,
        )
        # changes alarms,
        self.alarms = alarms = Alarms(db, bus_ids, clock, live, hub, settings)
        self.silence = silence = Silence(clock, services, live, alarms, settings)
        self.unrecorded = Unrecorded(db, clock, services, live, alarms, silence.judging)
        self.untrusted = untrusted = UntrustedAlarms(db, bus_ids, clock, live, register, alarms)
        self.two_boards = two_boards = TwoBoards(db, bus_ids, clock, store, alarms)
        # is shown,
        self.signer = signer = Signer(db, clock, settings)
        self.delivery = delivery = Delivery(db, clock, services, live, broker.present, signer)
        self.rollouts = rollouts = Rollouts(db, clock, services, live, broker.present, signer,
                                            settings, leads)  # fmt: skip
        told_keys = ToldKeys(clock)
        self.records = Records(broker.records, clock, db, services, intake, store, quarantine,
                               alarms, untrusted, two_boards, told_keys, live,
                               settings)  # fmt: skip
        self.commands = commands = Commands(broker.present, signer)
        self.retained = Retained(register, broker.present)
        self.rotation = Rotation(db, live, signer, commands, told_keys)
        self.present = Present(broker.present, intake, quarantine, untrusted, two_boards, live,
                               silence, delivery, commands, rollouts)  # fmt: skip
        self.reports = ReportMaker()
        self.daily_sums = DailySums(db, clock)
        # is told.
        self.notice_backlog = NoticeBacklog(db, clock)
        self.notice_queue = NoticeQueue(
            db, clock, settings.notices, limit_s=settings.notice_limit_s
        )
        self.heartbeat = Heartbeat(
            self.notice_queue, db, clock, services, settings.notice_heartbeat
        )
        self.announcer = Announcer(services, live, broker.present, settings.dark_after_s)
        self.forwards = Forwards(db, clock, live, alarms, settings)
        self.trips, self.per_second = Trips(db), PerSecond()
        # Another process shows the same, and is told what this one wrote.
        self.follower = Follower(broker.present, intake, live, silence, commands)
        self.changes = Changes(db, {
            "alarm": alarms.changed, "bus": self.saved.changed,
            "policy": lambda _: delivery.read(), "person": self.accounts.sessions.changed,
            "tried": self.accounts.tried,
        })  # fmt: skip
        self._tasks: list[asyncio.Task] = []

    @property
    def role(self) -> Literal["leader", "standby", "page"]:
        return "leader" if self.leads else "standby" if self.settings.role == "all" else "page"

    async def start(self) -> None:
        """database.DatabaseError: the station cannot work with this database."""
        await self.db.upgrade()
        if self.leads and not self.db.leads:
            await self.db.lead()
        self.services.note(self.services.database, True)
        await self._recall()
        if self.settings.home_assistant and self.leads:
            self.announcer.listen()
        self.broker.identify(await own_id(self.db))
        self.broker.start()
        self.db.lease.is_deaf = lambda: not self.services.broker.ok
        for work in self._leads_by() if self.leads else self._follows_by():
            self._tasks.append(asyncio.create_task(self._keep_on(work), name=work.__qualname__))

    def _leads_by(self) -> list[Work]:
        """What only one process of all may do."""
        works: list[Work] = [
                 self.records.run, self.present.run, self.silence.watch, self.unrecorded.watch,
                 self.alarms.watch, self.saved.watch, self.gaps.watch, self.expiry.watch,
                 self.notice_queue.watch, self.heartbeat.watch,
                 self.delivery.watch, self.rotation.watch,
                 self.rollouts.watch, self.rollouts.pieces.watch,
                 self.register.watch, self.retained.watch,
                 self.quarantine.watch, self.untrusted.watch, self.two_boards.watch,
                 self.changes.watch, self.daily_sums.watch, self._hold_lease,
                 self.health.watch]  # fmt: skip
        if self.settings.home_assistant:
            works.append(self.announcer.watch)
        return [*works, *(one.watch for one in self.forwards.all)]

    def _follows_by(self) -> list[Work]:
        """What a process does that shows pages only. It writes what staff do, and nothing else."""
        works: list[Work] = [self.follower.run, self.silence.show_only, self.register.follow,
                 self.changes.watch, self.health.watch, self.leadership.watch]  # fmt: skip
        if self.settings.role == "all":
            works.append(self._await_turn)
        return works

    async def stop(self) -> None:
        await self.reports.stop()
        await self.broker.stop()
        await self.notice_queue.finish()
        async with self.db.calm():
            await end(self._tasks)
        if not (self._outlives and self.over.is_set()):
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

    async def journals_of(self, fleet: str, bus: str) -> list[Journal]:
        """As they are now: the leader has them at hand; another process reads them, as if the last
        records had come a minute ago."""
        if not self.leads:
            await self.store.recall(self.clock.now_ms() - 60_000, (fleet, bus))
        return self.store.journals_of(fleet, bus)

    async def _hold_lease(self) -> None:
        """While another process may have the lease, the records stay with the broker: two sessions
        of one name would end each other's connections."""
        lease, records, is_stopped = self.db.lease, self.broker.records, False
        while not lease.lost.is_set():
            if lease.is_sure and is_stopped:
                records.start()
            elif not lease.is_sure and not is_stopped:
                await asyncio.to_thread(records.stop)
            is_stopped = not lease.is_sure
            await asyncio.sleep(_LOOK_S)
        log.warning("Another station leads now: this one takes no records any more.")
        await self._end_role()

    async def _await_turn(self) -> None:
        while not await self.db.claim(hears=self.services.broker.ok):
            await asyncio.sleep(_TURN_S)
        log.warning("The station that led has ended: this one takes over.")
        await self._end_role()

    async def _end_role(self) -> None:
        self.over.set()
        await asyncio.Event().wait()

    async def _keep_on(self, work: Work) -> None:
        """For ever: an error in one part is logged and ends no other part."""
        while True:
            try:
                await work()
            except Exception as error:
                if not self.services.is_database_away(error):
                    log.exception("%s failed; it is started again.", work.__qualname__)
            await asyncio.sleep(_PAUSE_S)
