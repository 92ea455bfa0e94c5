"""Releases and rollouts in the database: what the running station reads and writes at each look,
and what an administrator does, on the page and at the command line."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.database import Database
from station.db.tables import (
    IS_UPDATE,
    buses,
    events,
    journals,
    new_id,
    releases,
    rollout_buses,
    rollout_log,
    rollouts,
)
from station.release import file
from station.release.file import Release
from station.release.fit import Known
from station.release.problem import ReleaseError
from station.release.rollout import Line
from station.release.rows import RUNNING, THE_STATION, UNDER_WAY, Happened, Rollout, Row

_WHO = 64
_WRITTEN_MS = 600_000
"""An event is in the database so long after it was heard at most."""
_OF_A_BUS = 20
"""Of a bus that floods, the newest are looked at."""
_FOLLOWED_MS = 604_800_000
"""A week: so long after its end, what becomes of the buses is still shown."""


class Kept(NamedTuple):
    """A release of this station."""

    id: int
    digest: str
    added_ms: int
    added_by: str
    release: Release


class Releases:
    """Those in the database. Each is checked once, when it is first read: not every process that
    writes there is this one."""

    def __init__(self, database: Database):
        self._db = database
        self._read: dict[int, tuple[list[str], Kept]] = {}
        """With the keys by which they were checked."""

    async def add(self, content: bytes, shown: str, keys: list[str], by: str, now_ms: int) -> Kept:
        """ReleaseError."""
        release = await asyncio.to_thread(file.read, content, shown, keys)
        digest = hashlib.sha256(content).hexdigest()
        values = {"version": release.version, "digest": digest, "file": content,
                  "added_ms": now_ms, "added_by": by[:_WHO]}  # fmt: skip
        try:
            async with self._db.write() as connection:
                number = new_id(await connection.execute(insert(releases).values(values)))
        except IntegrityError:
            raise ReleaseError(f"{shown}: this station has a release {release.version} already. "
                               "Each release has a version of its own.") from None  # fmt: skip
        kept = Kept(number, digest, now_ms, by[:_WHO], release)
        self._read[number] = keys, kept
        return kept

    async def every(self, keys: list[str]) -> list[Kept]:
        """The newest first."""
        async with self._db.read() as connection:
            numbers = (await connection.execute(
                select(releases.c.id).order_by(releases.c.id.desc())
            )).scalars().all()  # fmt: skip
            return [await self.of(connection, number, keys) for number in numbers]

    async def of(self, connection: AsyncConnection, number: int, keys: list[str]) -> Kept:
        """LookupError: there is none. One that cannot be used says so (Release.problem): whatever
        stands at the buses can still be taken back."""
        read_with, kept = self._read.get(number, (None, None))
        if kept is None or read_with != keys:
            row = (await connection.execute(
                select(releases).where(releases.c.id == number)
            )).one_or_none()  # fmt: skip
            if row is None:
                raise LookupError(f"There is no release {number}.")
            try:
                shown = f"The release {row.version}"
                release = await asyncio.to_thread(file.read, row.file, shown, keys)
            except ReleaseError as error:
                release = Release(row.version, problem=str(error))
            kept = Kept(row.id, row.digest, row.added_ms, row.added_by, release)
            self._read[number] = keys, kept
        return kept


async def to_look_at(connection: AsyncConnection, now_ms: int) -> dict[str, bool]:
    """Fleet -> whether its newest rollout is under way, was done not long ago, or leaves an offer
    at a bus."""
    newest_of = select(func.max(rollouts.c.id)).group_by(rollouts.c.fleet)
    has_offer = exists().where(
        rollout_buses.c.rollout_id == rollouts.c.id, rollout_buses.c.offer.is_not(None)
    )
    found = await connection.execute(
        select(rollouts.c.fleet, rollouts.c.state, rollouts.c.stage_ms, has_offer)
        .where(rollouts.c.id.in_(newest_of))
    )  # fmt: skip
    return {
        fleet: state in UNDER_WAY or bool(offers)
        or (state not in UNDER_WAY and now_ms < stage_ms + _FOLLOWED_MS)
        for fleet, state, stage_ms, offers in found
    }  # fmt: skip


async def newest(connection: AsyncConnection, kept: Releases, keys: list[str],
                 fleet: str | None = None) -> dict[str, Rollout]:  # fmt: skip
    """Fleet -> its newest rollout, with its buses."""
    query = select(rollouts).order_by(rollouts.c.id)
    if fleet is not None:
        query = query.where(rollouts.c.fleet == fleet)
    rows = {row.fleet: row for row in (await connection.execute(query)).mappings()}
    found = {}
    for name, row in rows.items():
        release = (await kept.of(connection, row["release_id"], keys)).release
        one = found[name] = Rollout(**row, release=release)
        mine = select(rollout_buses).where(rollout_buses.c.rollout_id == one.id)
        for bus in (await connection.execute(mine.order_by(rollout_buses.c.bus))).mappings():
            of = {key: value for key, value in bus.items() if key != "rollout_id"}
            one.rows[bus["bus"]] = Row(**of)
    return found


async def lock(connection: AsyncConnection, fleet: str) -> None:
    """Before they are read for a change: PostgreSQL would let two read the same, or both find that
    there is none yet."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(fleet))))
    mine = update(rollouts).where(rollouts.c.fleet == fleet)
    await connection.execute(mine.values(made_ms=rollouts.c.made_ms))


