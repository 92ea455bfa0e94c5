"""Copies of the kind that a database's address asks for."""

from __future__ import annotations

from pathlib import Path

from station.backup.postgres import ServerCopies
from station.backup.sqlite import FileCopies
from station.command_error import CommandError
from station.db.address import file_of
from station.db.database import Database

_BEGINS = {b"SQLite format 3\0": FileCopies.kind, b"PGDMP": ServerCopies.kind}


def copies_of(database: Database, address: str) -> FileCopies | ServerCopies:
    file = file_of(address)
    return ServerCopies(database, address) if file is None else FileCopies(database, file)


def kind_of(path: Path) -> str:
    """Of which kind of database a file is a copy. CommandError."""
    try:
        with path.open("rb") as file:
            begins = file.read(16)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    for known, kind in _BEGINS.items():
        if begins.startswith(known):
            return kind
    raise CommandError(f"{path} is no copy of a station's database")
