"""For administrators: the quarantine, and who looked at what."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import select

from station.api import shapes
from station.api.guards import Admin, Limit, TheStation
from station.clock import iso
from station.db.tables import access_log, quarantine

router = APIRouter(tags=["admin"])


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
