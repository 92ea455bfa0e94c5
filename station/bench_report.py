"""python -m station.bench_report [--db postgresql://...]: a fleet's month as a workbook: how long
it takes, what it needs, and how long the station hears no bus meanwhile."""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from station.clock import DAY_MS, FollowedClock, local_day
from station.db.database import Database
from station.db.tables import alarms, buses, events, journals
from station.reports import daily
from station.reports.maker import ReportMaker
from station.reports.process import Wanted

_BUSES, _DAYS, _STOPS = 500, 31, 12
_FIRST_MS, _ = local_day("2026-10-01")
_GOAL_S, _GOAL_MB = 5, 200
_HOUR_MS = 3_600_000


async def _measure(name: str, address: str) -> None:
    database = Database(address)
    await database.upgrade()
    for number in range(1, _BUSES + 1):
        await _add(database, number)
    print(f"  {name}, {_BUSES} buses, {_DAYS} days (goal <= {_GOAL_S} s, {_GOAL_MB} MB)")
    print(f"    from the records       {await _report(address)}")
    began_s = time.monotonic()
    pause_s, daily._PAUSE_S = daily._PAUSE_S, 0
    clock = FollowedClock(_FIRST_MS + _DAYS * DAY_MS + daily.MARGIN_MS)
    made = await daily.DailySums(database, clock).make()
    daily._PAUSE_S = pause_s
    print(f"    {made:,} days of buses summed up in {time.monotonic() - began_s:.0f} s")
    print(f"    from sums that are kept {await _report(address)}")
    await database.close()


async def _report(address: str) -> str:
    stands_s, over = [0.0], asyncio.Event()

    async def look() -> None:
        while not over.is_set():
            began_s = time.monotonic()
            await asyncio.sleep(0.01)
            stands_s.append(time.monotonic() - began_s - 0.01)

    watching = asyncio.create_task(look())
    began, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    to_ms = _FIRST_MS + _DAYS * DAY_MS
    wanted = Wanted(address, "lcb", None, _FIRST_MS, to_ms, "summary", "th", "xlsx")
    with await ReportMaker().make("somchai", wanted) as file:
        took_s, size = time.monotonic() - began_s, file.seek(0, 2)
    over.set()
    await watching
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    core_s = used.ru_utime + used.ru_stime - began.ru_utime - began.ru_stime
    return (
        f"{took_s:5.1f} s, {core_s:.1f} s of a core, at most {used.ru_maxrss / 1024:.0f} MB, "
        f"{size / 1e6:.1f} MB of file; the station stands still for {max(stands_s) * 1000:.0f} ms"
    )


async def _add(database: Database, number: int) -> None:
    """One bus's month: two trips a day."""
    drawn = random.Random(number)
    rows = list(_month(drawn, number))
    common = {
        "bus_id": number, "journal_id": number, "kind": "door_open_moving", "severity": "alarm",
        "exercise": False, "clock": "gnss", "late": False, "data": {}, "why": {},
    }  # fmt: skip
    raised = [common | {"occ": 10**6 + row["seq"], "raised_ms": row["at_ms"],
                        "heard_ms": row["heard_ms"], "acked_ms": row["heard_ms"] + 60_000}
              for row in rows if row["kind"] == "trip_ended" and drawn.random() < 0.1]  # fmt: skip
    async with database.write() as connection:
        name = {"id": number, "fleet": "lcb", "bus": f"bus-{number:03}"}
        await connection.execute(insert(buses).values(**name))
        journal = {"id": number, "bus_id": number, "epoch": f"{number:08x}", "first_heard_ms": 0,
                   "alarm_seq": 0, "track_seq": 0, "have": []}  # fmt: skip
        await connection.execute(insert(journals).values(**journal))
        await connection.execute(insert(events), rows)
        if raised:
            await connection.execute(insert(alarms), raised)


def _month(drawn: random.Random, number: int) -> Iterator[dict[str, Any]]:
    seq = 0
    for trip in range(2 * _DAYS):
        at_ms = _FIRST_MS + trip // 2 * DAY_MS + (6, 15)[trip % 2] * _HOUR_MS
        told: list[tuple[str, dict[str, Any]]] = [("trip_started", {"trip": trip})]
        for stop in range(_STOPS):
            seats = list(range(drawn.randrange(4)))
            place = f"ตลาดแหลมฉบัง {stop}"
            told.append(("stop_served", {"stop": stop, "place": place, "on_board": 5,
                                         "boarded": seats, "alighted": []}))  # fmt: skip
        if drawn.random() < 0.5:
            told.append(("overspeed", {"top_kmh": 91.5, "lasted_s": 42}))
        told.append(("trip_ended", {"trip": trip, "distance_m": 12345, "stops": _STOPS}))
        for kind, data in told:
            seq += 1
            at_ms += 200_000
            yield {
                "journal_id": number, "seq": seq, "at_ms": at_ms, "clock": "gnss", "kind": kind,
                "severity": "info", "state": "raised", "occ": seq, "exercise": False,
                "data": data, "why": {}, "heard_ms": at_ms + 1500, "odd_clock": False,
            }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m station.bench_report")
    parser.add_argument(
        "--db", metavar="URL", help="an empty PostgreSQL database, to measure as well"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure("SQLite", str(Path(folder) / "month.db")))
    if args.db:
        asyncio.run(_measure("PostgreSQL", args.db))
    return 0


if __name__ == "__main__":
    sys.exit(main())
