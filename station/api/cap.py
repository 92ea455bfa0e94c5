"""Alarms for operation rooms: CAP 1.2 messages, and an Atom feed that lists them. Not public
(feed_reader.py)."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from station.api.feed_reader import Reader
from station.api.guards import TheStation, problems
from station.db.own import once, read
from station.feeds.cap.alert import alert
from station.feeds.cap.atom import atom
from station.feeds.cap.messages import listed, of_alarm
from station.station import Station

router = APIRouter(tags=["feeds"])
_OWN = "cap"
Number = Annotated[int | None, Query(ge=1, le=2**62)]


class Cap(Response):
    media_type = "application/cap+xml"


class Atom(Response):
    media_type = "application/atom+xml"


async def _sender(station: Station) -> str:
    """Made once: two stations never speak with one name."""
    async with station.db.read() as connection:
        name = (await read(connection, _OWN)).get(_OWN)
    if name is None:
        async with station.db.write() as connection:
            name = await once(connection, station.db, _OWN, secrets.token_hex(6))
    return f"busguard-{name}"


@router.get("/api/feeds/alarms.atom", response_class=Atom)
async def cap_list(station: TheStation, sight: Reader) -> Response:
    """The messages of the last 24 hours and those of alarms that are not over, the newest first."""
    sender, now_ms = await _sender(station), station.clock.now_ms()
    async with station.db.read() as connection:
        messages = await listed(connection, sight, station.alarms.at_hand, now_ms)
    return Atom(atom(messages, sender, now_ms))


@router.get("/api/feeds/alarms.cap.xml", response_class=Cap, responses=problems(404))
async def cap_alert(
    station: TheStation, sight: Reader, alarm: Number = None, message: Number = None
) -> Response:
    """One message of CAP 1.2: as alarms.atom links to it, the newest of an alarm, or the newest of
    all."""
    sender, now_ms = await _sender(station), station.clock.now_ms()
    async with station.db.read() as connection:
        if alarm is None:
            found = await listed(connection, sight, station.alarms.at_hand, now_ms)
        else:
            found = (await of_alarm(connection, sight, alarm))[::-1]
    if message is not None:
        found = [one for one in found if one.entry.number == message]
    if not found:
        raise HTTPException(404, "There is no such message.")
    return Cap(alert(found[0], sender))
