"""The database: SQLite in one file (write-ahead log), or PostgreSQL. One schema.

Commits are durable (synchronous FULL): once a record is committed it is acknowledged, and the
broker forgets it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations  # noqa: F401  (alembic.op in migrations needs it)
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, exc, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from station.db import sqlite_file
from station.db.address import database_url, without_password
from station.db.claim import ClaimOnFile, TakenByAnother
from station.db.lease import Lease, application, new_holder
from station.db.tables import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"
_T = TypeVar("_T")
_POOL_SIZE = 5
_TRY_S = 0.25
CHANNEL = "busguard"
"""Of PostgreSQL's NOTIFY."""
_LOCKED_S = 1.0
"""Nobody tries so long after one has found the file locked."""
_CLOSE_S = 3.0
PATIENCE_S = 2.0
"""Of a station that serves pages. A command waits longer, for the station may write meanwhile."""
logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG it logs values, secrets included


def _read_json(text: str) -> Any:
    """A number that no browser reads is unknown: SQLite kept Infinity, before there were limits."""
    return json.loads(text, parse_constant=lambda _: None)


class DatabaseError(RuntimeError):
    """The message is a whole sentence for the operator."""


class Locked(OSError):
    """Another program holds the lock of the file; the message is a whole sentence."""

    def __init__(self) -> None:
        super().__init__("Another program holds the database, so nothing was stored. Try again in "
                         "a moment.")  # fmt: skip


class Database:
    def __init__(self, address: str, patience_s: float = 10):
        """address: as station/db/address.py takes it. patience_s: how long a writer waits for
        another program that holds a lock; Locked then."""
        url = database_url(address)
        self.shown = without_password(address)
        self.is_sqlite = url.startswith("sqlite")
        holder = new_holder()
        self.application = application(holder)
        if self.is_sqlite:
            options: dict = {"connect_args": {"timeout": patience_s}}
        else:
            named = {"application_name": self.application,
                     "lock_timeout": f"{patience_s * 1000:.0f}"}  # fmt: skip
            options = {"connect_args": {"timeout": 5, "command_timeout": 60,
                                        "server_settings": named}}  # fmt: skip
        self._engine = create_async_engine(
            url,
            pool_size=_POOL_SIZE,
            pool_pre_ping=True,
            hide_parameters=True,  # in errors: they may be secrets
            json_deserializer=_read_json,
            **options,
        )
        self._file: Path | None = None
        self.lease: ClaimOnFile | Lease
        if self.is_sqlite:
            sqlite_file.prepare(self._engine.sync_engine)
            self._file = Path(address.removeprefix("sqlite:///"))
            self.lease = ClaimOnFile(str(self._file))
        else:
            self.lease = Lease(url, holder)
        self._is_claimed = False
        self._locked_until_s = 0.0
        # SQLite has one writer at a time; others would only try again, in no order.
        one: contextlib.AbstractAsyncContextManager = asyncio.Lock()
        self._turn = one if self.is_sqlite else contextlib.nullcontext()

    @property
    def is_there(self) -> bool:
        """A server is asked later; it says by itself what it does not have."""
        return self._file is None or self._file.exists()

    @property
    def leads(self) -> bool:
        """This process takes the records; no other one writes them here."""
        return self._is_claimed and not self.lease.lost.is_set()

    @property
    def may_send(self) -> bool:
        """False: this process led, and another one may lead by now and send the same."""
        return not self._is_claimed or self.lease.is_sure

    async def claim(self, hears: bool = False) -> bool:
        """From now on this process leads. False: another one does. hears: this one has a broker."""
        try:
            await self.lease.take(hears)
        except TakenByAnother:
            return False
        self._is_claimed = True
        return True

    async def lead(self) -> None:
        """As claim(), and waits as long as one that was killed may have it. DatabaseError."""
        until_s = time.monotonic() + self.lease.patience_s
        while not await self.claim():
            if time.monotonic() > until_s:
                raise DatabaseError(
                    f"Another station works on the database {self.shown}. End it first, or give "
                    "this one a database of its own."
                )
            await asyncio.sleep(_TRY_S)

    def follow(self) -> None:
        """Another process leads from now on: what this one writes is what staff do."""
        self._is_claimed = False

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One state of the database, from the first query to the last: what is committed meanwhile
        is not seen. SQLite does so by itself."""
        async with self._engine.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end, rolled back if an error is raised. TakenByAnother:
        another process has come to lead since this one was claimed."""
        async with self._turn:
            if time.monotonic() < self._locked_until_s:
                raise Locked  # a writer has just waited in vain: not each waits as long
            async with self._engine.connect() as connection:
                await connection.execution_options(writes=True)
                async with self._begun(connection):
                    yield connection
                    if self._is_claimed:
                        await self.lease.check(connection)

    @contextlib.asynccontextmanager
    async def _begun(self, connection: AsyncConnection) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as transaction:
            try:
                await transaction.enter_async_context(connection.begin())
            except exc.OperationalError as error:
                if not self.is_sqlite or "locked" not in str(error.orig):
                    raise
                self._locked_until_s = time.monotonic() + _LOCKED_S
                raise Locked from error
            yield

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of PostgreSQL that no other part uses meanwhile."""
        async with self._engine.connect() as connection:
            bare = (await connection.get_raw_connection()).driver_connection
            assert isinstance(bare, asyncpg.Connection)
            try:
                yield bare
            finally:
                await connection.invalidate()  # it may listen: nobody else shall get it

    async def tell(self, what: str, numbers: list[int]) -> None:
        """To the other processes (station/db/changes.py); there are none on SQLite."""
        if not self.is_sqlite:
            said = " ".join([self.application, what, *map(str, numbers)])
            async with self._engine.begin() as connection:
                await connection.execute(select(func.pg_notify(CHANNEL, said)))

    def calm(self) -> contextlib.AbstractAsyncContextManager:
        """Inside it no task is writing: a writer of SQLite that is cancelled in the middle leaves
        its lock behind."""
        return self._turn

    async def probe(self, writes: bool = False) -> None:
        """Raises if no transaction can be begun now. writes: if nothing can be written."""
        async with self.write() as connection:
            change = "UPDATE own SET value = value WHERE name = 'id'"
            await connection.execute(text(change if writes else "SELECT 1"))

    def insert(self, table: Table):
        """An INSERT with on_conflict_do_nothing() and on_conflict_do_update()."""
        return (sqlite if self.is_sqlite else postgresql).insert(table)

    async def upgrade(self) -> None:
        """Brings the schema to what this program knows. DatabaseError."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        scripts = ScriptDirectory.from_config(config)
        try:
            async with self.write() as connection:
                await connection.run_sync(lambda plain: self._migrate(plain, config, scripts))
        except (exc.DBAPIError, asyncpg.PostgresError) as error:
            if is_away(error):
                raise
            orig = error.orig if isinstance(error, exc.DBAPIError) else error
            why = (orig and orig.__cause__) or orig
            raise DatabaseError(f"The database {self.shown} cannot be used: {why}") from error

    def _migrate(self, connection, config: Config, scripts: ScriptDirectory) -> None:
        if not self.is_sqlite:  # if two stations start at once, one waits
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7241966)")
        now = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in scripts.walk_revisions()}
        if now is not None and now not in known:
            raise DatabaseError(
                f"The database {self.shown} was made by a newer station (revision {now}). "
                "Update this program; nothing was changed."
            )
        with EnvironmentContext(
            config, scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision)
        ) as environment:
            environment.configure(connection=connection, target_metadata=metadata)
            environment.run_migrations()

    async def close(self) -> None:
        self._is_claimed = False
        await self.lease.release()
        with contextlib.suppress(asyncio.TimeoutError):  # a server that does not even say goodbye
            await asyncio.wait_for(self._engine.dispose(), _CLOSE_S)


