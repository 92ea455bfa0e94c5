"""Policies: what the map shows, what the buses shall follow, and what each bus says it follows."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import select

from station.api.guards import Admin, TheStation, note_access, problems
from station.clock import iso
from station.db.tables import policies
from station.policy.pack import PackError, put_pack, read_pack

router = APIRouter(tags=["policies"])
Fleet = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,32}$")]


class BusPolicy(BaseModel):
    """hash: the policy that the bus follows; None: it has none. known: the bus has sent its status.
    sending: how far the bus is with the policy that was sent; None: none was sent. message: why the
    bus refused it."""

    bus: str
    label: str | None
    known: bool
    hash: str | None
    sending: Literal["follows", "on_its_way", "there", "refused", "waits"] | None
    part: int | None
    parts: int | None
    message: str | None


class Policy(BaseModel):
    """hash, version: of the policy on the map; None: the station has none of this fleet."""

    fleet: str
    hash: str | None
    version: int | None
    put_at: str | None
    sent_at: str | None
    buses: list[BusPolicy]


class Pack(BaseModel):
    """text: the pack exactly as it is sent to the buses; its hash is computed from it."""

    text: str = Field(max_length=2_000_000)


@router.get("/api/policies", response_model=list[Policy])
async def which(station: TheStation, who: Admin) -> list[dict]:
    """Every fleet that has buses or a policy at this station."""
    async with station.db.read() as connection:
        rows = {row.fleet: row for row in await connection.execute(select(policies))}
    buses = sorted(station.live, key=lambda bus: bus.key)
    return [
        _of(station, fleet, rows.get(fleet), [bus for bus in buses if bus.fleet == fleet])
        for fleet in sorted({bus.fleet for bus in buses} | set(rows))
    ]


@router.post("/api/policies/{fleet}", status_code=204)
async def upload(fleet: Fleet, body: Pack, station: TheStation, who: Admin) -> None:
    """Replaces the policy on the map; the buses keep following the one that they have."""
    try:
        pack, digest = read_pack(fleet, body.text, "The file")
    except PackError as error:
        raise HTTPException(422, str(error)) from None
    await note_access(station, who, "policy", fleet=fleet, note=digest)
    await put_pack(station.db, fleet, pack, digest, body.text, station.clock.now_ms())
    await station.delivery.read()


@router.post("/api/policies/{fleet}/send", status_code=204, responses=problems(404, 409))
async def send(fleet: Fleet, station: TheStation, who: Admin) -> None:
    """Sends the policy to the buses of the fleet, to each as soon as it is online. A bus that
    refuses it says why (GET /api/policies)."""
    await note_access(station, who, "policy_send", fleet=fleet)
    try:
        await station.delivery.send(fleet, who.name)
    except LookupError:
        raise HTTPException(404, f"The station has no policy of the fleet {fleet}.") from None
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
