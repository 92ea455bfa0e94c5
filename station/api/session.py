"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from station.accounts import CodeNeeded
from station.api import people_shapes as shapes
from station.api.guards import COOKIE, TheStation, Viewer, address_of, must_code, problems
from station.people import devices
from station.people.person import Person
from station.people.tries import TooManyTries
from station.station import Station

router = APIRouter(tags=["session"])
_KEPT_S = 400 * 86_400  # by the browser, at most; the station decides when a session ends
TOO_MANY = "Too many tries. Wait a minute, or use a device from which you have signed in before."


@router.post("/api/login", responses=problems(428, 429))
async def login(
    body: shapes.SignIn, request: Request, response: Response, station: TheStation
) -> shapes.Me:
    """Sets the session's cookie. 428: the password is right, and this person's sign-in takes a code
    as well, which is missing or wrong."""
    device = devices.cookie_name(body.name)
    try:
        found = await station.accounts.sign_in(
            body.name, body.password, address_of(request), request.cookies.get(device),
            request.headers.get("user-agent", ""), body.code,
        )  # fmt: skip
    except TooManyTries:
        raise HTTPException(429, TOO_MANY) from None
    except CodeNeeded as needed:
        raise HTTPException(428, code_wanted(needed)) from None
    if found is None:
        raise HTTPException(401, "Name or password is wrong.")
    cookie, person = found
    _set(request, response, station, COOKIE, cookie)
    await remember_device(request, response, station, person.name)
    return _me(person, station)


def code_wanted(needed: CodeNeeded) -> str:
    return "The code is wrong, or was used before." if needed.was_given else "A code is needed."


async def remember_device(
    request: Request, response: Response, station: Station, name: str
) -> None:
    """A device that is known keeps its cookie, and with it the tries that it has used."""
    cookie, known = devices.cookie_name(name), station.accounts.devices
    given = request.cookies.get(cookie)
    kept = given if given and await known.known(given, name) else await known.cookie(name)
    _set(request, response, station, cookie, kept)


def _set(request: Request, response: Response, station: Station, name: str, value: str) -> None:
    is_secure = station.settings.secure_cookie or request.url.scheme == "https"
    response.set_cookie(
        name, value, max_age=_KEPT_S, path=_path(station), httponly=True, samesite="strict",
        secure=is_secure,
    )  # fmt: skip


def _path(station: Station) -> str:
    """Another program of the same host is not sent the cookie."""
    return station.settings.root_path + "/"


@router.post("/api/logout", status_code=204)
async def logout(request: Request, response: Response, station: TheStation, who: Viewer) -> None:
    await station.accounts.sessions.sign_out(request.cookies[COOKIE])
    response.delete_cookie(COOKIE, path=_path(station))


@router.get("/api/me")
async def me(station: TheStation, who: Viewer) -> shapes.Me:
    """Who is signed in, and the token that every POST has to carry."""
    return _me(who, station)


def _me(person: Person, station: Station) -> shapes.Me:
    return shapes.Me.model_validate({**person._asdict(), "must_code": must_code(person, station)})
