"""For administrators: the identities of the buses, and giving, replacing and ending them."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Response

from station.api import shapes
from station.api.guards import NAME, Admin, TheStation, note_access, problems
from station.clock import iso
from station.identity.enrol import Made, everyone, give, revoke
from station.identity.errors import IdentityError
from station.identity.keys import Keys

router = APIRouter(tags=["admin"])
Fleet = Annotated[str, Path(pattern=NAME)]
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The identity file of one bus, or a ZIP of several",
        "content": {"application/json": _FILE, "application/zip": _FILE},
    }
}


@router.get("/api/identities", response_model=list[shapes.BusIdentities])
async def identities(station: TheStation, who: Admin) -> Any:
    """Each bus that was heard or has ever been given an identity, with all it was given, the newest
    first."""
    buses: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in await everyone(station.db):
        buses.setdefault((row["fleet"], row["bus"]), []).append(_view(row))
    live = {bus.key: bus for bus in station.live}
    return [
        {
            "fleet": key[0],
            "bus": key[1],
            "plain": key in live and (live[key].status or {}).get("tls") is False,
            "identities": buses.get(key, []),
        }
        for key in sorted({*buses, *live})
    ]


def _view(row: dict[str, Any]) -> dict[str, Any]:
    times = {f"{name}_at": iso(row[f"{name}_ms"]) for name in ("made", "ends", "revoked")}
    return {**row, **times, "last_seen_at": iso(row["last_seen_ms"])}


@router.post("/api/identities/{fleet}", response_class=Response,
             responses={**_FILES, **problems(409)})  # fmt: skip
async def give_identities(fleet: Fleet, body: shapes.Enrol, station: TheStation,
                          who: Admin) -> Response:  # fmt: skip
    """Answers with the files that make deploy sends. They hold secrets, and the station keeps no
    copy."""
    named = body.buses[0] if len(body.buses) == 1 else None
    about = {"fleet": fleet, "bus": named}
    names = None if named else ", ".join(body.buses)
    try:
        made = await give(station.db, Keys(station.settings.keys), fleet, body.buses, why=body.why,
                          how=body.how, by=who.name, now_ms=station.clock.now_ms())  # fmt: skip
    except IdentityError as error:
        note = "; ".join(part for part in ("refused", names) if part)
        await note_access(station, who, body.why, **about, note=note)
        raise HTTPException(409, str(error)) from error
    await note_access(station, who, body.why, **about, note=names)
    name, kind, content = await asyncio.to_thread(_download, fleet, made)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def _download(fleet: str, made: list[Made]) -> tuple[str, str, bytes]:
    """-> (name, media type, content)."""
    if len(made) == 1:
        return f"{made[0].bus}.identity.json", "application/json", made[0].file
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in made:
            entry = zipfile.ZipInfo(f"{one.bus}.identity.json")
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, one.file)
    return f"{fleet}.identities.zip", "application/zip", packed.getvalue()


@router.post("/api/identities/{fleet}/{bus}/revoke", status_code=204, responses=problems(409))
async def revoke_identity(fleet: Fleet, bus: Annotated[str, Path(pattern=NAME)],
                          station: TheStation, who: Admin) -> None:  # fmt: skip
    """The bus may speak no more, until it is enrolled again."""
    try:
        await revoke(station.db, fleet, [bus], who.name, station.clock.now_ms())
    except IdentityError as error:
        await note_access(station, who, "revoke", fleet=fleet, bus=bus, note="refused")
        raise HTTPException(409, str(error)) from error
    await note_access(station, who, "revoke", fleet=fleet, bus=bus)
