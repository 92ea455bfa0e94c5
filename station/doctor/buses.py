"""What the buses send: whether anything comes, what cannot be read, which firmware is old."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from station.doctor.finding import Finding, minutes
from station.doctor.questions import Questions
from station.release.file import version_of

_DAY_MS = 86_400_000
_QUIET_MS = 3_600_000
_SHOWN = 5


async def look(ask: Questions, now_ms: int) -> AsyncIterator[Finding]:
    rows = await ask.ask(
        "SELECT fleet, bus, status, state_heard_ms, status_heard_ms FROM buses "
        "WHERE gone_ms IS NULL"
    )
    if not rows:
        yield Finding(
            "buses", "look", "No bus was ever heard: enrol and deploy one (docs/station.md)."
        )
        return
    heard_ms = {f"{row[0]}/{row[1]}": max(row[3] or 0, row[4] or 0) for row in rows}
    newest_ms = max(heard_ms.values())
    silent = sorted(bus for bus, at_ms in heard_ms.items() if now_ms - at_ms > 7 * _DAY_MS)
    if now_ms - newest_ms > _QUIET_MS:
        yield Finding(
            "buses",
            "look",
            f"Nothing was heard from any bus for "
            f"{minutes(now_ms - newest_ms)}: a parked bus reports every 15 min.",
        )
    if silent:
        yield Finding(
            "buses",
            "look",
            f"{len(silent)} of {len(rows)} buses were not heard for 7 "
            f"days ({_some(silent)}): look at them, or take them off the list.",
        )
    if not silent and now_ms - newest_ms <= _QUIET_MS:
        yield Finding(
            "buses",
            "ok",
            f"{len(rows)} buses are known; the newest message came "
            f"{minutes(now_ms - newest_ms)} ago.",
        )
    if found := _firmware({f"{row[0]}/{row[1]}": _version(row[2]) for row in rows}):
        yield found


async def quarantine(ask: Questions, now_ms: int) -> AsyncIterator[Finding]:
    rows = await ask.ask(
        "SELECT topic, reason FROM quarantine WHERE last_ms > "
        f"{now_ms - _DAY_MS} ORDER BY last_ms DESC LIMIT 1000"
    )
    if not rows:
        yield Finding("quarantine", "ok", "Everything of the last 24 hours could be read.")
        return
    whose = Counter("/".join(topic.split("/")[1:3]) for topic, _ in rows)
    (bus, many), *_ = whose.most_common(1)
    yield Finding(
        "quarantine",
        "look",
        f"{len(rows)} kinds of messages of the last 24 hours could "
        f"not be read or trusted, {many} of them in the name of {bus}: look at the page, "
        "Administration, Quarantine.",
    )


async def people(ask: Questions) -> AsyncIterator[Finding]:
    rows = await ask.ask("SELECT name FROM users WHERE role = 'admin' AND enabled AND totp IS NULL")
    admins = await ask.one("SELECT count(*) FROM users WHERE role = 'admin' AND enabled")
    if not admins:
        yield Finding("people", "wrong", "Nobody can administrate: python -m station admin NAME")
    elif rows:
        yield Finding(
            "people",
            "look",
            f"{len(rows)} of {admins} administrators sign in without a "
            "second factor: let them set it up (My account), then set "
            "STATION_ADMINS_NEED_CODE=1.",
        )
    else:
        yield Finding("people", "ok", f"{admins} administrators sign in with a second factor.")


def _version(status: Any) -> str | None:
    try:
        said = json.loads(status) if isinstance(status, str) else status
    except ValueError:
        return None
    found = said.get("fw") if isinstance(said, dict) else None
    return found if isinstance(found, str) else None


def _firmware(versions: dict[str, str | None]) -> Finding | None:
    known = {bus: version_of(version) for bus, version in versions.items() if version_of(version)}
    if not known:
        return None
    newest = max(known.values())
    old = sorted(bus for bus, version in known.items() if version < newest)
    name = ".".join(map(str, newest))
    if not old:
        return Finding("firmware", "ok", f"All buses that say so run {name}.")
    return Finding(
        "firmware",
        "look",
        f"{len(old)} of {len(known)} buses run firmware older than "
        f"{name} ({_some(old)}): roll a release out (docs/station.md).",
    )


def _some(buses: list[str]) -> str:
    more = len(buses) - _SHOWN
    return ", ".join(buses[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
