"""This computer's clock: an alarm's time, and what counts as silence, go by it."""

from __future__ import annotations

import json
import statistics
from collections.abc import AsyncIterator

from station.clock import Clock, parse_iso
from station.doctor.finding import Finding
from station.doctor.questions import Questions

_WRONG_S, _LOOK_S = 60, 5
_RECENT_MS = 3_600_000
_SET = "set it by NTP (timedatectl set-ntp true)"
_SERVER = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"


async def look(ask: Questions, clock: Clock) -> AsyncIterator[Finding]:
    if ask.file is None:
        before_ms = clock.now_ms()
        theirs_ms = await ask.one(_SERVER)
        yield _apart("the database's", (before_ms + clock.now_ms()) / 2 - theirs_ms)
    now_ms = clock.now_ms()
    rows = await ask.ask(
        "SELECT state, state_heard_ms FROM buses WHERE gone_ms IS NULL AND "
        f"state_heard_ms > {now_ms - _RECENT_MS}"
    )
    ahead = [found for row in rows if (found := _ahead_ms(*row)) is not None]
    if len(ahead) >= 3:  # one bus may be wrong, or its state may have waited
        yield _apart(f"the satellites' clock of {len(ahead)} buses", statistics.median(ahead))


def _ahead_ms(state: object, heard_ms: int) -> int | None:
    try:
        said = json.loads(state) if isinstance(state, str) else state
        is_exact = isinstance(said, dict) and said.get("clock") == "gnss"
        return heard_ms - parse_iso(said["at"]) if is_exact else None  # type: ignore[index]
    except (ValueError, TypeError, KeyError):
        return None


def _apart(whose: str, ms: float) -> Finding:
    s = abs(ms) / 1000
    told = f"This computer's clock is {s:,.1f} s {'ahead of' if ms > 0 else 'behind'} {whose}"
    if s < _LOOK_S:
        return Finding("clock", "ok", f"{told}.")
    return Finding("clock", "wrong" if s > _WRONG_S else "look", f"{told}: {_SET}.")
