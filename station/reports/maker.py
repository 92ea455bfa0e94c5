"""Has reports made, each in a process of its own (station/reports/process.py), into a file that has
no name: it is gone with the last one who reads it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from station.ending import end
from station.reports.process import DATABASE_AWAY, DONE, Wanted

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "station.reports.process")
_AT_ONCE = 2
_SLICE_BYTES = 65_536
_ROOT = Path(__file__).parents[2]
_TOLD = 20
"""Lines of a report's process that failed which come into the log."""


class Busy(Exception):
    """This person has a report in the making."""


class NotMade(Exception):
    """The log says why."""


class DatabaseAway(Exception):
    """It does not answer the report."""


class ReportMaker:
    """One report at a time a person, and two in all; others wait for their turn."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._done: dict[str, float] = {}
        self._running: set[asyncio.Task] = set()

    def done(self, who: str) -> float | None:
        """How much of this person's report is done, from 0 to 1; None: none is made."""
        return self._done.get(who)

    async def make(self, who: str, wanted: Wanted) -> IO[bytes]:
        """The report, as an open file at its beginning. Busy, NotMade, DatabaseAway. Its process
        ends with this call, if that is cancelled or the station stops."""
        if who in self._done:
            raise Busy
        self._done[who] = 0.0
        task = asyncio.ensure_future(self._made(who, wanted))
        self._running.add(task)
        try:
            return await task
        finally:
            task.cancel()
            self._running.discard(task)
            del self._done[who]

    async def stop(self) -> None:
        await end(self._running)

    async def _made(self, who: str, wanted: Wanted) -> IO[bytes]:
        async with self._turns:
            with contextlib.ExitStack() as if_it_fails:
                file = if_it_fails.enter_context(tempfile.TemporaryFile(prefix="busguard-report-"))
                await self._run(who, wanted, file)
                if_it_fails.pop_all()
        file.seek(0)
        return file

    async def _run(self, who: str, wanted: Wanted, file: IO[bytes]) -> None:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, stdout=file,
            stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )  # fmt: skip
        assert process.stdin and process.stderr
        try:
            process.stdin.write(json.dumps(wanted._asdict()).encode())
            process.stdin.close()
            told: list[str] = []
            async for line in process.stderr:
                text = line.decode(errors="replace").rstrip()
                if text.startswith(DONE):
                    self._done[who] = float(text.removeprefix(DONE))
                else:
                    told = [*told[1 - _TOLD :], text]
            status = await process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
            raise
        if status == DATABASE_AWAY:
            raise DatabaseAway
        if status:
            log.error("The report %s failed (%d): %s", wanted[1:], status, "\n".join(told))
            raise NotMade


async def slices(file: IO[bytes]) -> AsyncIterator[bytes]:
    """In pieces, and closes it at the end."""
    with file:
        while piece := await asyncio.to_thread(file.read, _SLICE_BYTES):
            yield piece
