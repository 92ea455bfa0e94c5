"""PostgreSQL's own programs: pg_dump, pg_restore and psql."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator

from sqlalchemy import make_url

from station.command_error import CommandError


@contextlib.contextmanager
def running(
    name: str, words: list[str], address: str | None = None, is_told: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """CommandError, with the program's own last line, if it fails."""
    if shutil.which(name) is None:
        raise CommandError(f"{name} is missing: install PostgreSQL's programs (on Debian "
                           "postgresql-client)")  # fmt: skip
    environment = {**os.environ, **(_server(address) if address else {}), "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([name, *words], env=environment, stderr=errors,
                                   stdin=subprocess.PIPE if is_told else subprocess.DEVNULL,
                                   stdout=subprocess.PIPE)  # fmt: skip
        try:
            yield process
            if process.wait():
                errors.seek(0)
                last = errors.read().decode("utf-8", "replace").strip().splitlines()[-1:]
                raise CommandError(f"{name} failed: {''.join(last)}")
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()


def _server(address: str) -> dict[str, str]:
    """As the programs take it: a password on a command line could be read by every user."""
    url = make_url(address)
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    named = {
        "PGHOST": query.get("host", url.host), "PGPORT": query.get("port", url.port),
        "PGUSER": url.username, "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": query.get("ssl", query.get("sslmode")),
    }  # fmt: skip
    return {name: str(value) for name, value in named.items() if value is not None}
