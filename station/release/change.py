"""What an administrator does with a rollout: start, pause, resume, next, withdraw, again."""

from __future__ import annotations

from typing import Any

from station.db.database import Database
from station.release import rollout, stages, store
from station.release.fit import OLDER, WHY, Known, fit
from station.release.rows import Rollout, Row
from station.release.stages import Stage
from station.release.store import Kept, Releases

STOP_SHARE, SILENT_MIN, LEAST_MIN = 10, 30, 60
PAUSE, RESUME, NEXT, WITHDRAW, AGAIN = "pause", "resume", "next", "withdraw", "again"
STEPS = (PAUSE, RESUME, NEXT, WITHDRAW)
_FROM = {
    PAUSE: (rollout.RUNNING,),
    RESUME: (rollout.PAUSED, rollout.STOPPED),
    NEXT: (rollout.RUNNING,),
    WITHDRAW: (rollout.RUNNING, rollout.PAUSED, rollout.STOPPED),
    AGAIN: (rollout.RUNNING, rollout.PAUSED, rollout.STOPPED),
}
_ENDED = (rollout.WITHDRAWN, rollout.DONE)


class RolloutError(ValueError):
    """A whole sentence that says why nothing was changed."""


async def start(database: Database, releases: Releases, keys: list[str], fleet: str, number: int,
                wished: list[Stage], buses: list[Known], by: str, now_ms: int, *,
                stop_share: int = STOP_SHARE, silent_min: int = SILENT_MIN,
                least_min: int = LEAST_MIN, wait_min: int | None = None, downgrade: bool = False,
                again: tuple[str, ...] = ()) -> Rollout:  # fmt: skip
    """RolloutError, StageError, LookupError."""
    stages.check(wished, fleet, buses)
    async with database.write() as connection:
        await store.lock(connection, fleet)
        kept = await releases.of(connection, number, keys)
        if kept.release.problem is not None:
            raise RolloutError(kept.release.problem)
        before = (await store.newest(connection, releases, keys, fleet)).get(fleet)
        if before is not None and before.state not in _ENDED:
            raise RolloutError(
                f"The rollout of {before.release.version} to {fleet} is not over ({before.state}): "
                "withdraw it first."
            )
        settled = stages.plan(kept.release, kept.digest, wished, buses, downgrade)
        _refuse_hopeless(kept, settled, buses, downgrade)
        rows = {bus: Row(bus, stage) for bus, stage in settled.items()}
        for bus in again:
            if rows.get(bus, Row(bus, None)).stage is None:
                raise RolloutError(f"{bus} comes in no stage of this rollout.")
            rows[bus].again = True
        new: dict[str, Any] = {
            "fleet": fleet, "release_id": number, "stages": wished, "stop_share": stop_share,
            "silent_s": silent_min * 60, "least_s": least_min * 60,
            "wait_s": None if wait_min is None else wait_min * 60,
            "downgrade": downgrade, "made_ms": now_ms, "made_by": by[:64],
        }  # fmt: skip
        await store.start(connection, database, new, rows, before)
        return (await store.newest(connection, releases, keys, fleet))[fleet]


def _refuse_hopeless(kept: Kept, settled: dict[str, int | None], buses: list[Known],
                     downgrade: bool) -> None:  # fmt: skip
    """A rollout that not one of its buses can take is a mistake."""
    whys = [fit(kept.release, one.status, downgrade).why for one in buses
            if settled[one.bus] is not None]  # fmt: skip
    if None in whys:
        return
    first = OLDER if OLDER in whys else whys[0] if whys else None
    why = f": {WHY[first]}" if first else ""
    raise RolloutError(f"No bus of these stages can take {kept.release.version}{why}.")


async def step(database: Database, releases: Releases, keys: list[str], fleet: str, what: str,
               by: str, now_ms: int, again: tuple[str, ...] = ()) -> Rollout:  # fmt: skip
    """Pause, resume, next, withdraw, again. A rollout that stopped by itself goes on without those
    that came back: they do not count any more. RolloutError."""
    async with database.write() as connection:
        await store.lock(connection, fleet)
        one = (await store.newest(connection, releases, keys, fleet)).get(fleet)
        if one is None:
            raise RolloutError(f"The fleet {fleet} has no rollout.")
        if one.state not in _FROM[what]:
            raise RolloutError(f"The rollout of {one.release.version} to {fleet} is {one.state}: "
                               f"{what} does nothing.")  # fmt: skip
        if one.release.problem is not None and what not in (PAUSE, WITHDRAW):
            raise RolloutError(one.release.problem)
        before = one.copy()
        note = _take(one, what, again, now_ms)
        await store.save(connection, database, before, one, [], now_ms)
        await store.log(connection, one.id, by, what, note, now_ms)
    return one


def _take(one: Rollout, what: str, again: tuple[str, ...], now_ms: int) -> str | None:
    """Changes it. -> a note for the log."""
    for bus in again:
        row = one.rows.get(bus)
        if row is None or row.stage is None:
            raise RolloutError(f"{bus} comes in no stage of this rollout.")
        if row.result == rollout.RUNS:
            raise RolloutError(f"{bus} runs {one.release.version} already.")
        row.begins_again()
    if what == PAUSE:
        one.state = rollout.PAUSED
    elif what == WITHDRAW:
        one.state, one.stage_ms = rollout.WITHDRAWN, now_ms
    elif what == NEXT:
        if one.stage + 1 == len(one.stages):
            raise RolloutError(
                "This is the last stage. It ends by itself once every bus runs "
                f"{one.release.version}; to end it before, withdraw it."
            )
        return rollout.next_stage(one, now_ms)[1]
    elif what == RESUME:
        for row in one.rows.values():
            row.pardoned = row.pardoned or (one.state == rollout.STOPPED and row.is_bad)
        one.state = rollout.RUNNING
    return ", ".join(again) or None
