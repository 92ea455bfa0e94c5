"""One bus, one day: the track, the events, the gaps. Every look at a track is logged."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path
from sqlalchemy import update

from station.accounts import Person
from station.api import shapes
from station.api.guards import NAME, Admin, Duty, TheStation, Viewer, note_access, problems
from station.clock import day_of, local_day
from station.db.tables import buses
from station.identity.signing import NoKey
from station.live.live_bus import LiveBus
from station.reports import days
from station.reports.cuts import span
from station.station import Station

router = APIRouter(tags=["buses"])
Name = Annotated[str, Path(pattern=NAME)]


@router.get("/api/buses/{fleet}/{bus}/days")
async def list_days(fleet: Name, bus: Name, station: TheStation, who: Viewer) -> list[str]:
    """Local days with records of this bus, the newest first."""
    journals = await station.journals_of(fleet, bus)
    async with station.db.read() as connection:
        return await days.known(connection, journals)


@router.get(
    "/api/buses/{fleet}/{bus}/day/{day}", response_model=shapes.Day, responses=problems(404)
)
async def one_day(fleet: Name, bus: Name, day: str, station: TheStation, who: Viewer) -> Any:
    """A local day (UTC+7), 2026-11-22 or 2569-11-22. A trip across midnight is on the day on which
    it began, to its end. The access log gets an entry before the day is shown."""
    try:
        from_ms, to_ms = local_day(day)
    except (ValueError, OverflowError):
        raise HTTPException(422, f"{day!r} is not a day such as 2026-11-22.") from None
    _known(station, fleet, bus)
    await note_access(station, who, "track", fleet=fleet, bus=bus, day=day_of(from_ms))
    journals = await station.journals_of(fleet, bus)
    async with station.db.read() as connection:
        from_ms, to_ms = await span(connection, journals, from_ms, to_ms)
        track, odd_track = await days.track(connection, journals, from_ms, to_ms)
        events = await days.events_of(connection, journals, from_ms, to_ms)
    gaps = [
        {"epoch": epoch, "first": first, "last": last}
        for epoch, first, last in station.gaps.of(fleet, bus)
    ]
    return {"track": track, "odd_track": odd_track, "events": events, "gaps": gaps}


@router.post("/api/buses/{fleet}/{bus}", status_code=204, responses=problems(404))
async def look(
    fleet: Name, bus: Name, body: shapes.BusLook, station: TheStation, who: Admin
) -> None:
    """Sets the bus's name, its telephone number and its seat layout."""
    known = _known(station, fleet, bus)
    layout = body.layout.model_dump() if body.layout else None
    async with station.db.write() as connection:
        number = await station.bus_ids.of(connection, fleet, bus)
        change = update(buses).where(buses.c.id == number)
        await connection.execute(change.values(label=body.label, phone=body.phone, layout=layout))
    known.label, known.phone, known.layout = body.label, body.phone, layout
    station.live.show(known)
    await note_access(station, who, "bus", fleet=fleet, bus=bus)


@router.post(
    "/api/buses/{fleet}/{bus}/out_of_service",
    response_model=shapes.Answered,
    responses=problems(404, 409, 504),
)
async def out_of_service(
    fleet: Name, bus: Name, body: shapes.SeatsAndDays, station: TheStation, who: Duty
) -> Any:
    """Asks the bus not to watch these seats for so many days; 0: to watch them again. 409: the bus
    is not connected, or refuses, and says why. 504: it has not answered yet, and may still do it.
    """
    known = _connected(station, fleet, bus)
    note = f"{', '.join(map(str, body.seats))}: {body.days}"
    await note_access(station, who, "out_of_service", fleet=fleet, bus=bus, note=note)
    return await _ask(station, known, "out_of_service", body.model_dump(), who)


@router.post(
    "/api/buses/{fleet}/{bus}/mode",
    response_model=shapes.Answered,
    responses=problems(404, 409, 504),
)
async def mode(
    fleet: Name, bus: Name, body: shapes.WantedMode, station: TheStation, who: Duty
) -> Any:
    """Asks the bus to begin a drill, service or an evacuation, or to end every mode (normal). 409
    and 504 as for out_of_service."""
    known = _connected(station, fleet, bus)
    await note_access(station, who, "mode", fleet=fleet, bus=bus, note=body.mode)
    return await _ask(station, known, body.mode, {}, who)


@router.post("/api/buses/{fleet}/{bus}/gone", status_code=204, responses=problems(404, 409))
async def gone(fleet: Name, bus: Name, station: TheStation, who: Admin) -> None:
    """Takes a bus off the list: it is out of service, or has another name now. Its records stay,
    and the bus is back as soon as it sends a message. Refused while it is connected, or while an
    alarm of it is not acknowledged."""
    known = station.live.get(fleet, bus)
    if known is None or known.gone_ms is not None:
        raise HTTPException(404, f"The bus {fleet}/{bus} is not on the list.")
    word_ms = known.last_word_ms
    if known.online and known.dark_ms is None:
        raise HTTPException(409, f"The bus {fleet}/{bus} is connected.")
    async with station.db.write() as connection:
        number = await station.bus_ids.of(connection, fleet, bus)
    async with station.silence.judging:  # else the bus is found dark again in between
        try:
            await station.alarms.end_all(number, who.name)
        except ValueError as error:
            raise HTTPException(409, str(error)) from None
        await note_access(station, who, "gone", fleet=fleet, bus=bus)
        if known.last_word_ms > word_ms:
            return  # the bus has spoken meanwhile
        known.gone_ms, known.dark_ms = station.clock.now_ms(), None
    station.live.unsaved.add(known.key)
    await station.saved.save()
    station.live.show(known)


def _connected(station: Station, fleet: str, bus: str) -> LiveBus:
    known = _known(station, fleet, bus)
    if not known.online:
        raise HTTPException(409, f"The bus {fleet}/{bus} is not connected.")
    return known


async def _ask(
    station: Station, bus: LiveBus, name: str, request: dict[str, Any], who: Person
) -> dict[str, str]:
    """-> what the bus answers."""
    try:
        answer = await station.commands.ask(bus, name, request, who.name)
    except NoKey as error:
        raise HTTPException(409, str(error)) from None
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None
    if not answer.ok:
        raise HTTPException(409, answer.message)
    return {"message": answer.message}


def _known(station: Station, fleet: str, bus: str) -> LiveBus:
    """A person who asks for a bus does not enter it."""
    known = station.live.get(fleet, bus)
    if known is None:
        raise HTTPException(404, f"The station has never heard of the bus {fleet}/{bus}.")
    return known
