"""For administrators: people, what they may see, their sessions, and who tried to sign in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path

from station.accounts import NO_CODE
from station.api import people_shapes as shapes
from station.api.guards import Admin, Limit, TheStation, note_access, problems
from station.api.me import Ident
from station.people.person import BadName

router = APIRouter(tags=["people"])
Name = Annotated[str, Path(pattern=shapes.PERSON)]


@router.get("/api/users", response_model=list[shapes.User])
async def users(station: TheStation, who: Admin) -> Any:
    return await station.accounts.everybody()


@router.post("/api/users", status_code=204, responses=problems(409))
async def put_user(body: shapes.NewUser, station: TheStation, who: Admin) -> None:
    """Adds a person, or changes one. The last administrator cannot be removed."""
    people = {p["name"]: p for p in await station.accounts.everybody()}
    admins = {name for name, p in people.items() if p["role"] == "admin" and p["enabled"]}
    if admins == {body.name} and (body.role != "admin" or not body.enabled):
        raise HTTPException(409, f"{body.name} is the only administrator.")
    if body.role == "admin" and body.fleets is not None:
        raise HTTPException(422, "An administrator sees all fleets.")
    values = body.model_dump(include={"role", "lang", "enabled", "fleets"})
    if body.password is not None:
        try:
            await station.accounts.put(body.name, password=body.password, **values)
        except BadName as error:
            raise HTTPException(422, str(error)) from None
    elif not await station.accounts.change(body.name, **values):
        raise HTTPException(422, "A new person needs a password of 10 characters or more.")
    await note_access(station, who, "user", note=_note(body, people.get(body.name)))


def _note(body: shapes.NewUser, before: dict[str, Any] | None) -> str:
    """For the access log: what the person may do now, and what was changed. Its words are in the
    texts of the page."""
    fleets = "" if body.fleets is None else ": " + ", ".join(body.fleets)
    told = [f"{body.name}: {body.role}{fleets}"]
    if before is None:
        told.append("new")
    else:
        told += [part for part in ("role", "fleets", "lang") if before[part] != getattr(body, part)]
        told += ["password"] * (body.password is not None) + ["second_factor"] * before["code"]
    if not body.enabled:
        told.append("disabled")
    elif before is not None and not before["enabled"]:
        told.append("enabled")
    return "; ".join(told)


@router.post("/api/users/{name}/code/off", status_code=204, responses=problems(404))
async def no_code(name: Name, station: TheStation, who: Admin) -> None:
    """For a person who has lost telephone and recovery codes: the password is enough again."""
    if not await station.accounts.change(name, **NO_CODE):
        raise HTTPException(404, "There is no such person.")
    await note_access(station, who, "code_off", note=name)


@router.get("/api/sessions", response_model=list[shapes.Session])
async def sessions(station: TheStation, who: Admin) -> Any:
    """Of everybody; the one that was used last comes first."""
    found = await station.accounts.sessions.listed()
    return [{**one, "mine": one["id"] == who.session} for one in found]


@router.post("/api/sessions/{ident}/end", status_code=204, responses=problems(404))
async def end(ident: Ident, station: TheStation, who: Admin) -> None:
    if not await station.accounts.sessions.end(ident):
        raise HTTPException(404, "There is no such session.")
    await note_access(station, who, "session_end", note=ident)


@router.get("/api/sign_ins", response_model=list[shapes.TriedSignIn])
async def sign_ins(station: TheStation, who: Admin, limit: Limit = 200) -> Any:
    """Who signed in or tried to, the newest first. Failed ones that repeat within an hour are one
    line; from 17 on `times` is at least so many."""
    return await station.accounts.sign_ins.listed(limit)
