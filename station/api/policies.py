"""The policies that the map shows, and which of them each bus says that it follows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import select

from station.api.guards import Admin, TheStation, note_access
from station.clock import iso
from station.places import put_pack, read_pack
from station.settings import SettingsError
from station.tables import policies

router = APIRouter(tags=["policies"])
Fleet = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,32}$")]


class BusPolicy(BaseModel):
    """hash: what the bus follows, None: it has none; known: it has told of itself."""

    bus: str
    label: str | None
    known: bool
    hash: str | None


class Policy(BaseModel):
    """hash, version: what the map shows; None: this fleet has none here."""

    fleet: str
    hash: str | None
    version: int | None
    put_at: str | None
    buses: list[BusPolicy]


class Pack(BaseModel):
    """text: the pack as it goes to the buses, to the letter; its hash is made of it."""

    text: str = Field(max_length=2_000_000)


@router.get("/api/policies", response_model=list[Policy])
async def which(station: TheStation, who: Admin) -> list[dict]:
    """Every fleet that has buses or a policy here."""
    async with station.db.read() as connection:
        rows = {row.fleet: row for row in await connection.execute(select(policies))}
    buses = sorted(station.live, key=lambda bus: bus.key)
    return [
        _of(fleet, rows.get(fleet), [bus for bus in buses if bus.fleet == fleet])
        for fleet in sorted({bus.fleet for bus in buses} | set(rows))
    ]


@router.post("/api/policies/{fleet}", status_code=204)
async def upload(fleet: Fleet, body: Pack, station: TheStation, who: Admin) -> None:
    """For the map, in place of the one before. To the buses it goes as docs/mqtt.md says."""
    try:
        pack, digest = read_pack(fleet, body.text, "The file")
    except SettingsError as error:
        raise HTTPException(422, str(error)) from None
    await note_access(station, who, "policy", fleet=fleet, note=digest)
    await put_pack(station.db, fleet, pack, digest, station.clock.now_ms())


def _of(fleet, row, buses) -> dict:
    version = row.pack.get("version") if row else None
    return {
        "fleet": fleet,
        "hash": row.hash if row else None,
        "version": version if isinstance(version, int) else None,
        "put_at": iso(row.put_ms) if row else None,
        "buses": [
            {"bus": bus.bus, "label": bus.label, "known": "policy" in (bus.status or {}),
             "hash": (bus.status or {}).get("policy")}
            for bus in buses
        ],
    }  # fmt: skip
