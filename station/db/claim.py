"""One station works on a database, never two. A station remembers which records of every journal
have come; a second one would take the first one's alarms for a breach of the contract.

PostgreSQL: a session's advisory lock, on a connection of its own. SQLite: a lock (flock) on a file
beside the database. Both end with the process, however it ends.
"""

from __future__ import annotations

import asyncio
import fcntl
from pathlib import Path
from typing import IO

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_KEY = 7_241_967


class TakenByAnother(OSError):
    """An OSError, so that the station treats the database as away: it waits, and the broker keeps
    the records."""


class ClaimOnFile:
    def __init__(self, database: str):
        self._path = Path(f"{database}.lock")
        self._file: IO[str] | None = None

    async def hold(self) -> None:
        """TakenByAnother. Costs nothing while the claim is held."""
        if self._file is not None:
            return
        file = self._path.open("w", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise TakenByAnother from error
        self._file = file

    async def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class ClaimOnServer:
    def __init__(self, engine: AsyncEngine):
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._one = asyncio.Lock()

    async def hold(self) -> None:
        """TakenByAnother, or an error that says that the server is away. Costs nothing while the
        claim is held: the lock ends only with its connection, whose end is seen here."""
        async with self._one:
            if self._connection is not None:
                if not await _is_closed(self._connection):
                    return
                await self.release()
            connection = await self._engine.connect()
            try:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                ask = text(f"SELECT pg_try_advisory_lock({_KEY})")
                is_ours = (await connection.execute(ask)).scalar()
                if not is_ours:
                    raise TakenByAnother
            except BaseException:
                await connection.close()
                raise
            self._connection = connection

    async def release(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.invalidate()  # else the pool would keep it, and the lock with it
            await connection.close()


async def _is_closed(connection: AsyncConnection) -> bool:
    bare = (await connection.get_raw_connection()).driver_connection
    return bare is None or bare.is_closed()
