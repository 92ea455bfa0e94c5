"""Who asks, and whether they may. Every route of the API has one of these guards.

A route that names a fleet is refused here to a person of another one. A route that does not has to
let what it answers through the person's sight (station/live/sight.py).
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Query, Request, Security
from fastapi.security import APIKeyCookie, APIKeyHeader
from sqlalchemy import insert

from station.addresses import site
from station.api.shapes import Problem
from station.db.tables import access_log
from station.people.person import ROLES, Person
from station.station import Station

COOKIE = "station"
NAME = "^[A-Za-z0-9_-]{1,32}$"
"""Of a fleet or a bus."""
_session = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /api/login")
_token = APIKeyHeader(name="X-CSRF-Token", auto_error=False,
                      description="With every POST: the csrf of GET /api/me")  # fmt: skip


def problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    """For the documentation: these answers are possible, and are always JSON."""
    content = {"application/json": {"schema": Problem.model_json_schema()}}
    return {code: {"description": HTTPStatus(code).phrase, "content": content} for code in codes}


def station_of(request: Request) -> Station:
    return request.app.state.station


def address_of(request: Request) -> str:
    """Where it comes from; behind a named proxy, what that says."""
    return request.client.host if request.client else ""


def site_of(request: Request) -> str:
    """Where it comes from, as it is counted."""
    return site(address_of(request))


TheStation = Annotated[Station, Depends(station_of)]


async def signed_in(
    request: Request,
    station: TheStation,
    cookie: Annotated[str | None, Security(_session)],
    token: Annotated[str | None, Security(_token)],
) -> Person:
    person = await station.accounts.who(cookie)
    if person is None:
        raise HTTPException(401, "Sign in first.")
    is_theirs = hmac.compare_digest((token or "").encode(), person.csrf.encode())
    if request.method not in ("GET", "HEAD") and not is_theirs:
        raise HTTPException(403, "The X-CSRF-Token does not belong to this session.")
    named = [request.path_params.get("fleet"), *request.query_params.getlist("fleet")]
    if not all(person.sight.has(fleet) for fleet in named if fleet is not None):
        raise HTTPException(403, "This fleet is not one of yours.")
    return person


def _at_least(role: str):
    async def check(person: Annotated[Person, Depends(signed_in)]) -> Person:
        if ROLES.index(person.role) < ROLES.index(role):
            raise HTTPException(403, f"This needs the role {role}.")
        return person

    return check


def must_code(person: Person, station: Station) -> bool:
    """The person has to set up a second factor before anything can be administrated."""
    return station.settings.admins_need_code and person.role == "admin" and not person.code


async def _may_administrate(
    station: TheStation, person: Annotated[Person, Depends(_at_least("admin"))]
) -> Person:
    if must_code(person, station):
        raise HTTPException(403, "An administrator of this station signs in with a code as well.")
    return person


Viewer = Annotated[Person, Depends(signed_in)]
Duty = Annotated[Person, Depends(_at_least("duty"))]
Admin = Annotated[Person, Depends(_may_administrate)]
Limit = Annotated[int, Query(ge=1, le=2000)]


async def note_access(station: Station, who: Person, what: str, **about: str | None) -> None:
    """Called before the answer: what cannot be logged is not shown."""
    at_ms = station.clock.now_ms()
    line = insert(access_log).values(at_ms=at_ms, who=who.name, what=what, **about)
    async with station.db.write() as connection:
        await connection.execute(line)
