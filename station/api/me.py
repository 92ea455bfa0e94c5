"""What everybody may do about himself: password, second factor, sessions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response

from station.accounts import CodeNeeded
from station.api import people_shapes as shapes
from station.api.guards import TheStation, Viewer, address_of, note_access, problems
from station.api.session import TOO_MANY, code_wanted, remember_device
from station.people import codes
from station.people.person import Person
from station.people.tries import TooManyTries
from station.station import Station

router = APIRouter(tags=["me"])
_CHANGED = "The password or the second factor was changed meanwhile."
Ident = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


@router.post("/api/me/password", status_code=204, responses=problems(409, 429))
async def password(
    body: shapes.NewPassword, request: Request, response: Response, station: TheStation, who: Viewer
) -> None:
    """The other sessions of this person end, and no other device is known any more."""
    proved = await _prove(request, station, who, body.old)
    if not await station.accounts.new_password(who, proved, body.new):
        raise HTTPException(409, _CHANGED)
    await remember_device(request, response, station, who.name)
    await note_access(station, who, "password")


@router.get("/api/me/code")
async def new_code(who: Viewer) -> shapes.NewCode:
    """A secret for a telephone. It counts once it is sent back with a code."""
    secret = codes.new_secret()
    link = codes.link(secret, who.name)
    return shapes.NewCode(secret=secret, link=link, picture=codes.picture(link))


@router.post("/api/me/code", responses=problems(409, 429))
async def use_code(
    body: shapes.FirstCode, request: Request, station: TheStation, who: Viewer
) -> shapes.RecoveryCodes:
    """From now on signing in takes a code. The recovery codes are shown this once. Whoever has a
    second factor already proves it, too: `present` is one of its codes."""
    proved = await _prove(request, station, who, body.password, body.present, ask_code=True)
    recovery = await station.accounts.use_codes(who, proved, body.secret, body.code)
    if recovery is None:
        raise HTTPException(409, "The code is wrong.")
    await note_access(station, who, "code_on")
    return shapes.RecoveryCodes(recovery=recovery)


@router.post("/api/me/code/off", status_code=204, responses=problems(409, 429))
async def no_code(
    body: shapes.BothProofs, request: Request, station: TheStation, who: Viewer
) -> None:
    """From now on the password is enough. The other sessions of this person end."""
    proved = await _prove(request, station, who, body.password, body.code, ask_code=True)
    if not await station.accounts.use_no_codes(who, proved):
        raise HTTPException(409, _CHANGED)
    await note_access(station, who, "code_off", note=who.name)


@router.get("/api/me/sessions", response_model=list[shapes.Session])
async def sessions(station: TheStation, who: Viewer) -> Any:
    """The one that was used last comes first."""
    found = await station.accounts.sessions.listed(who.name)
    return [{**one, "mine": one["id"] == who.session} for one in found]


@router.post("/api/me/sessions/{ident}/end", status_code=204, responses=problems(404))
async def end(ident: Ident, station: TheStation, who: Viewer) -> None:
    if not await station.accounts.sessions.end(ident, who.name):
        raise HTTPException(404, "There is no such session.")


async def _prove(
    request: Request, station: Station, who: Person, password: str, code: str | None = None,
    ask_code: bool = False,
) -> Any:  # fmt: skip
    """The person is asked for the password again, and for a code: a page that was left open is not
    enough. -> the row of users that was proved"""
    address = address_of(request)
    try:
        proved = await station.accounts.prove(who, password, address, code, ask_code)
    except TooManyTries:
        raise HTTPException(429, TOO_MANY) from None
    except CodeNeeded as needed:
        raise HTTPException(409, code_wanted(needed)) from None
    if proved is None:
        raise HTTPException(409, "The password is wrong.")
    return proved
