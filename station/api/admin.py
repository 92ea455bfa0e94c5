"""For administrators: people, the quarantine, and who looked at what."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import select

from station.api import shapes
from station.api.guards import Admin, TheStation, note_access, problems
from station.clock import iso
from station.db.tables import access_log, quarantine

router = APIRouter(tags=["admin"])
Limit = Annotated[int, Query(ge=1, le=2000)]


@router.get("/api/users", response_model=list[shapes.User])
async def users(station: TheStation, who: Admin) -> Any:
    return await station.accounts.everybody()


@router.post("/api/users", status_code=204, responses=problems(409))
async def put_user(body: shapes.NewUser, station: TheStation, who: Admin) -> None:
    """Adds a person, or changes one. The last administrator cannot be removed."""
    people = await station.accounts.everybody()
    admins = {p["name"] for p in people if p["role"] == "admin" and p["enabled"]}
    if admins == {body.name} and (body.role != "admin" or not body.enabled):
        raise HTTPException(409, f"{body.name} is the only administrator.")
    if body.password is not None:
        await station.accounts.put(body.name, body.role, body.password, body.lang)
    elif body.name not in {p["name"] for p in people}:
        raise HTTPException(422, "A new person needs a password of 10 characters or more.")
    await station.accounts.change(body.name, role=body.role, lang=body.lang, enabled=body.enabled)
    await note_access(station, who, "user", note=f"{body.name}: {body.role}")


@router.get("/api/quarantine", response_model=list[shapes.Quarantined])
async def bad_messages(station: TheStation, who: Admin, limit: Limit = 200) -> Any:
    """Messages that broke the contract, the newest first."""
    query = select(quarantine).order_by(quarantine.c.last_ms.desc()).limit(limit)
    async with station.db.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [
        {**row, "first_at": iso(row["first_ms"]), "last_at": iso(row["last_ms"])} for row in rows
    ]


@router.get("/api/log", response_model=list[shapes.AccessLine])
async def who_did_what(station: TheStation, who: Admin, limit: Limit = 200) -> Any:
    """Every look at a track, and what administrators did, the newest first."""
    query = select(access_log).order_by(access_log.c.id.desc()).limit(limit)
    async with station.db.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [{**row, "at": iso(row["at_ms"])} for row in rows]
