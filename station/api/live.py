"""The present: once, and then as it changes. And whether the station itself is well."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from sse_starlette import EventSourceResponse

from station.api import shapes
from station.api.guards import COOKIE, TheStation, Viewer
from station.clock import iso
from station.live.live import view
from station.station import Station

router = APIRouter(tags=["live"])


@router.get("/api/live", response_model=shapes.LiveNow)
async def live(station: TheStation, who: Viewer) -> Any:
    """Everything that the page shows of the present; /api/stream goes on from here."""
    now_ms = station.clock.now_ms()
    return {
        "at": iso(now_ms),
        "station": station.health.view(),
        "buses": [view(bus, now_ms) for bus in sorted(station.live, key=lambda bus: bus.key)],
        "alarms": station.alarms.views(),
    }


@router.get("/api/stream", response_class=EventSourceResponse)
async def stream(request: Request, station: TheStation, who: Viewer) -> EventSourceResponse:
    """Server-sent events `bus`, `alarm`, `station`, and `ping` when nothing else happens. It ends
    with the session."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    told = _while_signed_in(station, request.cookies.get(COOKIE))
    return EventSourceResponse(told, headers=headers, ping=3600)


async def _while_signed_in(station: Station, cookie: str | None) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(station.hub.listen()) as news:
        async for text in news:
            if await station.accounts.who(cookie) is None:
                return
            yield text


@router.get("/healthz", responses={503: {"model": shapes.Health}})
async def healthz(station: TheStation, response: Response) -> shapes.Health:
    """For whatever watches the station. 503: broker or database are away, and since when."""
    seen = station.health.view()
    ok = seen["broker"]["ok"] and seen["database"]["ok"]
    response.status_code = 200 if ok else 503
    return shapes.Health(ok=ok, listeners=station.hub.listeners, **seen)
