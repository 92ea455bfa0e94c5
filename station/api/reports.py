"""Reports of a day or a month: a table for the page, files for the office."""

from __future__ import annotations

import asyncio
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import StreamingResponse

from station.api.guards import NAME, TheStation, Viewer, note_access, problems
from station.clock import DAY_MS, day_of, local_day
from station.ending import end
from station.reports.maker import Busy, DatabaseAway, NotMade, slices
from station.reports.process import Wanted
from station.station import Station

router = APIRouter(tags=["reports"])
Name = Annotated[str, Query(pattern=NAME)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LOOKS_EVERY_S = 0.25


@router.get("/api/reports", responses={
    200: {"content": {"application/json": {}, "text/csv": {}, _XLSX: {}}}, **problems(429, 500)
})  # fmt: skip
async def report(
    request: Request,
    station: TheStation,
    who: Viewer,
    fleet: Name,
    bus: Name | None = None,
    report: Literal[
        "summary", "trips", "stops", "overspeed", "out_of_service", "alarms"
    ] = "summary",
    day: str | None = None,
    month: str | None = None,
    lang: Literal["th", "en"] = "th",
    format: Literal["json", "csv", "xlsx"] = "json",
) -> Any:
    """One sheet as JSON ({"columns", "rows", "left_out"}) or CSV, or all sheets as XLSX. Either
    `day` is a local day, 2026-11-22, or `month` is a month, 2026-11; the year may be Buddhist,
    2569. A trip counts on the day on which it began. `left_out` is a sentence if events with odd
    data or an odd time are not counted, else null. The access log keeps who asked. 429: another
    report of this person is being made. A request that is given up ends the making."""
    try:
        from_ms, to_ms = _span(day, month)
    except (ValueError, OverflowError):
        raise HTTPException(422, "A report needs either day=2026-11-22 or month=2026-11.") from None
    span = day_of(from_ms) if day else day_of(from_ms)[:7]
    await note_access(station, who, "report", fleet=fleet, bus=bus, day=span)
    wanted = Wanted(station.settings.db, fleet, bus, from_ms, to_ms, report, lang, format)
    try:
        made = await _made(request, station, who.name, wanted)
    except Busy:
        raise HTTPException(
            429, "Your report before this one is not ready yet. Ask again when it is."
        ) from None
    except DatabaseAway:
        raise HTTPException(503, "The database does not answer now.") from None
    except NotMade:
        raise HTTPException(
            500, "The report could not be made; the station's log says why. Tell the administrator."
        ) from None
    if format == "json":
        return StreamingResponse(slices(made), media_type="application/json")
    name = "-".join(part for part in ("busguard", fleet, bus, span) if part)
    if format == "csv":
        return _file(made, "text/csv; charset=utf-8", f"{name}-{report}.csv")
    return _file(made, _XLSX, f"{name}.xlsx")


@router.get("/api/reports/progress")
async def progress(station: TheStation, who: Viewer) -> dict[str, float | None]:
    """{"done": how much of this person's report is made, from 0 to 1}; null: none is made now."""
    return {"done": station.reports.done(who.name)}


async def _made(request: Request, station: Station, who: str, wanted: Wanted) -> IO[bytes]:
    """Given up as soon as the person who asked is gone."""
    making = asyncio.ensure_future(station.reports.make(who, wanted))
    try:
        while not making.done():
            await asyncio.wait({making}, timeout=_LOOKS_EVERY_S)
            if await request.is_disconnected():
                making.cancel()
        return await making
    except asyncio.CancelledError:
        await end([making])
        raise HTTPException(503, "The report was given up.") from None


def _span(day: str | None, month: str | None) -> tuple[int, int]:
    """-> (first ms, first ms after it). ValueError: neither, both, or no such day."""
    if (day is None) == (month is None):
        raise ValueError
    if day is not None:
        return local_day(day)
    from_ms, _ = local_day(f"{month}-01")
    after = day_of(from_ms + 31 * DAY_MS)
    to_ms, _ = local_day(f"{after[:7]}-01")
    if to_ms <= from_ms:  # no month follows the last one of year 9999
        raise ValueError
    return from_ms, to_ms


def _file(made: IO[bytes], kind: str, name: str) -> StreamingResponse:
    """name: of the file that the browser saves."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(slices(made), media_type=kind, headers=headers)