async def save(connection: AsyncConnection, database: Database, before: Rollout, after: Rollout,
               lines: list[Line], now_ms: int) -> None:  # fmt: skip
    """What has changed between the two."""
    changed = {name: getattr(after, name) for name in ("state", "stage", "stage_ms")}
    await connection.execute(update(rollouts).where(rollouts.c.id == after.id).values(changed))
    for bus, row in after.rows.items():
        if row != before.rows.get(bus):
            values = {"rollout_id": after.id, **asdict(row)}
            put = database.insert(rollout_buses).values(values)
            await connection.execute(put.on_conflict_do_update(
                index_elements=["rollout_id", "bus"], set_=values
            ))  # fmt: skip
    for what, note in lines:
        await log(connection, after.id, THE_STATION, what, note, now_ms)


async def log(connection: AsyncConnection, number: int, who: str, what: str, note: str | None,
              now_ms: int) -> None:  # fmt: skip
    line = {"rollout_id": number, "at_ms": now_ms, "who": who[:_WHO], "what": what, "note": note}
    await connection.execute(insert(rollout_log).values(line))


async def lines(connection: AsyncConnection, number: int) -> list[dict[str, Any]]:
    """Who did what, the newest first."""
    mine = select(rollout_log).where(rollout_log.c.rollout_id == number)
    found = await connection.execute(mine.order_by(rollout_log.c.id.desc()))
    return [dict(row) for row in found.mappings()]


async def start(connection: AsyncConnection, database: Database, new: dict[str, Any],
                rows: dict[str, Row], before: Rollout | None) -> int:  # fmt: skip
    """-> its id. What still stands at a bus of the rollout before is taken over, and then replaced
    or taken back."""
    values = {"state": RUNNING, "stage": 0, "stage_ms": new["made_ms"], **new}
    number = new_id(await connection.execute(insert(rollouts).values(values)))
    for bus, old in before.rows.items() if before else ():
        if old.offer is not None:
            row = rows.setdefault(bus, Row(bus, None))
            row.offer, row.offer_ms = old.offer, old.offer_ms
    if rows:
        await connection.execute(
            insert(rollout_buses), [{"rollout_id": number, **asdict(row)} for row in rows.values()]
        )
    await log(connection, number, new["made_by"], "start", None, new["made_ms"])
    return number


async def happened(connection: AsyncConnection, one: Rollout) -> list[Happened]:
    """The newest events `update` of its buses that may not have been looked at yet, in the order in
    which they were heard."""
    seen_ms = max((row.event_ms or 0 for row in one.rows.values()), default=0)
    since_ms = max(one.made_ms, seen_ms - _WRITTEN_MS)
    number = func.row_number().over(
        partition_by=buses.c.bus, order_by=(events.c.heard_ms.desc(), events.c.seq.desc())
    )
    found = (
        select(buses.c.bus, events.c.at_ms, events.c.heard_ms, events.c.odd_clock, events.c.data,
               events.c.seq, number.label("number"))
        .select_from(events)
        .join(journals, journals.c.id == events.c.journal_id + 0)  # so it begins with the newest
        .join(buses, buses.c.id == journals.c.bus_id)
        .where(buses.c.fleet == one.fleet, IS_UPDATE, events.c.heard_ms >= since_ms)
        .subquery()
    )  # fmt: skip
    rows = await connection.execute(
        select(found).where(found.c.number <= _OF_A_BUS).order_by(found.c.heard_ms, found.c.seq)
    )
    return [
        Happened(row.bus, None if row.odd_clock else row.at_ms, row.heard_ms, row.data, row.seq)
        for row in rows
    ]


async def known(connection: AsyncConnection, fleet: str) -> list[Known]:
    """The fleet's buses as they stand in the database: for the command line."""
    found = await connection.execute(
        select(buses).where(buses.c.fleet == fleet, buses.c.gone_ms.is_(None)).order_by(buses.c.bus)
    )
    return [
        Known(row.bus, row.label, row.status, bool((row.status or {}).get("online")))
        for row in found
    ]
