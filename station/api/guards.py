"""Who asks, and whether they may. Every answer of the API goes through one of these."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlalchemy import insert

from station.accounts import ROLES, Person
from station.station import Station
from station.tables import access_log

COOKIE = "station"


def station_of(request: Request) -> Station:
    return request.app.state.station


TheStation = Annotated[Station, Depends(station_of)]


async def signed_in(request: Request, station: TheStation) -> Person:
    person = await station.accounts.who(request.cookies.get(COOKIE))
    if person is None:
        raise HTTPException(401, "Sign in first.")
    if request.method not in ("GET", "HEAD"):
        token = request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(token.encode(), person.csrf.encode()):
            raise HTTPException(403, "The X-CSRF-Token does not belong to this session.")
    return person


def _at_least(role: str):
    async def check(person: Annotated[Person, Depends(signed_in)]) -> Person:
        if ROLES.index(person.role) < ROLES.index(role):
            raise HTTPException(403, f"This takes the role {role}.")
        return person

    return check


Viewer = Annotated[Person, Depends(signed_in)]
Duty = Annotated[Person, Depends(_at_least("duty"))]
Admin = Annotated[Person, Depends(_at_least("admin"))]


async def note_access(station: Station, who: Person, what: str, **about: str | None) -> None:
    """Before the answer: what cannot be logged is not shown."""
    at_ms = station.clock.now_ms()
    line = insert(access_log).values(at_ms=at_ms, who=who.name, what=what, **about)
    async with station.db.write() as connection:
        await connection.execute(line)
