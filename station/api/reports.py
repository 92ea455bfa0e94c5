"""Reports of a day or a month: a table for the page, files for the office."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from station.api.guards import NAME, TheStation, Viewer, note_access
from station.clock import local_day
from station.reports.facts import sheets
from station.reports.files import as_csv, as_xlsx
from station.reports.query import gather
from station.reports.words import shown, word

router = APIRouter(tags=["reports"])
Name = Annotated[str, Query(pattern=NAME)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/api/reports", responses={200: {"content": {"text/csv": {}, _XLSX: {}}}})
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
    """One sheet as JSON ({"columns", "rows"}) or CSV, or all sheets as XLSX. Either `day` is a
    local day, 2026-11-22, or `month` is a month, 2026-11. The access log keeps who asked."""
    span = day or month
    try:
        from_ms, to_ms = _span(day, month)
    except (ValueError, OverflowError):
        raise HTTPException(422, "A report needs either day=2026-11-22 or month=2026-11.") from None
    await note_access(station, who, "report", fleet=fleet, bus=bus, day=span)
    async with station.db.read() as connection:
        found = sheets(*await gather(connection, fleet, bus, from_ms, to_ms))
    (sheet,) = [one for one in found if one.name == report]
    if format == "json":
        columns = [word(column, lang) for column in sheet.columns]
        return {"columns": columns, "rows": [[shown(c, lang) for c in row] for row in sheet.rows]}
    name = "-".join(part for part in ("busguard", fleet, bus, span) if part)
    if format == "csv":
        return _file(as_csv(sheet, lang), "text/csv; charset=utf-8", f"{name}-{report}.csv")
    return _file(as_xlsx(found, lang), _XLSX, f"{name}.xlsx")


def _span(day: str | None, month: str | None) -> tuple[int, int]:
    """-> (first ms, first ms after it). ValueError: neither, both, or no such day."""
    if (day is None) == (month is None):
        raise ValueError
    if day is not None:
        return local_day(day)
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=31)).replace(day=1)
    return local_day(first.isoformat())[0], local_day(after.isoformat())[0]


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(
        data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
