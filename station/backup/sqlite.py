"""A database of SQLite, copied by its online backup while the station works on it.

The copy is one state of the database: what it held when the copy began. The station writes on
meanwhile, into its log (write-ahead log), which grows until the copy is done.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from station.backup.contents import Contents, of_sqlite
from station.backup.files import owned_like, settle
from station.backup.progress import Progress
from station.command_error import CommandError
from station.db.database import Database

_PAGES = 2000
_WAIT_S = 10.0


class FileCopies:
    """Of the database in one file. All methods: CommandError, OSError."""

    kind = "SQLite"
    ending = "sqlite"

    def __init__(self, database: Database, file: Path):
        self._db = database
        self._file = file

    async def write(self, target: Path) -> Contents:
        """`target` is a new file that only its owner may read. -> what it has to hold."""
        if not self._file.exists():
            raise CommandError(f"There is no database {self._file}. Name the station's with --db.")
        needed, free = self._file.stat().st_size, shutil.disk_usage(target.parent).free
        if free < needed:
            raise CommandError(f"{target.parent} has {free / 1e6:,.1f} MB free, and the copy needs "
                               f"{needed / 1e6:,.1f} MB")  # fmt: skip
        return _copy(self._file, target)

    def check(self, path: Path) -> Contents:
        """Reads every page of a copy. -> what it holds."""
        with _reading(path) as read:
            found = [line for (line,) in read.execute("PRAGMA integrity_check(5)")]
            if found != ["ok"]:
                raise CommandError(f"{path} is damaged: {'; '.join(found)}.")
            return of_sqlite(read)

    async def hold(self) -> None:
        """Until the database is closed no station works on it. DatabaseError: one does."""
        await self._db.lead()

    async def is_empty(self) -> bool:
        return not any(one.exists() and one.stat().st_size for one in _all_of(self._file))

    async def put_back(self, path: Path, aside: str) -> str:
        """The copy becomes the database. -> where what was there is kept."""
        file = self._file
        beside = file.with_name(f".{file.name}.restored")
        beside.unlink(missing_ok=True)
        try:
            if _copy(path, beside) != self.check(beside):
                raise CommandError(f"{path} cannot be copied to {file.parent}")
            for one in (beside, file.with_name(file.name + ".lock")):
                owned_like(one, file if file.exists() else file.parent)
            if file.exists():
                beside.chmod(file.stat().st_mode & 0o777)
            kept = file.with_name(f"{file.name}.{aside}")
            for one, other in zip(_all_of(file), _all_of(kept), strict=True):
                if one.exists():
                    one.rename(other)
            file.with_name(file.name + "-shm").unlink(missing_ok=True)
            settle(beside, file)
            return str(kept)
        finally:
            beside.unlink(missing_ok=True)

    async def contents(self) -> Contents:
        return self.check(self._file)


def _all_of(file: Path) -> list[Path]:
    """The database and its logs: one without the others would be another database."""
    return [file.with_name(file.name + end) for end in ("", "-wal", "-journal")]


def _copy(source: Path, target: Path) -> Contents:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    progress = Progress("Copying")

    def told(_: int, left: int, pages: int) -> None:
        progress.say(f"{100 * (pages - left) // max(pages, 1)} %")

    with _reading(source) as read, contextlib.closing(sqlite3.connect(target)) as write:
        read.execute("BEGIN")  # held: else the copy begins anew whenever the station commits
        contents = of_sqlite(read)
        read.backup(write, pages=_PAGES, progress=told)
        write.execute("PRAGMA journal_mode=DELETE")  # no log stands beside a copy
    progress.end()
    return contents


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """CommandError."""
    try:
        address = path.absolute().as_uri() + "?mode=ro"
        with contextlib.closing(sqlite3.connect(address, _WAIT_S, uri=True)) as connection:
            connection.isolation_level = None
            yield connection
    except sqlite3.Error as error:
        raise CommandError(f"{path} cannot be copied: {error}.") from error