async def with_database(
    address: str, work: Callable[[Database], Awaitable[_T]], *, may_make: bool = False
) -> _T:
    """What a command does with the database, from its opening to its end. may_make: a file that is
    not there is made; DatabaseError otherwise, for its name may be wrong."""
    database = Database(address)
    if not may_make and not database.is_there:
        raise DatabaseError(
            f"There is no database {database.shown}. Name the station's with --db (DB= for make). "
            "`python -m station admin NAME` or `serve`, with this --db, makes a new one. Nothing "
            "was changed."
        )
    try:
        await database.upgrade()
        return await work(database)
    finally:
        await database.close()


def is_away(error: BaseException) -> bool:
    """Whether the error says that the database cannot be reached or written now. False: the
    database refuses what was given to it, or something else failed."""
    if isinstance(error, (OSError, asyncio.TimeoutError, asyncpg.InterfaceError)):
        return True
    if isinstance(error, asyncpg.PostgresError):  # at connecting, SQLAlchemy does not wrap it
        return _says_away(error)
    if not isinstance(error, exc.DBAPIError):
        return isinstance(error, (exc.TimeoutError, exc.DisconnectionError))
    if error.connection_invalidated or isinstance(error, exc.InterfaceError):
        return True
    cause = error.orig.__cause__ if error.orig else None
    if isinstance(cause, asyncpg.PostgresError):
        return _says_away(cause)
    return isinstance(error.orig, sqlite3.OperationalError)


def _says_away(error: asyncpg.PostgresError) -> bool:
    # 08 connection, 25 read-only, 40 deadlock, 53 full, 55 locked, 57 shutdown, 58 system
    return (error.sqlstate or "")[:2] in ("08", "25", "40", "53", "55", "57", "58")
