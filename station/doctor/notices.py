"""Notices: who is told, and what could not be delivered."""

from __future__ import annotations

from collections.abc import AsyncIterator

from station.doctor.finding import Finding, minutes
from station.doctor.questions import Questions
from station.settings import Settings

_LATE_MS = 5 * 60_000
_WEEK_MS = 7 * 86_400_000


def routes(settings: Settings) -> Finding:
    if not settings.notices:
        return Finding(
            "notices",
            "look",
            "Nobody is told of an alarm who is not at the page: name "
            "routes in a file (STATION_NOTICES, docs/station.md).",
        )
    names = ", ".join(route.name for route in settings.notices)
    return Finding("notices", "ok", f"Alarms are told by the routes {names}.")


async def look(ask: Questions, settings: Settings, now_ms: int) -> AsyncIterator[Finding]:
    waiting = await ask.ask(
        "SELECT route, count(*), min(made_ms), max(tries) FROM notices WHERE sent_ms IS "
        "NULL AND dead_ms IS NULL GROUP BY route ORDER BY min(made_ms)"
    )
    known = {route.name for route in settings.notices}
    for route, many, since_ms, tries in waiting:
        if route not in known:
            yield Finding(
                "notices",
                "look",
                f"{many} notices wait for the route {route}, which is "
                "not in the file of notices any more.",
            )
        elif tries > 0 or now_ms - since_ms > _LATE_MS:
            yield Finding(
                "notices",
                "wrong",
                f"{many} notices wait for the route {route}, the oldest for "
                f"{minutes(now_ms - since_ms)}; tries to send one that failed: {tries}. Look at "
                "the page, Administration, for its error; is its address still good?",
            )
    dead = await ask.ask(
        "SELECT route, count(*) FROM notices WHERE dead_ms > "
        f"{now_ms - _WEEK_MS} GROUP BY route ORDER BY route"
    )
    for route, many in dead:
        yield Finding(
            "notices",
            "wrong",
            f"{many} notices of the last 7 days could not be "
            f"delivered by the route {route}: correct it, then send them again from the "
            "page, Administration.",
        )
    if not waiting and not dead:
        yield Finding("notices", "ok", "No notice waits, and none of the last 7 days was lost.")
