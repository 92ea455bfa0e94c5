"""python -m station.reports.process: makes one report in a process of its own, so that the station
hears the buses meanwhile. The station starts it and says on standard input what it wants, as JSON.
The report goes to standard output, which is a file; how much of it is done, to standard error.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import BinaryIO, NamedTuple

from station.db.database import Database, is_away
from station.reports.files import write_csv, write_json, write_xlsx
from station.reports.query import gather
from station.reports.sheets import Report

DATABASE_AWAY = 75
"""The exit status, EX_TEMPFAIL of sysexits.h."""
DONE = "done "
_LESS_URGENT = 2
_SAYS_EVERY_S = 0.5


class Wanted(NamedTuple):
    db: str
    fleet: str
    bus: str | None
    from_ms: int
    to_ms: int
    sheet: str
    language: str
    format: str


class _Progress:
    def __init__(self) -> None:
        self._said_s = time.monotonic()

    def __call__(self, done: float) -> None:
        now_s = time.monotonic()
        if now_s - self._said_s >= _SAYS_EVERY_S:
            self._said_s = now_s
            print(f"{DONE}{done:.2f}", file=sys.stderr, flush=True)


async def _read(wanted: Wanted, progress: _Progress) -> Report:
    database = Database(wanted.db)
    try:
        async with database.read() as connection:
            return await gather(connection, wanted.fleet, wanted.bus, wanted.from_ms, wanted.to_ms,
                                progress)  # fmt: skip
    finally:
        await database.close()


def _write(report: Report, wanted: Wanted, out: BinaryIO, progress: _Progress) -> None:
    sheets = report.sheets()
    if wanted.format == "xlsx":
        write_xlsx(sheets, wanted.language, out, progress)
        return
    (sheet,) = [one for one in sheets if one.name == wanted.sheet]
    (write_csv if wanted.format == "csv" else write_json)(sheet, wanted.language, out)


def main() -> int:
    os.nice(_LESS_URGENT)
    wanted, progress = Wanted(**json.loads(sys.stdin.read())), _Progress()
    try:
        report = asyncio.run(_read(wanted, progress))
    except Exception as error:
        if not is_away(error):
            raise
        return DATABASE_AWAY
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=1 << 16) as out:
        _write(report, wanted, out, progress)
    return 0


if __name__ == "__main__":
    sys.exit(main())
