"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from station.accounts import Person, TooManyTries
from station.api import shapes
from station.api.guards import COOKIE, TheStation, Viewer, problems

router = APIRouter(tags=["session"])
_KEPT_S = 400 * 86_400  # by the browser, at most; the station decides when a session ends


@router.post("/api/login", responses=problems(429))
async def login(
    body: shapes.SignIn, request: Request, response: Response, station: TheStation
) -> shapes.Me:
    """Sets the session's cookie."""
    address = request.client.host if request.client else ""
    try:
        found = await station.accounts.sign_in(body.name, body.password, address)
    except TooManyTries:
        raise HTTPException(429, "Too many tries. Wait five minutes.") from None
    if found is None:
        raise HTTPException(401, "Name or password is wrong.")
    cookie, person = found
    response.set_cookie(
        COOKIE, cookie, max_age=_KEPT_S, httponly=True, samesite="strict",
        secure=station.settings.secure_cookie,
    )  # fmt: skip
    return _me(person)


@router.post("/api/logout", status_code=204)
async def logout(request: Request, response: Response, station: TheStation, who: Viewer) -> None:
    await station.accounts.sign_out(request.cookies[COOKIE])
    response.delete_cookie(COOKIE)


@router.get("/api/me")
async def me(who: Viewer) -> shapes.Me:
    """Who is signed in, and the token that every POST has to carry."""
    return _me(who)


def _me(person: Person) -> shapes.Me:
    return shapes.Me.model_validate(person._asdict())
