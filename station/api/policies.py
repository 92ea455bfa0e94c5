"""The policies: what the map shows, what the buses shall follow, and what each says it follows."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import select

from station.api.guards import Admin, TheStation, note_access, problems
from station.clock import iso
from station.db.tables import policies
from station.policy.places import put_pack, read_pack
from station.settings import SettingsError

router = APIRouter(tags=["policies"])
Fleet = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,32}$")]


class BusPolicy(BaseModel):
    """hash: what the bus follows, None: it has none; known: it has told of itself. sending: how
    far it is on its way to the policy that was sent, None: none was. message: what it said."""

    bus: str
    label: str | None
    known: bool
    hash: str | None
    sending: Literal["follows", "on_its_way", "there", "refused", "waits"] | None
    part: int | None
    parts: int | None
    message: str | None


class Policy(BaseModel):
    """hash, version: what the map shows; None: this fleet has none here."""

    fleet: str
    hash: str | None
    version: int | None
    put_at: str | None
    sent_at: str | None
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
        _of(station, fleet, rows.get(fleet), [bus for bus in buses if bus.fleet == fleet])
        for fleet in sorted({bus.fleet for bus in buses} | set(rows))
    ]


@router.post("/api/policies/{fleet}", status_code=204)
async def upload(fleet: Fleet, body: Pack, station: TheStation, who: Admin) -> None:
    """For the map, in place of the one before; the buses go on with what they have."""
    try:
        pack, digest = read_pack(fleet, body.text, "The file")
    except SettingsError as error:
        raise HTTPException(422, str(error)) from None
    await note_access(station, who, "policy", fleet=fleet, note=digest)
    await put_pack(station.db, fleet, pack, digest, body.text, station.clock.now_ms())
    await station.delivery.read()


@router.post("/api/policies/{fleet}/send", status_code=204, responses=problems(404, 409))
async def send(fleet: Fleet, station: TheStation, who: Admin) -> None:
    """To the buses of the fleet, as soon as each is there. What one refuses it says."""
    await note_access(station, who, "policy_send", fleet=fleet)
    try:
        await station.delivery.send(fleet)
    except LookupError:
        raise HTTPException(404, f"The fleet {fleet} has no policy here.") from None
    except ValueError as error:
        raise HTTPException(409, str(error)) from None


def _of(station, fleet, row, buses) -> dict:
    version = row.pack.get("version") if row else None
    return {
        "fleet": fleet,
        "hash": row.hash if row else None,
        "version": version if isinstance(version, int) else None,
        "put_at": iso(row.put_ms) if row else None,
        "sent_at": iso(row.sent_ms) if row else None,
        "buses": [
            {"bus": bus.bus, "label": bus.label, "known": bus.knows_policies, "hash": bus.policy,
             **station.delivery.shown(bus)}
            for bus in buses
        ],
    }  # fmt: skip
