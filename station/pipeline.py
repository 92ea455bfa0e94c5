"""A message comes, is checked, is stored, changes alarms, is shown.

It takes one of two ways, as it comes in one of the broker's two sessions (station/ingest/mqtt.py):
`Records` commits a batch and only then acknowledges it; `Present` shows at once what is true now,
and never waits for the database.
"""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from station.alarms.alarms import Alarms
from station.alarms.change import change_alarms
from station.alarms.silence import Silence
from station.alarms.two_boards import TwoBoards
from station.alarms.untrusted import UntrustedAlarms
from station.clock import DAY_MS, Clock
from station.commands import Commands
from station.db.database import Database
from station.ingest.apart import Apart, Checked
from station.ingest.came import Came
from station.ingest.contract import Bad, Message, Place, place_of
from station.ingest.intake import Intake
from station.ingest.mqtt import Session
from station.ingest.quarantine import Quarantine
from station.ingest.seal import Untrusted, unreadable
from station.ingest.store import Store, Stored
from station.live.live import Live
from station.live.services import Services
from station.policy.delivery import Delivery
from station.release.delivery import Rollouts
from station.reports.daily import forget as forget_sums
from station.settings import Settings
from station.told_keys import ToldKeys

log = logging.getLogger(__name__)
_RETRY_S = 0.2
_PRESENT_AT_ONCE = 500
_IN_A_TURN = 10
"""States; then the other tasks get their turn: a commit takes many, and each waits so long."""


class Changed(NamedTuple):
    """What messages changed in the database."""

    stored: Stored
    alarms: list[int]
    """Ids."""


def aside(bad: list[Bad], untrusted: list[Untrusted]) -> list[Bad]:
    """What the quarantine is offered."""
    return bad + [one.bad for one in untrusted]


