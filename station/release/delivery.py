"""Brings a release to the buses of the stages that have begun: a signed offer, and then whatever
piece a bus asks for (pieces.py).

Each look reads the rollouts from the database, changes them by what was heard, and writes them
before anything is sent: a station that ends at any moment goes on where it was. Only which answer
is awaited stands here.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from station.clock import Clock
from station.db.database import Database
from station.identity.signing import NoKey, Signer
from station.ingest.mqtt import Session
from station.live.live import Live
from station.live.live_bus import Key, LiveBus
from station.live.services import Services
from station.release import rollout, store
from station.release.asking import PAUSE_MS, Answer, Asked, Asking
from station.release.file import Set
from station.release.fit import UNKNOWN, Known
from station.release.hearing import Hearing
from station.release.keys import private_key_here, public_keys, usable_keys
from station.release.pieces import Pieces
from station.release.problem import ReleaseError
from station.release.rollout import OFFER_MS, Line
from station.release.rows import Rollout, Row, Seen
from station.release.stages import of_newcomers
from station.release.store import Releases
from station.release.waiting import Waiting
from station.settings import Settings

log = logging.getLogger(__name__)
_LOOK_S = 1.0
Told = tuple[Key, dict[str, Any], int]
"""What a bus said on `fetch`, and when."""


@dataclass
class _Look:
    """One fleet, before and after what was heard."""

    before: Rollout
    after: Rollout
    lines: list[Line]
    due: list[tuple[str, Set | None]] = field(default_factory=list)
    """Buses that are sent something now: an offer, or the end of theirs."""
    answered: list[Key] = field(default_factory=list)


class Rollouts:
    def __init__(self, database: Database, clock: Clock, services: Services, live: Live,
                 session: Session, signer: Signer, settings: Settings,
                 leads: bool = True):  # fmt: skip
        """leads: this process sends. Another one only shows how far the buses are."""
        self._leads = leads
        self._db = database
        self._clock = clock
        self._services = services
        self._live = live
        self._session = session
        self._signer = signer
        self._settings = settings
        self.releases = Releases(database)
        self.pieces = Pieces(session)
        self.problem: str | None = None
        """Why nothing can be offered now."""
        self._problems: dict[str, str] = {}
        """Fleet -> why nothing can be offered to it."""
        self._found: str | None = None
        """The same, of the look that is under way."""
        self._can_read_keys = True
        self._heard = Hearing()
        self._asking = Asking(live)
        self._told: Waiting[Told] = Waiting(lambda one: one[0])
        """What buses said on `fetch` since the last look."""
        self._answers: Waiting[Answer] = Waiting(lambda one: one.key)
        self._turn = asyncio.Lock()

    def keys(self) -> list[str]:
        """The public release keys. ReleaseError."""
        return public_keys(self._settings)

    def usable_keys(self) -> list[str]:
        """None if they cannot be read."""
        return usable_keys(self._settings)

    def problem_of(self, fleet: str) -> str | None:
        return self._problems.get(fleet) or self.problem

    @property
    def warning(self) -> str | None:
        """The private release key lies where it must not."""
        return private_key_here(self._settings)

    def fetched(self, fleet: str, bus: str, body: dict[str, Any], now_ms: int) -> None:
        self._told.add(((fleet, bus), body, now_ms))
        self.pieces.asked((fleet, bus), body)

    def answered(self, fleet: str, bus: str, body: dict[str, Any]) -> None:
        """A reply of a bus: to this request, or to another one's."""
        asked = self._asking.of.get((fleet, bus))
        if asked is not None and asked.ident == body["id"]:
            said = body["ok"], body["message"], self._clock.now_ms()
            self._answers.add(Answer((fleet, bus), asked.ident, *said))

    async def watch(self) -> None:
        warned = None
        while True:
            warning = self.warning
            if warning and warning != warned:
                log.error("%s", warning)
            warned = warning
            await self.look()
            await asyncio.sleep(_LOOK_S)

    async def look(self) -> None:
        """Also after an administrator's step, which then takes effect at once."""
        if not self._leads:
            return  # the leader looks within a second
        async with self._turn:
            told, answers = self._told.take(), self._answers.take()
            try:
                await self._look_at_all(told, answers)
            except Exception:  # the database is away: what was heard waits for it
                self._heard.note(False, self._clock.now_ms())
                self._told.put_back(told)
                self._answers.put_back(answers)
                raise

    async def _look_at_all(self, told: list, answers: list[Answer]) -> None:
        self._heard.note(self._services.broker.ok, self._clock.now_ms())
        self._found = None
        try:
            keys = self.keys()
        except ReleaseError as error:
            keys, self._found = [], str(error)
        self._can_read_keys = self._found is None
        async with self._db.read() as connection:
            fleets = await store.to_look_at(connection, self._clock.now_ms())
        for fleet in self.pieces.fleets - fleets.keys():
            self.pieces.offers(fleet, {})
        for fleet, is_wanted in fleets.items():
            problem = None
            if is_wanted:
                problem = await self._try_fleet(fleet, keys, told, answers)
            else:
                self.pieces.offers(fleet, {})
            self._problems[fleet] = problem or ""
        self.problem = self._found

    async def _try_fleet(self, fleet: str, keys: list[str], told: list,
                         answers: list[Answer]) -> str | None:  # fmt: skip
        """-> its problem: what goes wrong with one fleet keeps no other one from being looked at,
        and no bus of it from hearing that nothing is offered any more."""
        try:
            return await self._look_at(fleet, keys, told, answers)
        except Exception as error:
            self.pieces.offers(fleet, {})
            if self._services.is_database_away(error):
                raise
            problem = (f"The rollout to {fleet} cannot be followed ({type(error).__name__}); the "
                       "log says more.")  # fmt: skip
            if self._problems.get(fleet) != problem:
                log.exception("%s", problem)
            return problem

    async def _look_at(self, fleet: str, keys: list[str], told: list,
                       answers: list[Answer]) -> str | None:  # fmt: skip
        """-> why nothing can be offered to it."""
        now_ms = self._clock.now_ms()
        buses = {bus.bus: self._seen(bus) for bus in self._live if bus.fleet == fleet}

        async def looked(connection: AsyncConnection) -> _Look:
            one = (await store.newest(connection, self.releases, keys, fleet))[fleet]
            events = await store.happened(connection, one)
            return self._looked(one, buses, events, told, answers, now_ms)

        async with self._db.read() as connection:
            look = await looked(connection)
        if look.after.state != rollout.RUNNING:
            self.pieces.offers(fleet, {})
        if look.after != look.before:
            async with self._db.write() as connection:
                await store.lock(connection, fleet)
                look = await looked(connection)
                await store.save(connection, self._db, look.before, look.after, look.lines, now_ms)
        for what, note in look.lines:
            log.warning("Rollout of %s to %s: %s %s", look.after.release.version, fleet, what,
                        note or "")  # fmt: skip
        for key in look.answered:
            self._asking.of.pop(key, None)
        self.pieces.offers(fleet, self._may_be_given(look.after, buses))
        await self._send(look, now_ms)
        return look.after.release.problem

    def _looked(self, before: Rollout, buses: dict[str, Seen], events: list, told: list,
                answers: list[Answer], now_ms: int) -> _Look:  # fmt: skip
        """Changes nothing but the copy."""
        after = before.copy()
        for bus in buses.keys() - after.rows.keys():
            after.rows[bus] = Row(bus, of_newcomers(after.stages))
        answered = [one.key for one in answers if self._asking.hear(after, one)]
        for (fleet, bus), body, at_ms in told:
            if fleet == after.fleet and bus in after.rows:
                status = self._live.bus(fleet, bus).status or {}
                rollout.told(after, after.rows[bus], body, status, at_ms)
        broker = self._services.broker
        if after.release.problem is None:
            lines = rollout.look(after, buses, events, now_ms, self._heard.since)
        else:
            lines = rollout.pause(after) if self._can_read_keys else []
        look = _Look(before, after, lines, answered=answered)
        if after.release.problem is not None and after.state == rollout.RUNNING:
            return look
        if broker.ok and self._has_key():
            for bus, row in after.rows.items():
                self._decide(look, row, buses.get(bus), now_ms)
        return look

    def _seen(self, bus: LiveBus) -> Seen:
        words = [ms for ms in (bus.promise_ms, bus.last_word_ms or None) if ms is not None]
        known = Known(bus.bus, bus.label, bus.status, bus.online is True)
        return Seen(known, max(words, default=None), bus.status_serial)

    def _has_key(self) -> bool:
        try:
            self._signer.key()
        except NoKey as error:
            self._found = str(error)
            return False
        return True

    def _decide(self, look: _Look, row: Row, seen: Seen | None, now_ms: int) -> None:
        """Whether this bus is sent something now. It stands in the row before it is sent."""
        one, key = look.after, (look.after.fleet, row.bus)
        can = one.fit_of(row, seen.known.status if seen else None)
        wish = rollout.wanted(one, row, can)
        if wish is None:
            if can.why == UNKNOWN and rollout.is_due(one, row):
                return  # this station has just started: its status comes in a moment
            if row.offer is not None and now_ms > (row.offer_ms or 0) + OFFER_MS + PAUSE_MS:
                row.offer = None
            elif row.is_changing:
                return  # what would stop it now could only spoil it
            elif row.offer is not None and self._asking.may_ask(key, None, now_ms):
                row.heard = False
                look.due.append((row.bus, None))
        elif (
            seen is not None
            and seen.known.online
            and self._asking.must_offer(key, row, wish, now_ms)
        ):
            row.offer, row.offer_ms, row.heard = wish, now_ms, False
            look.due.append((row.bus, can.set))

    async def _send(self, look: _Look, now_ms: int) -> None:
        one = look.after
        for bus, of in look.due:
            body: dict[str, Any] = {"manifest": None}
            if of is not None:
                body = {"manifest": of.ident, "bytes": of.manifest_bytes}
                body |= {"downgrade": True} if one.downgrade else {}
                body |= {"again": True} if one.rows[bus].again else {}
            ident, to = secrets.token_hex(8), f"{one.fleet}/{bus}"
            try:
                payload = await self._signer.sign(
                    "release", body, ident=ident, to=to, by=one.made_by, for_s=OFFER_MS // 1000
                )
            except NoKey as error:
                self._found = str(error)
                return
            self._asking.of[(one.fleet, bus)] = Asked(ident, of.ident if of else None, now_ms)
            self._session.publish(f"schoolbus/{to}/cmd/release", payload, retain=False)

    def _may_be_given(self, one: Rollout, buses: dict[str, Seen]) -> dict[Key, Set]:
        found: dict[Key, Set] = {}
        for bus, row in one.rows.items():
            status = buses[bus].known.status if bus in buses else None
            can = one.fit_of(row, status)
            if can.set is not None and row.offer == can.set.ident == rollout.wanted(one, row, can):
                found[(one.fleet, bus)] = can.set
        return found
