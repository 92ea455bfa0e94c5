"""A database of PostgreSQL, copied by pg_dump (custom format) and put back by pg_restore.

pg_dump reads the same snapshot in which the rows were counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from pathlib import Path
from typing import IO

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from station.backup.contents import REVISION, Contents, of_server
from station.backup.programs import running
from station.backup.progress import Progress
from station.command_error import CommandError
from station.db.database import Database
from station.db.leader_table import leader

_COPY = re.compile(rb'COPY (?:\w+\.)?"?(\w+)"? \((.*)\) FROM stdin;')
_END = b"\\.\n"
_PLAIN = ["--no-owner", "--no-privileges"]
"""The copy may be put back by another user of another server."""
_NOT_AGAIN = (b"CREATE SCHEMA public", b"COMMENT ON SCHEMA public")
"""Every database has it already."""
_LOOK_S = 0.2
_STATIONS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "application_name LIKE 'busguard-%' AND application_name <> :own")  # fmt: skip
_ROUTINES = text("""SELECT format('ROUTINE public.%I(%s)', proname,
    pg_get_function_identity_arguments(oid)) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')""")
"""Of the station's own triggers; what an extension brought stays."""
_NONE_STARTS = "SELECT pg_advisory_xact_lock(7241966)"
"""A station that starts meanwhile waits for it (Database.upgrade)."""


class ServerCopies:
    """Of the database on a server. All methods: CommandError, OSError."""

    kind = "PostgreSQL"
    ending = "pgdump"

    def __init__(self, database: Database, address: str):
        self._db = database
        self._address = address

    async def write(self, target: Path) -> Contents:
        """`target` is a new file that only its owner may read. -> what it has to hold."""
        os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
        progress = Progress("Copying")
        async with self._db.read() as connection:
            snapshot = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar()
            contents = await of_server(connection)
            words = ["--no-password", "--format=custom", *_PLAIN, "--schema=public",
                     f"--snapshot={snapshot}", f"--file={target}"]  # fmt: skip
            with running("pg_dump", words, self._address) as process:
                while process.poll() is None:
                    await asyncio.sleep(_LOOK_S)
                    progress.say(f"{target.stat().st_size / 1e6:,.0f} MB written")
        progress.end()
        return contents

    def check(self, path: Path) -> Contents:
        """Reads all of a copy. -> what it holds."""
        try:
            return _read(path)
        except CommandError as error:
            raise CommandError(f"{path} is damaged: {error}") from error

    async def hold(self) -> None:
        """CommandError: a station works on the database, or shows its pages."""
        async with self._db.read() as connection:
            found = await connection.execute(_STATIONS, {"own": self._db.application})
            if found.scalar():
                raise CommandError(f"Another station works on the database {self._db.shown}. End "
                                   "all its stations first. Nothing was changed")  # fmt: skip

    async def is_empty(self) -> bool:
        async with self._db.read() as connection:
            return not await _tables(connection)

    async def put_back(self, path: Path, aside: str) -> str:
        """The copy becomes the content of the database, and what was there goes to the schema
        `aside`: all of it in one transaction. -> where what was there is kept."""
        async with self._db.read() as connection:
            there = [f'TABLE public."{name}"' for name in await _tables(connection)]
            if there:
                there += (await connection.execute(_ROUTINES)).scalars()
        moved = [f"ALTER {one} SET SCHEMA {aside}" for one in there]
        first = ["BEGIN", _NONE_STARTS, *([f"CREATE SCHEMA {aside}"] if there else []), *moved]
        words = [
            "--no-password",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
        ]
        with running("psql", words, self._address, is_told=True) as process:
            told = process.stdin
            assert told is not None
            with contextlib.suppress(BrokenPipeError):  # psql has ended: running() says why
                told.write("".join(f"{line};\n" for line in first).encode())
                found = _read(path, told)
                if leader.name in found.rows:  # whoever led then does not lead now
                    told.write(f"UPDATE public.{leader.name} SET until_ms = 0;\n".encode())
                told.write(b"COMMIT;\n")  # without this line nothing of it is kept
                told.close()
        return f"the schema {aside} of the same database"

    async def contents(self) -> Contents:
        async with self._db.read() as connection:
            return await of_server(connection)


async def _tables(connection: AsyncConnection) -> list[str]:
    return await connection.run_sync(lambda plain: inspect(plain).get_table_names())


def _read(path: Path, told: IO[bytes] | None = None) -> Contents:
    """Counts what the file holds, and hands its SQL on. CommandError: it is damaged."""
    rows: dict[str, int] = {}
    revision = newest_ms = None
    table, columns = "", [b""]
    progress = Progress("Reading")
    with running("pg_restore", [*_PLAIN, "--file=-", str(path)]) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if told is not None and (table or not line.startswith(_NOT_AGAIN)):
                told.write(line)
            if not table:
                if begin := _COPY.match(line):
                    table, columns = begin[1].decode(), begin[2].split(b", ")
                    rows[table] = 0
            elif line == _END:
                table = ""
            else:
                rows[table] += 1
                if table == "events":
                    heard_ms = int(line.split(b"\t")[columns.index(b"heard_ms")])
                    newest_ms = max(newest_ms or 0, heard_ms)
                    progress.say(f"{rows[table]:,} events")
                elif table == REVISION:
                    revision = line.strip().decode()
    progress.end()
    return Contents(revision, dict(sorted(rows.items())), newest_ms)
