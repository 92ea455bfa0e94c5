"""One station takes the records into a database, never two. It remembers which records of every
journal have come; a second one would take the first one's alarms for a breach of the contract.

PostgreSQL: a lease (station/db/lease.py), which another station takes over. SQLite: a lock (flock)
on a file beside the database, which ends with the process, however it ends.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import IO

from sqlalchemy.ext.asyncio import AsyncConnection


class TakenByAnother(OSError):
    """An OSError, so that the station treats the database as away: it waits, and the broker keeps
    the records."""


class ClaimOnFile:
    """As Lease. It cannot be lost."""

    is_sure = True
    patience_s = 2
    """The lock of a killed station ends within moments."""

    def __init__(self, database: str):
        self._path = Path(f"{database}.lock")
        self._file: IO[str] | None = None
        self.is_deaf: Callable[[], bool] = lambda: False
        self.lost = asyncio.Event()

    async def take(self, hears: bool) -> None:
        """TakenByAnother."""
        file = self._path.open("w", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise TakenByAnother from error
        self._file = file

    async def check(self, connection: AsyncConnection) -> None:
        pass

    async def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
