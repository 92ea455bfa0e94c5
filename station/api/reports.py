"""Reports of a day or a month: a table for the page, files for the office."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse

from station.api.guards import NAME, TheStation, Viewer, note_access, problems
from station.clock import local_day
from station.reports.facts import Sheet
from station.reports.files import as_csv, as_json, as_xlsx
from station.reports.maker import Busy

router = APIRouter(tags=["reports"])
Name = Annotated[str, Query(pattern=NAME)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLICE_BYTES = 65_536


@router.get("/api/reports", responses={
    200: {"content": {"application/json": {}, "text/csv": {}, _XLSX: {}}}, **problems(429)
})  # fmt: skip
async def report(
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
    `day` is a local day, 2026-11-22, or `month` is a month, 2026-11. `left_out` is a sentence if
    events with odd data are not counted, else null. The access log keeps who asked. 429: another
    report of this person is being made."""
    span = day or month
    try:
        from_ms, to_ms = _span(day, month)
    except (ValueError, OverflowError):
        raise HTTPException(422, "A report needs either day=2026-11-22 or month=2026-11.") from None
    await note_access(station, who, "report", fleet=fleet, bus=bus, day=span)
    name = "-".join(part for part in ("busguard", fleet, bus, span) if part)

    def write(found: list[Sheet]) -> bytes:
        if format == "xlsx":
            return as_xlsx(found, lang)
        (sheet,) = [one for one in found if one.name == report]
        return as_csv(sheet, lang) if format == "csv" else as_json(sheet, lang)

    try:
        made = await station.reports.make(who.name, fleet, bus, from_ms, to_ms, write)
    except Busy:
        raise HTTPException(
            429, "Your report before this one is not ready yet. Ask again when it is."
        ) from None
    if format == "json":
        return _answer(made, "application/json")
    if format == "csv":
        return _answer(made, "text/csv; charset=utf-8", f"{name}-{report}.csv")
    return _answer(made, _XLSX, f"{name}.xlsx")


def _span(day: str | None, month: str | None) -> tuple[int, int]:
    """-> (first ms, first ms after it). ValueError: neither, both, or no such day."""
    if (day is None) == (month is None):
        raise ValueError
    if day is not None:
        return local_day(day)
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=31)).replace(day=1)
    return local_day(first.isoformat())[0], local_day(after.isoformat())[0]


def _answer(data: bytes, kind: str, name: str | None = None) -> StreamingResponse:
    """In slices: each is compressed at once. name: of the file that the browser saves."""

    async def slices() -> AsyncIterator[bytes]:
        for at in range(0, len(data), _SLICE_BYTES):
            yield data[at : at + _SLICE_BYTES]
            await asyncio.sleep(0)

    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if name else None
    return StreamingResponse(slices(), media_type=kind, headers=headers)