class Records:
    """A batch of records is one transaction, and what is kept aside another: nothing bad stands in
    the way of a record. A bus whose record the database refuses (and it can be written) is stored
    apart for a minute, a few messages at a time and each by itself: one bad message stops no other
    (P13), and costs no other bus more than a moment. The refused message goes to the quarantine,
    and an alarm among them raises `untrusted`."""

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
        self._apart = Apart()
        self._batch = settings.batch
        self._late_s = settings.late_s
        self._rides_ms = settings.keep_rides_days * DAY_MS

    def lag_s(self) -> float:
        """How long the oldest message has waited for its commit; 0: none waits."""
        oldest_ms = self._session.oldest_ms()
        return 0.0 if oldest_ms is None else max(0, self._clock.now_ms() - oldest_ms) / 1000

    async def run(self) -> None:
        while True:
            batch = await self._session.take(self._batch, waits=not self._apart)
            try:
                done = await self._take(batch)
            except Exception as error:
                if not self._services.is_database_away(error):
                    log.exception("%d messages could not be taken; the broker sends them again.",
                                  len(batch))  # fmt: skip
                await self._begin_again()
                continue
            self._session.acknowledge(done)

    async def _begin_again(self) -> None:
        """Once the database answers. The broker keeps what is not acknowledged, and sends it again
        when the session is back."""
        await asyncio.to_thread(self._session.stop)
        self._apart.clear()
        await asyncio.sleep(_RETRY_S)
        while not self._services.database.ok:  # station/live/health.py asks it
            await asyncio.sleep(_RETRY_S)
        self._session.start()

    async def _take(self, batch: list[Came]) -> list[Came]:
        """-> what is committed, or kept aside."""
        messages, bad, untrusted = self.intake.sort(batch)
        self._untrusted.note(untrusted)
        common, others = self._apart.split(messages)
        held = others + await self.keep(common, aside(bad, untrusted))
        self._apart.add(held)
        waiting = {id(came) for _, came in held}
        done = [came for came in batch if id(came) not in waiting]
        few = self._apart.take()
        if few:
            await self._keep_each(few)
        return done + [came for _, came in few]

    async def keep(self, messages: Checked, bad: list[Bad]) -> Checked:
        """Stores the batch and shows what it changed -> the messages of the buses for which the
        database refuses one."""
        held: Checked = []
        try:
            stored = [await self._commit(messages)] if messages else []
        except Exception as error:
            if self._services.is_database_away(error):
                raise
            stored, held = await self._commit_halves(messages)
        await self._show(stored)
        await self._set_aside(bad, stored)
        return held

    async def _commit(self, messages: Checked) -> Changed:
        async with self._db.write() as connection:
            return await self._put(connection, messages, [])

    async def _commit_halves(self, messages: Checked) -> tuple[list[Changed], Checked]:
        """In one transaction. The buses for which the database refuses a message are found by
        halving -> what was stored, the messages of those buses."""
        stored: list[Changed] = []
        held: Checked = []
        by_bus: dict[tuple[str, str], Checked] = {}
        for one in messages:
            by_bus.setdefault(one[0][:2], []).append(one)
        parts = [list(by_bus.values())]
        async with self._db.write() as connection:
            while parts:
                part = parts.pop()
                whole = [one for of_bus in part for one in of_bus]
                if await self._try(connection, whole, stored) is None:
                    continue
                if len(part) == 1:
                    held += whole
                else:
                    half = len(part) // 2
                    parts += [part[half:], part[:half]]
        return stored, held

    async def _keep_each(self, messages: Checked) -> None:
        """In one transaction, each message by itself."""
        stored: list[Changed] = []
        bad = []
        async with self._db.write() as connection:
            for message, came in messages:
                error = await self._try(connection, [(message, came)], stored)
                if error is not None:
                    log.warning("The database refuses a message of %s, which goes to the "
                                "quarantine: %s", came.topic, type(error).__name__)  # fmt: skip
                    self._apart.refused(message)
                    reason = f"the database refuses it: {type(error).__name__}"
                    bad.append(Bad(came.topic, came.payload, reason))
                    self._untrusted.note([unreadable(*message[:3], bad[-1])])
        await self._show(stored)
        await self._set_aside(bad, stored)

    async def _try(self, connection: AsyncConnection, messages: Checked,
                   stored: list[Changed]) -> Exception | None:  # fmt: skip
        """Stores them all, or none: then -> why the database refuses one."""
        try:
            async with connection.begin_nested():
                stored.append(await self._put(connection, messages, stored))
        except Exception as error:
            if self._services.is_database_away(error):
                raise
            return error
        return None

    async def _put(self, connection: AsyncConnection, messages: Checked,
                   before: list[Changed]) -> Changed:  # fmt: skip
        now_ms = self._clock.now_ms()
        so_far = [one.stored for one in before]
        stored = await self._store.put(connection, messages, now_ms, so_far)
        rides_since_ms = now_ms - self._rides_ms
        await forget_sums(connection, self._db.is_sqlite, stored, rides_since_ms)
        expects = self._told_keys.expects
        numbers = await change_alarms(connection, stored, self._late_s, now_ms, expects)
        return Changed(stored, numbers)

    async def _show(self, changed: list[Changed]) -> None:
        """It is committed."""
        numbers: dict[int, None] = {}
        for stored, ids in changed:
            self._store.remember(stored)
            self._two_boards.records(stored)
            for journal in stored.journals:
                self._live.spoke(*journal.key[:2], journal.last_ms)
            numbers |= dict.fromkeys(ids)
        await self._alarms.show(list(numbers))

    async def _set_aside(self, bad: list[Bad], changed: list[Changed]) -> None:
        """Keeps what is not taken, and raises what staff have to look at."""
        more = [one for stored, _ in changed for one in stored.untrusted]
        self._untrusted.note(more)
        now_ms = self._clock.now_ms()
        kept = self._quarantine.allowed(aside(bad, more), now_ms)
        if not kept and not self._untrusted.are_urgent(now_ms):
            return
        try:
            with self._untrusted.taking() as untrusted:
                async with self._db.write() as connection:
                    await self._quarantine.put(connection, kept, now_ms)
                    numbers = await self._untrusted.put(connection, untrusted, now_ms)
        except Exception as error:
            if self._services.is_database_away(error):
                raise
            log.exception("%d messages could not be kept aside, and are lost.", len(kept))
        else:
            await self._alarms.show(numbers)


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
            for number, came in enumerate(await self._session.take(_PRESENT_AT_ONCE), 1):
                messages, bad, untrusted = self._intake.sort([came])
                for message, _ in messages:
                    self._show(message, came)
                self._untrusted.note(untrusted)
                refused = aside(bad, untrusted)
                if refused and not came.retained:
                    self._note_refused(came)
                kept = self._quarantine.allowed(refused, came.heard_ms)
                self._quarantine.waiting += kept
                if number % _IN_A_TURN == 0:
                    await asyncio.sleep(0)
            await asyncio.sleep(0)

    def _note_refused(self, came: Came) -> None:
        place = place_of(came.topic, came.payload)
        if isinstance(place, Place) and place.name in ("state", "status"):
            self._live.refused(place.fleet, place.bus, came.heard_ms)

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
