"""The register: every identity that a bus was ever given (table identities).

It is held in memory, because each message asks for it, and read again every few seconds: another
process (`python -m station enrol`) may have changed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Update, bindparam, func, select, update

from station.clock import DAY_MS, Clock
from station.db.database import Database
from station.db.tables import identities

_READ_S = 2.0
_ROTATION = "rotation"
_DRAINS_MS = 7 * DAY_MS


class Identity(NamedTuple):
    id: int
    fleet: str
    bus: str
    serial: str
    how: str
    """certificate or password"""
    mac_key: bytes
    made_ms: int
    revoked_ms: int | None
    revoked_by: str | None
    first_seen_ms: int | None
    last_seen_ms: int | None


class Register:
    def __init__(self, database: Database, clock: Clock):
        self._db = database
        self._clock = clock
        self._of_bus: dict[tuple[str, str], list[Identity]] = {}
        self._seen: dict[int, int] = {}
        """Identities that were seen since the last save: when."""
        self._rotated: set[int] = set()
        """Identities of which the bus has an older one that still counts."""
        self.when_read: Callable[[], None] = lambda: None

    async def watch(self) -> None:
        while True:
            await self.save()
            await self.read()
            await asyncio.sleep(_READ_S)

    async def follow(self) -> None:
        """In a process that takes no records: the leader writes what was seen."""
        while True:
            await self.read()
            await asyncio.sleep(_READ_S)

    async def read(self) -> None:
        async with self._db.read() as connection:
            rows = await connection.execute(select(identities).order_by(identities.c.id.desc()))
        found: dict[tuple[str, str], list[Identity]] = {}
        for row in rows.mappings():
            known = {name: row[name] for name in Identity._fields}
            known["mac_key"] = bytes.fromhex(row["mac_key"])
            found.setdefault((row["fleet"], row["bus"]), []).append(Identity(**known))
        self._of_bus = found
        self._rotated = {
            one.id
            for known in found.values()
            for one in known
            if any(other.id < one.id and other.revoked_ms is None for other in known)
        }
        self.when_read()

    async def save(self) -> None:
        seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            async with self._db.write() as connection:
                await connection.execute(
                    _SEEN, [{"of": ident, "at_ms": at_ms} for ident, at_ms in seen.items()]
                )
                for ident in self._rotated & set(seen):
                    await connection.execute(_ends_those_before(ident, seen[ident]))
        except BaseException:
            self._seen = {**seen, **self._seen}
            raise

    def of(self, fleet: str, bus: str) -> list[Identity]:
        """Every identity of a bus, the newest first, revoked ones too; none: never enrolled."""
        return self._of_bus.get((fleet, bus), [])

    def valid(self, fleet: str, bus: str) -> list[Identity]:
        return [one for one in self.of(fleet, bus) if one.revoked_ms is None]

    def ended_by_person(self) -> list[Identity]:
        return [
            one
            for known in self._of_bus.values()
            for one in known
            if one.revoked_ms is not None and one.revoked_by != _ROTATION
        ]

    def drains(self, fleet: str, bus: str, now_ms: int) -> list[Identity]:
        """Those that a rotation ended lately: the broker may still hold records that the bus sealed
        with them, and has forgotten since. None that is older than one which a person ended."""
        found: list[Identity] = []
        for one in self.of(fleet, bus):
            if one.revoked_ms is not None:
                if one.revoked_by != _ROTATION:
                    break
                if one.revoked_ms > now_ms - _DRAINS_MS:
                    found.append(one)
        return found

    def seen(self, identity: Identity, at_ms: int) -> None:
        """A message with its seal came."""
        self._seen[identity.id] = at_ms

    def was_seen(self, identity: Identity) -> bool:
        """Ever."""
        return identity.last_seen_ms is not None or identity.id in self._seen

    def first_seen_ms(self, identities: list[Identity]) -> int:
        """When the first of them was; some were seen."""
        times = [one.first_seen_ms or self._seen.get(one.id) for one in identities]
        return min((at_ms for at_ms in times if at_ms is not None), default=0)


_SEEN = (
    update(identities)
    .where(identities.c.id == bindparam("of"))
    .values(last_seen_ms=bindparam("at_ms"),
            first_seen_ms=func.coalesce(identities.c.first_seen_ms, bindparam("at_ms")))
)  # fmt: skip


def _ends_those_before(ident: int, at_ms: int) -> Update:
    """After a rotation: the board has its new identity, so the one before is of no use to it."""
    new = identities.alias("new")
    of_this_bus = select(new.c.id).where(
        new.c.id == ident, new.c.revoked_ms.is_(None),
        new.c.fleet == identities.c.fleet, new.c.bus == identities.c.bus,
    )  # fmt: skip
    before = identities.c.id < ident, identities.c.revoked_ms.is_(None)
    ended = update(identities).where(*before, of_this_bus.exists())
    return ended.values(revoked_ms=at_ms, revoked_by=_ROTATION)
