"""One bus's day as a file that proves itself (station/reports/evidence.py)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response

from station.api.guards import NAME, Admin, TheStation, note_access, problems
from station.identity.signing import NoKey
from station.reports import evidence

router = APIRouter(tags=["buses"])
Name = Annotated[str, Path(pattern=NAME)]


@router.get(
    "/api/buses/{fleet}/{bus}/evidence/{day}",
    response_class=Response,
    responses={**problems(404, 409), 200: {"content": {"application/zip": {}}}},
)
async def one_day(fleet: Name, bus: Name, day: str, station: TheStation, who: Admin) -> Response:
    """Every message of a local day, exactly as it came, signed by the city. 409: the station has no
    key of the city. The access log gets an entry before the file leaves."""
    try:
        key = station.signer.key()
    except NoKey as error:
        raise HTTPException(409, str(error)) from None
    await note_access(station, who, "evidence", fleet=fleet, bus=bus, day=day[:10])
    now_ms = station.clock.now_ms()
    try:
        async with station.db.read() as connection:
            made = await evidence.make(connection, key, fleet, bus, day, who.name, now_ms)
    except LookupError as error:
        raise HTTPException(404, error.args[0]) from None
    except (ValueError, OverflowError):
        raise HTTPException(422, f"{day!r} is not a day such as 2026-11-22.") from None
    name = f"busguard-evidence-{fleet}-{bus}-{day}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type="application/zip", headers=headers)
