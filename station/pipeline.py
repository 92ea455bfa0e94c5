"""A message comes, is checked, is stored, changes alarms, is shown.

It takes one of two ways, as it comes in one of the broker's two sessions (station/ingest/mqtt.py):
`Records` commits a batch and only then acknowledges it; `Present` shows at once what is true now,
and never waits for the database.
"""

from __future__ import annotations

import asyncio
import logging

from station.alarms.alarms import Alarms
from station.alarms.change import change_alarms
from station.alarms.silence import Silence
from station.alarms.two_boards import TwoBoards
from station.alarms.untrusted import UntrustedAlarms
from station.clock import Clock
from station.commands import Commands
from station.db.database import Database
from station.ingest.contract import Bad, Message
from station.ingest.intake import Intake
from station.ingest.mqtt import Came, Session
from station.ingest.quarantine import Quarantine
from station.ingest.seal import Untrusted, unreadable
from station.ingest.store import Store
from station.live.live import Live
from station.live.services import Services
from station.policy.delivery import Delivery
from station.release.delivery import Rollouts
from station.reports.daily import forget as forget_sums
from station.settings import Settings
from station.told_keys import ToldKeys

log = logging.getLogger(__name__)
_RETRY_S = 1.0
_PRESENT_AT_ONCE = 1000
Checked = list[tuple[Message, Came]]


def aside(bad: list[Bad], untrusted: list[Untrusted]) -> list[Bad]:
    """What the quarantine is offered."""
    return bad + [one.bad for one in untrusted]


class Records:
    """A message that the database refuses (and it can be written) is found by halving the batch,
    and goes to the quarantine: one bad message stops no other (P13). An alarm among them raises
    `untrusted`."""

    def __init__(self, session: Session, clock: Clock, database: Database, services: Services,
                 intake: Intake, store: Store, quarantine: Quarantine, alarms: Alarms,
                 untrusted: UntrustedAlarms, two_boards: TwoBoards, told_keys: ToldKeys,
                 live: Live, settings: Settings):  # fmt: skip
        self._session = session
        self._clock = clock
        self._db = database
        self._services = services
        self.intake = intake
        self._store = store
        self._quarantine = quarantine
        self._alarms = alarms
        self._untrusted = untrusted
        self._two_boards = two_boards
        self._told_keys = told_keys
        self._live = live
        self._batch = settings.batch
        self._late_s = settings.late_s

    async def run(self) -> None:
        while True:
            batch = await self._session.take(self._batch)
            try:
                messages, bad, untrusted = self.intake.sort(batch)
                self._untrusted.note(untrusted)
                bad = self._quarantine.allowed(aside(bad, untrusted), self._clock.now_ms())
                await self.keep(messages, bad)
            except Exception as error:
                if not self._services.is_database_away(error):
                    raise
                # The broker keeps the batch, and sends it again once the session is back.
                await asyncio.to_thread(self._session.stop)
                await self._until_database_is_back()
                self._session.start()
                continue
            self._services.note(self._services.database, True)
            self._session.acknowledge(batch)

    async def keep(self, messages: Checked, bad: list[Bad]) -> None:
        """Stores the batch and shows what it changed."""
        try:
            await self._commit(messages, bad)
            return
        except Exception as error:
            if self._services.is_database_away(error) or not messages:
                raise
            if len(messages) == 1:
                message, came = messages[0]
                log.warning("The database refuses a message of %s, which goes to the quarantine: "
                            "%s", came.topic, type(error).__name__)  # fmt: skip
                reason = f"the database refuses it: {type(error).__name__}"
                refused = Bad(came.topic, came.payload, reason)
                bad = [*bad, refused]
                self._untrusted.note([unreadable(*message[:3], refused)])
        half = len(messages) // 2
        await self.keep(messages[:half], bad)
        if half:
            await self.keep(messages[half:], [])

    async def _commit(self, messages: Checked, bad: list[Bad]) -> None:
        now_ms = self._clock.now_ms()
        with self._untrusted.taking() as untrusted:
            async with self._db.write() as connection:
                stored = await self._store.put(connection, messages, bad, now_ms)
                await forget_sums(connection, self._db.is_sqlite, stored)
                changed = await change_alarms(
                    connection, stored, self._late_s, now_ms, self._told_keys.expects
                )
                self._untrusted.note(stored.differing)
                changed += await self._untrusted.put(connection, untrusted, now_ms)
        self._store.remember(stored)
        self._two_boards.records(stored)
        for journal in stored.journals:
            self._live.spoke(*journal.key[:2], journal.last_ms)
        await self._alarms.show(changed)

    async def _until_database_is_back(self) -> None:
        while True:
            await asyncio.sleep(_RETRY_S)
            try:
                await self._db.probe()
            except Exception as error:
                if not self._services.is_database_away(error):
                    raise
            else:
                log.info("The database answers again.")
                self._services.note(self._services.database, True)
                return


class Present:
    def __init__(self, session: Session, intake: Intake, quarantine: Quarantine,
                 untrusted: UntrustedAlarms, two_boards: TwoBoards, live: Live, silence: Silence,
                 delivery: Delivery, commands: Commands, rollouts: Rollouts):  # fmt: skip
        self._session = session
        self._intake = intake
        self._quarantine = quarantine
        self._untrusted = untrusted
        self._two_boards = two_boards
        self._live = live
        self._silence = silence
        self._delivery = delivery
        self._commands = commands
        self._rollouts = rollouts

    async def run(self) -> None:
        while True:
            for came in await self._session.take(_PRESENT_AT_ONCE):
                messages, bad, untrusted = self._intake.sort([came])
                for message, _ in messages:
                    self._show(message, came)
                self._untrusted.note(untrusted)
                kept = self._quarantine.allowed(aside(bad, untrusted), came.heard_ms)
                self._quarantine.waiting += kept
            await asyncio.sleep(0)  # other tasks get their turn

    def _show(self, message: Message, came: Came) -> None:
        fleet, bus, name, body, serial = message
        if name == "reply":
            self._delivery.answered(fleet, bus, body)
            self._commands.answered(fleet, bus, body)
            self._rollouts.answered(fleet, bus, body)
            return
        if name == "fetch":
            if not came.retained:
                self._live.spoke(fleet, bus, came.heard_ms)
                self._rollouts.fetched(fleet, bus, body, came.heard_ms)
            return
        if name == "status" and not came.retained:
            self._two_boards.status((fleet, bus), body, came.heard_ms)
        take = self._live.state if name == "state" else self._live.status
        if take(fleet, bus, body, came.retained, came.heard_ms, serial):
            self._silence.heard(fleet, bus)
