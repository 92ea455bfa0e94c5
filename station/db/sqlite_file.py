"""How the file of SQLite is opened: write-ahead log, durable commits, one writer at a time."""

from __future__ import annotations

import contextlib
import os

from sqlalchemy import Engine, event


def prepare(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def make_secret(dialect, record, args, options):
        """The file holds the key of every bus's seal. SQLite gives its log the same mode."""
        with contextlib.suppress(OSError):  # it is there; or SQLite says why it cannot be made
            os.close(os.open(args[0], os.O_CREAT | os.O_EXCL, 0o600))

    @event.listens_for(engine, "connect")
    def connected(connection, _):
        connection.isolation_level = None  # the station sends BEGIN itself, below
        for line in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor = connection.cursor()
            cursor.execute("PRAGMA " + line)
            cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection):
        # IMMEDIATE: a writer waits for the one before it, and cannot fail halfway.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
