"""Sends a fleet's policy to its buses: a signed offer, then its parts, each once the bus has
answered what came before.

Which policy a fleet shall follow, and which bus refused it, stands in the database. How many parts
each bus has stands only here: after a restart of the bus or of the station, delivery begins with
the offer again. A bus answers a part that it has already, and it does no harm (docs/mqtt.md,
cmd/policy).

A bus that does not answer sleeps, or is in a tunnel, although its status says that it is online. It
makes room for other buses, and is asked again once it has spoken. Meanwhile the broker keeps the
part for it.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update

from station.clock import Clock
from station.db.database import Database
from station.db.tables import policies, refusals
from station.identity.signing import NoKey, Signer
from station.ingest.mqtt import Session
from station.live.live import Live
from station.live.live_bus import Key, LiveBus
from station.live.services import Services
from station.policy.parts import Parts, topic

AT_ONCE = 20
"""Buses whose answer is awaited at the same time."""
ANSWER_MS = 30_000
PAUSES_MS = (10_000, 60_000)
"""After a refusal: the bus may be busy. If it gives the same reason again after the last pause, the
refusal counts."""
_BEGIN_AGAIN = ("begin again with part 1.", "has to come next.")
"""So a refusal ends if somebody else sent a part: parts are not signed. It never counts, or he
could keep a policy from a bus for good."""
OFFER_S = 86_400
"""So long a bus may take up an offer."""
_OFFER = 0
"""In place of the number of a part."""
_LOOK_S = 0.5
_READ_S = 30


@dataclass
class _Progress:
    """How far one bus is with the policy."""

    boot: int | None
    ident: str = field(default_factory=lambda: secrets.token_hex(8))
    part: int = _OFFER
    asked_ms: int | None = None
    due_ms: int = 0
    pauses: bool = False
    refusal: str = ""
    refused: int = 0
    """How many times in a row it refused with this reason."""
    is_complete: bool = False
    """The bus has every part, and has not said yet that it follows the policy."""


class Delivery:
    def __init__(self, database: Database, clock: Clock, services: Services, live: Live,
                 session: Session, signer: Signer):  # fmt: skip
        self._db = database
        self._clock = clock
        self._services = services
        self._live = live
        self._session = session
        self._signer = signer
        self._no_key: str | None = None
        """Why nothing can be signed."""
        self._to_offer: list[tuple[Key, _Progress]] = []
        self._sent_by: dict[str, str] = {}
        """By fleet: the user who sent its policy."""
        self._wanted: dict[str, Parts] = {}
        """By fleet."""
        self._refused: dict[Key, str] = {}
        self._unsaved: list[dict[str, Any]] = []
        """Refusals that the database has not got yet."""
        self._progress: dict[Key, _Progress] = {}

    async def watch(self) -> None:
        turn = 0
        while True:
            if self._unsaved or turn % int(_READ_S / _LOOK_S) == 0:
                await self.read()  # `python -m station policy` may have written another policy
            turn += 1
            if self._wanted and self._services.broker.ok:
                self._look()
                await self._offer()
            await asyncio.sleep(_LOOK_S)

    async def read(self) -> None:
        """Reads which policies are wanted; writes which buses refused theirs."""
        await self._save()
        async with self._db.read() as connection:
            rows = list(await connection.execute(
                select(policies.c.fleet, policies.c.hash, policies.c.text, policies.c.sent_by)
                .where(policies.c.sent_ms.is_not(None))
            ))  # fmt: skip
            refused = list(await connection.execute(select(refusals)))
        self._refused = {(row.fleet, row.bus): row.message for row in refused}
        self._sent_by = {row.fleet: row.sent_by or "station" for row in rows}
        before = {fleet: parts.hash for fleet, parts in self._wanted.items()}
        for row in rows:
            if before.get(row.fleet) != row.hash:
                self._wanted[row.fleet] = Parts(row.text)
                self._forget(row.fleet)
        for fleet in before.keys() - {row.fleet for row in rows}:
            del self._wanted[fleet]
            self._forget(fleet)

    async def send(self, fleet: str, by: str) -> None:
        """From now on the fleet's buses shall follow the policy that stands in the database. by:
        the user's name. LookupError: the database has none. ValueError, a sentence: no bus can take
        it, or nothing can be signed."""
        async with self._db.write() as connection:
            row = (await connection.execute(
                select(policies).where(policies.c.fleet == fleet)
            )).one_or_none()  # fmt: skip
            if row is None:
                raise LookupError(fleet)
            if row.text is None:
                raise ValueError("This policy was uploaded to an older station: upload it again.")
            Parts(row.text)  # raises if no bus can take it
            self._signer.key()
            now_ms = self._clock.now_ms()
            await connection.execute(
                update(policies).where(policies.c.fleet == fleet)
                .values(sent_ms=now_ms, sent_by=by)
            )  # fmt: skip
            await connection.execute(delete(refusals).where(refusals.c.fleet == fleet))
        self._unsaved = [row for row in self._unsaved if row["fleet"] != fleet]
        self._forget(fleet)
        await self.read()

    def shown(self, bus: LiveBus) -> dict[str, Any]:
        """How far the bus is, as /api/policies shows it."""
        parts = self._wanted.get(bus.fleet)
        if parts is None:
            return {"sending": None, "part": None, "parts": None, "message": None}
        progress, refused = self._progress.get(bus.key), self._refused.get(bus.key)
        paused = progress.refusal if progress and progress.pauses else None
        message = refused or self._no_key or paused
        if bus.policy == parts.hash:
            what, message = "follows", None
        elif refused:
            what = "refused"
        elif progress and progress.is_complete:
            what = "there"
        elif progress and bus.online:
            what = "on_its_way"
        else:
            what = "waits"
        part = max(progress.part, 1) if progress and what == "on_its_way" else None
        return {"sending": what, "part": part, "parts": len(parts), "message": message}

    def answered(self, fleet: str, name: str, body: dict[str, Any]) -> None:
        """A reply of a bus: to this request, or to another one's."""
        progress, parts = self._progress.get((fleet, name)), self._wanted.get(fleet)
        if progress is None or parts is None or progress.asked_ms is None:
            return
        if body["id"] != f"{progress.ident}-{progress.part}":
            return
        progress.asked_ms = None
        if body["ok"]:
            progress.is_complete = progress.part == len(parts)
            progress.part = min(progress.part + 1, len(parts))
            self._look_at(self._live.bus(fleet, name), self._clock.now_ms())
        else:
            self._was_refused((fleet, name), progress, body["message"])

    def _was_refused(self, key: Key, progress: _Progress, message: str) -> None:
        """The bus may be busy, or have restarted: delivery begins with the offer again."""
        progress.refused = progress.refused + 1 if message == progress.refusal else 1
        progress.refusal, progress.part, progress.pauses = message, _OFFER, True
        now_ms = self._clock.now_ms()
        if progress.refused <= len(PAUSES_MS) or message.endswith(_BEGIN_AGAIN):
            progress.due_ms = now_ms + PAUSES_MS[min(progress.refused, len(PAUSES_MS)) - 1]
            return
        self._refused[key] = message
        self._unsaved.append({"fleet": key[0], "bus": key[1], "message": message, "at_ms": now_ms})
        del self._progress[key]

    async def _save(self) -> None:
        rows = list(self._unsaved)
        if not rows:
            return
        async with self._db.write() as connection:
            for row in rows:
                key = refusals.c.fleet == row["fleet"], refusals.c.bus == row["bus"]
                await connection.execute(delete(refusals).where(*key))
                await connection.execute(insert(refusals).values(row))
        self._unsaved = [row for row in self._unsaved if row not in rows]  # more may have come

    def _look(self) -> None:
        now_ms = self._clock.now_ms()
        awaited = 0
        for bus in self._live:
            if awaited < AT_ONCE:
                awaited += self._look_at(bus, now_ms)

    def _look_at(self, bus: LiveBus, now_ms: int) -> bool:
        """Sends the bus its next part if it is due. -> whether its answer is awaited."""
        parts = self._wanted.get(bus.fleet)
        if parts is None or not (bus.online and bus.knows_policies) or bus.key in self._refused:
            return False
        if bus.policy == parts.hash:
            self._progress.pop(bus.key, None)
            return False
        boot = (bus.status or {}).get("boot")
        progress = self._progress.get(bus.key)
        if progress is None or progress.boot != boot:
            progress = self._progress[bus.key] = _Progress(boot)
        if progress.is_complete or now_ms < progress.due_ms:
            return False
        if progress.asked_ms is not None and now_ms - progress.asked_ms < ANSWER_MS:
            return True
        if progress.asked_ms is not None and bus.last_word_ms <= progress.asked_ms:
            return False
        progress.asked_ms, progress.pauses = now_ms, False
        if progress.part == _OFFER:
            self._to_offer.append((bus.key, progress))
            return True
        payload = parts.payload(progress.part, f"{progress.ident}-{progress.part}")
        self._session.publish(topic(*bus.key), payload, retain=False)
        return True

    async def _offer(self) -> None:
        """Signs the offers that are due. Without a key they are due again once there is one."""
        due, self._to_offer = self._to_offer, []
        if due:
            self._no_key = None
        for key, progress in due:
            parts = self._wanted.get(key[0])
            if parts is None or self._progress.get(key) is not progress:
                continue  # another policy, or the bus has restarted
            ident = f"{progress.ident}-{_OFFER}"
            try:
                payload = await self._signer.sign(
                    "policy", parts.offer, ident=ident, to="/".join(key),
                    by=self._sent_by.get(key[0], "station"), for_s=OFFER_S,
                )  # fmt: skip
            except NoKey as error:
                self._no_key = str(error)
                progress.asked_ms = None
            else:
                self._session.publish(topic(*key, "policy"), payload, retain=False)

    def _forget(self, fleet: str) -> None:
        for key in [key for key in self._progress if key[0] == fleet]:
            del self._progress[key]
