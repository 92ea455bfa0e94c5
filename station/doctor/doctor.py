"""Looks at every part in turn; one that cannot be looked at is a finding of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

from station.clock import Clock
from station.doctor import backups, broker, buses, clock, database, keys, notices, page
from station.doctor.finding import Finding
from station.doctor.questions import Questions
from station.settings import Settings


async def look(settings: Settings, now: Clock) -> list[Finding]:
    ask, now_ms = Questions(settings.db), now.now_ms()
    try:
        found = [_set(settings), *await _all("database", database.look(ask))]
        is_there = not any(one.part == "database" and one.state == "wrong" for one in found[:2])
        found += await broker.look(settings, now_ms)
        found += keys.look(settings, now_ms)
        found += [notices.routes(settings), *backups.look(settings, now_ms)]
        found += await page.look(settings)
        if is_there:
            for part, each in _of_database(ask, settings, now, now_ms).items():
                found += await _all(part, each)
        else:
            found.append(
                Finding(
                    "buses",
                    "look",
                    "Notices, quarantine, buses and clock were not "
                    "looked at, because the database does not answer.",
                )
            )
    finally:
        await ask.close()
    return found


def _of_database(
    ask: Questions, settings: Settings, now: Clock, now_ms: int
) -> dict[str, AsyncIterator[Finding]]:
    return {
        "identities": keys.of_buses(ask, now_ms),
        "notices": notices.look(ask, settings, now_ms),
        "quarantine": buses.quarantine(ask, now_ms),
        "buses": buses.look(ask, now_ms),
        "people": buses.people(ask),
        "clock": clock.look(ask, now),
    }


async def _all(part: str, each: AsyncIterator[Finding]) -> list[Finding]:
    found: list[Finding] = []
    try:
        async for one in each:
            found.append(one)  # not a list of all: what was found before an error is told
    except Exception as error:  # noqa: BLE001  (an older revision has no such table)
        found.append(
            Finding(
                part,
                "look",
                f"This could not be looked at ({type(error).__name__}); a "
                "station of this version brings the database up to date.",
            )
        )
    return found


def _set(settings: Settings) -> Finding:
    """By their names alone: some hold secrets."""
    names = ", ".join(f"STATION_{name.upper()}" for name in sorted(settings.model_fields_set))
    return Finding(
        "settings",
        "ok",
        f"These are set: {names or 'none'}. Are they the same as the station's own?",
    )
