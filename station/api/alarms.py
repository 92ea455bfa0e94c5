"""Alarms: find them, acknowledge one, read what happened to one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query
from sqlalchemy import select

from station.alarms.rows import read_log, search
from station.api import shapes
from station.api.guards import NAME, Duty, TheStation, Viewer, problems
from station.clock import parse_moment
from station.db.tables import alarms as alarms_table
from station.db.tables import buses
from station.people.person import Person
from station.station import Station

router = APIRouter(tags=["alarms"])
Name = Annotated[str | None, Query(pattern=NAME)]
Number = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/api/alarms", response_model=list[shapes.Alarm])
async def alarms(
    station: TheStation,
    who: Viewer,
    fleet: Name = None,
    bus: Name = None,
    kind: Annotated[str | None, Query(pattern="^[a-z][a-z0-9_]{0,47}$")] = None,
    state: Literal["active", "cleared", "unacknowledged", "acknowledged"] | None = None,
    since: Annotated[str | None, Query(alias="from")] = None,
    to: str | None = None,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> Any:
    """The newest first, by when they were raised, or heard if that is not known. `from` and `to`
    are moments (2026-11-22T00:00:00Z) or local days (2026-11-22; the day `to` is included)."""
    try:
        from_ms = parse_moment(since, False) if since else None
        to_ms = parse_moment(to, True) if to else None
    except (ValueError, OverflowError):
        raise HTTPException(
            422, "from and to have to be a day or a moment, such as 2026-11-22."
        ) from None
    async with station.db.read() as connection:
        return await search(connection, who.sight, fleet, bus, kind, state, from_ms, to_ms, limit)


@router.post("/api/alarms/{number}/ack", response_model=shapes.Alarm, responses=problems(404))
async def acknowledge(
    number: Number, body: shapes.Acknowledge, station: TheStation, who: Duty
) -> Any:
    """The person who asks has seen the alarm and acts. A later acknowledgement changes nothing."""
    await _seen(number, station, who)
    alarm = await station.alarms.acknowledge(number, who.name, body.note)
    if alarm is None:
        raise HTTPException(404, f"There is no alarm {number}.")
    return alarm


@router.get("/api/alarms/{number}/log", response_model=list[shapes.LogLine],
            responses=problems(404))  # fmt: skip
async def log(number: Number, station: TheStation, who: Viewer) -> Any:
    """Who did what, the oldest first."""
    await _seen(number, station, who)
    async with station.db.read() as connection:
        return await read_log(connection, number)


async def _seen(number: int, station: Station, who: Person) -> None:
    """Refuses an alarm that does not exist, or is of a fleet that this person does not see."""
    query = select(buses.c.fleet).join(alarms_table).where(alarms_table.c.id == number)
    async with station.db.read() as connection:
        fleet = (await connection.execute(query)).scalar()
    if fleet is None or not who.sight.has(fleet):
        raise HTTPException(404, f"There is no alarm {number}.")
