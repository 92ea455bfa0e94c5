"""The database: whether it answers, can be written, has room, and belongs to this program."""

from __future__ import annotations

import fcntl
import getpass
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

from station.db.led import LEADERS
from station.db.reason import is_refused, reason
from station.db.revisions import known
from station.doctor.finding import Finding, State
from station.doctor.questions import Questions

_WRITE_S = 3
_LITTLE, _TOO_LITTLE = 2_000_000_000, 500_000_000
"""Bytes that are free on the disk."""
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
    "wait_event_type = 'Lock' AND now() - query_start > interval '5 seconds'"
)
_TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
_TABLES_OF_FILE = "SELECT count(*) FROM sqlite_master"
_SIZE = "SELECT pg_database_size(current_database())"


async def look(ask: Questions) -> AsyncIterator[Finding]:
    """Its first finding is wrong if nothing can be asked."""
    if ask.file is not None and not ask.file.exists():
        yield Finding(
            "database",
            "wrong",
            f"There is no database {ask.shown}: name the station's with STATION_DB or --db.",
        )
        return
    if ask.file is not None and (bad := _not_allowed(ask.file)):
        yield bad
        return
    try:
        if not await ask.one(_TABLES if ask.file is None else _TABLES_OF_FILE):
            yield Finding(
                "database",
                "wrong",
                f"{ask.shown} answers, and is empty: the first start fills it, or bring a "
                "copy back (python -m station restore).",
            )
            return
        revision = await ask.one("SELECT max(version_num) FROM alembic_version")
        size = ask.file.stat().st_size if ask.file is not None else await ask.one(_SIZE)
    except Exception as error:  # noqa: BLE001  (whatever keeps it from answering)
        yield Finding("database", "wrong", f"{ask.shown} {_why(error, ask.file)}")
        if ask.file is not None:
            yield _room(ask.file)
        return
    yield Finding("database", "ok", f"{ask.shown} answers; it has {size / 1e6:,.0f} MB.")
    yield _revision(revision)
    if ask.file is not None:
        yield _writable(ask.file)
        yield _room(ask.file)
        yield _station(_is_locked(ask.file))
    else:
        waiting = await ask.one(_WAITING)
        if waiting:
            yield Finding(
                "database",
                "look",
                f"{waiting} queries have waited for a lock for more "
                "than 5 s: look at pg_stat_activity for who holds it.",
            )
        is_told = await ask.one("SELECT to_regclass('leader') IS NOT NULL")
        yield _station(bool(await ask.one(LEADERS)) if is_told else None)


def _not_allowed(file: Path) -> Finding | None:
    if file.is_dir():
        return Finding("database", "wrong", f"{file} is a folder: name the file with STATION_DB.")
    if os.access(file, os.R_OK | os.W_OK) and os.access(file.absolute().parent, os.W_OK | os.X_OK):
        return None
    return Finding(
        "database",
        "wrong",
        f"The user {getpass.getuser()} may not write {file} and its folder: run doctor as the "
        f"station's user, or give the files back to it (chown busguard: {file}*).",
    )


def _why(error: Exception, file: Path | None) -> str:
    told = f"does not answer ({reason(error)})"
    if is_refused(error):
        return f"{told}: correct the name, the password or the database in STATION_DB."
    if file is None:
        return f"{told}: is it running, and is its address right?"
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return f"{told}: end the other program that holds it (fuser {file})."
    if isinstance(error, sqlite3.OperationalError):  # no such table, no room, input and output
        return f"{told}: is it a station's database, and has its disk room?"
    return f"{told}: it is damaged, or no database. Bring the newest copy back (restore --replace)."


def _revision(revision: str | None) -> Finding:
    newest = known()[0]
    if revision == newest:
        return Finding("revision", "ok", f"The database has the newest revision, {revision}.")
    if revision in known():
        return Finding(
            "revision",
            "look",
            f"The database has revision {revision}; the station "
            f"brings it to {newest} when it starts. Make a copy before.",
        )
    return Finding(
        "revision",
        "wrong",
        f"The database was made by a newer station (revision {revision}): update this program.",
    )


def _writable(file: Path) -> Finding:
    try:
        address = f"{file.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(address, _WRITE_S, uri=True, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.Error as error:
        return Finding(
            "database",
            "wrong",
            f"{file} cannot be written ({error}): end the other "
            f"program that holds it (fuser {file}), or give the station's user the "
            "right to write the file and its folder.",
        )
    return Finding("database", "ok", f"{file} can be written.")


def _room(file: Path) -> Finding:
    free = shutil.disk_usage(file.absolute().parent).free
    state: State = "wrong" if free < _TOO_LITTLE else "look" if free < _LITTLE else "ok"
    more = "" if state == "ok" else " Make room: with a full disk the station takes no records in."
    return Finding("disk", state, f"The disk of {file} has {free / 1e9:,.1f} GB free.{more}")


def _is_locked(file: Path) -> bool:
    """By the station's claim (station/db/claim.py)."""
    try:
        with file.with_name(file.name + ".lock").open(encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _station(runs: bool | None) -> Finding:
    """None: the database is of a version that does not say it."""
    if runs is None:
        return Finding(
            "station",
            "look",
            "This older database does not say whether a station works on it: look with "
            "`systemctl status busguard-station`.",
        )
    if runs:
        return Finding("station", "ok", "A station works on this database.")
    return Finding(
        "station",
        "wrong",
        "No station works on this database: nobody receives what the "
        "buses report. Start it (systemctl start busguard-station).",
    )
