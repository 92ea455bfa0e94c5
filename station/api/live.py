"""What is true now: once, and then as it changes. And whether the station itself is healthy."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sse_starlette import EventSourceResponse

from station.api import shapes
from station.api.guards import COOKIE, TheStation, Viewer, problems, site_of
from station.clock import iso
from station.doors.streams import StreamsFull
from station.live.view import view
from station.people.person import Person
from station.station import Station

router = APIRouter(tags=["live"])


@router.get("/api/live", response_model=shapes.LiveNow)
async def live(station: TheStation, who: Viewer) -> Any:
    """Everything that the page shows of now; /api/stream continues from here."""
    now_ms = station.clock.now_ms()
    return {
        "at": iso(now_ms),
        "station": station.services.view(),
        "buses": who.sight.of(
            view(bus, now_ms) for bus in sorted(station.live, key=lambda bus: bus.key)
        ),
        "alarms": who.sight.of(station.alarms.views()),
    }


@router.get("/api/stream", response_class=EventSourceResponse, responses=problems(429))
async def stream(request: Request, station: TheStation, who: Viewer) -> EventSourceResponse:
    """Server-sent events `bus`, `gone`, `alarm` and `station`, and `ping` while nothing changes.
    The stream ends with the session, and when the person may see more or less than before. 429:
    this session, this person or this address has too many of them."""
    cookie, site = request.cookies[COOKIE], site_of(request)
    try:
        station.streams.check(cookie, who.name, site)
    except StreamsFull:
        raise HTTPException(429, "Too many pages are open.") from None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = _while_signed_in(station, cookie, site, who)
    return EventSourceResponse(events, headers=headers, ping=3600)


async def _while_signed_in(
    station: Station, cookie: str, site: str, who: Person
) -> AsyncIterator[bytes]:
    with contextlib.suppress(StreamsFull), station.streams.held(cookie, who.name, site):
        async with contextlib.aclosing(station.hub.listen(who.sight)) as events:
            async for text in events:
                person = await station.accounts.who(cookie)
                if person is None or person.sight != who.sight:
                    return
                yield text


@router.get("/healthz", responses={503: {"model": shapes.Healthz}})
async def healthz(station: TheStation, response: Response) -> shapes.Healthz:
    """For a monitor of the station. 503: the broker or the database does not answer. `notices`
    says whether people are told; a restart would not help them. `leader`: whether any process takes
    the records; if none does, `ok` is false, and this one goes on showing pages (200)."""
    seen = station.services.view()
    seen["notices"]["oldest_unsent_s"] = station.notice_queue.health()["oldest_unsent_s"]
    ok = seen["broker"]["ok"] and seen["database"]["ok"]
    response.status_code = 200 if ok else 503
    ok = ok and seen["leader"]["ok"]
    return shapes.Healthz(ok=ok, listeners=station.hub.listeners, role=station.role, **seen)
