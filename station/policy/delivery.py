"""Delivery: takes a fleet's policy to its buses, a part when the one before was answered.

What is wanted, and what a bus refused, stands in the database. How far each bus has come stands
only here: after a restart of the bus or of the station it begins with the first part again, and
parts that are there already are answered again and do no harm (docs/mqtt.md, cmd/policy).

A bus that does not answer sleeps, or is in a tunnel, although its status says that it is there. It
makes room for others, and is asked again once it has spoken: meanwhile the broker keeps the part
that waits for it.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from station.db.tables import policies, refusals
from station.live.live import Bus
from station.policy.parts import Parts, topic

if TYPE_CHECKING:
    from station.station import Station

AT_ONCE = 20
"""Buses that are asked for an answer at the same time."""
ANSWER_MS = 30_000
PAUSES_MS = (10_000, 60_000)
"""After "not now"; a bus that says the same once more after the last of them has refused."""
_LOOK_S = 0.5
_READ_S = 30


@dataclass
class _Trip:
    """One bus on its way to the policy."""

    boot: int | None
    ident: str = field(default_factory=lambda: secrets.token_hex(8))
    part: int = 1
    asked_ms: int | None = None
    due_ms: int = 0
    pauses: bool = False
    refusal: str = ""
    refused: int = 0
    """How often in the same words."""
    is_there: bool = False


class Delivery:
    def __init__(self, station: Station):
        self._station = station
        self._wanted: dict[str, Parts] = {}
        self._refused: dict[tuple[str, str], str] = {}
        self._unsaved: list[dict[str, Any]] = []
        self._trips: dict[tuple[str, str], _Trip] = {}

    async def watch(self) -> None:
        turn = 0
        while True:
            if self._unsaved or turn % int(_READ_S / _LOOK_S) == 0:
                await self.read()  # the command line may have put another one
            turn += 1
            if self._wanted and self._station.health.broker.ok:
                self._look()
            await asyncio.sleep(_LOOK_S)

    async def read(self) -> None:
        """What is wanted, from the database; and into it what was refused."""
        await self._save()
        async with self._station.db.read() as connection:
            rows = list(await connection.execute(
                select(policies.c.fleet, policies.c.hash, policies.c.text)
                .where(policies.c.sent_ms.is_not(None))
            ))  # fmt: skip
            told = list(await connection.execute(select(refusals)))
        self._refused = {(row.fleet, row.bus): row.message for row in told}
        before = {fleet: parts.hash for fleet, parts in self._wanted.items()}
        for row in rows:
            if before.get(row.fleet) != row.hash:
                self._wanted[row.fleet] = Parts(row.text)
                self._forget(row.fleet)
        for fleet in before.keys() - {row.fleet for row in rows}:
            del self._wanted[fleet]
            self._forget(fleet)

    async def send(self, fleet: str) -> None:
        """From now on the fleet's buses shall follow the policy that stands in the database.
        LookupError: there is none; ValueError: no bus can take it, in a sentence."""
        async with self._station.db.write() as connection:
            row = (await connection.execute(
                select(policies).where(policies.c.fleet == fleet)
            )).one_or_none()  # fmt: skip
            if row is None:
                raise LookupError(fleet)
            if row.text is None:
                raise ValueError("This policy was given to an older station: upload it once more.")
            Parts(row.text)
            now_ms = self._station.clock.now_ms()
            await connection.execute(
                update(policies).where(policies.c.fleet == fleet).values(sent_ms=now_ms)
            )
            await connection.execute(delete(refusals).where(refusals.c.fleet == fleet))
        self._unsaved = [row for row in self._unsaved if row["fleet"] != fleet]
        self._forget(fleet)
        await self.read()

    def shown(self, bus: Bus) -> dict[str, Any]:
        """How far it is, as /api/policies says it."""
        parts = self._wanted.get(bus.fleet)
        if parts is None:
            return {"sending": None, "part": None, "parts": None, "message": None}
        trip, refused = self._trips.get(bus.key), self._refused.get(bus.key)
        message = refused or (trip.refusal if trip and trip.pauses else None)
        if bus.policy == parts.hash:
            what, message = "follows", None
        elif refused:
            what = "refused"
        elif trip and trip.is_there:
            what = "there"
        elif trip and bus.online:
            what = "on_its_way"
        else:
            what = "waits"
        part = trip.part if trip and what == "on_its_way" else None
        return {"sending": what, "part": part, "parts": len(parts), "message": message}

    def answered(self, fleet: str, name: str, body: dict[str, Any]) -> None:
        """A reply of a bus, to us or to somebody else."""
        trip, parts = self._trips.get((fleet, name)), self._wanted.get(fleet)
        if trip is None or parts is None or trip.asked_ms is None:
            return
        if body["id"] != f"{trip.ident}-{trip.part}":
            return
        trip.asked_ms = None
        if body["ok"]:
            trip.is_there = trip.part == len(parts)
            trip.part = min(trip.part + 1, len(parts))
            self._look_at(self._station.live.bus(fleet, name), self._station.clock.now_ms())
        else:
            self._was_refused((fleet, name), trip, body["message"])

    def _was_refused(self, key: tuple[str, str], trip: _Trip, message: str) -> None:
        """It may be busy, or have started anew: from the first part once more."""
        trip.refused = trip.refused + 1 if message == trip.refusal else 1
        trip.refusal, trip.part, trip.pauses = message, 1, True
        now_ms = self._station.clock.now_ms()
        if trip.refused <= len(PAUSES_MS):
            trip.due_ms = now_ms + PAUSES_MS[trip.refused - 1]
            return
        self._refused[key] = message
        self._unsaved.append({"fleet": key[0], "bus": key[1], "message": message, "at_ms": now_ms})
        del self._trips[key]

    async def _save(self) -> None:
        rows = list(self._unsaved)
        if not rows:
            return
        async with self._station.db.write() as connection:
            for row in rows:
                key = refusals.c.fleet == row["fleet"], refusals.c.bus == row["bus"]
                await connection.execute(delete(refusals).where(*key))
                await connection.execute(insert(refusals).values(row))
        self._unsaved = [row for row in self._unsaved if row not in rows]  # more may have come

    def _look(self) -> None:
        now_ms = self._station.clock.now_ms()
        under_way = 0
        for bus in self._station.live:
            if under_way < AT_ONCE:
                under_way += self._look_at(bus, now_ms)

    def _look_at(self, bus: Bus, now_ms: int) -> bool:
        """-> is an answer awaited?"""
        parts = self._wanted.get(bus.fleet)
        if parts is None or not (bus.online and bus.knows_policies) or bus.key in self._refused:
            return False
        if bus.policy == parts.hash:
            self._trips.pop(bus.key, None)
            return False
        boot = (bus.status or {}).get("boot")
        trip = self._trips.get(bus.key)
        if trip is None or trip.boot != boot:
            trip = self._trips[bus.key] = _Trip(boot)
        if trip.is_there or now_ms < trip.due_ms:
            return False
        if trip.asked_ms is not None and now_ms - trip.asked_ms < ANSWER_MS:
            return True
        if trip.asked_ms is not None and bus.last_word_ms <= trip.asked_ms:
            return False
        trip.asked_ms, trip.pauses = now_ms, False
        payload = parts.payload(trip.part, f"{trip.ident}-{trip.part}")
        self._station.broker.present.publish(topic(*bus.key), payload, retain=False)
        return True

    def _forget(self, fleet: str) -> None:
        for key in [key for key in self._trips if key[0] == fleet]:
            del self._trips[key]
