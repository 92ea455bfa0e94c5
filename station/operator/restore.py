"""python -m station restore FILE: puts a copy in the place of the database, without the station."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.clock import Clock
from station.command_error import CommandError
from station.settings import Settings

if TYPE_CHECKING:
    from station.backup.contents import Contents


def add(commands: Any) -> argparse.ArgumentParser:
    command = commands.add_parser("restore", help="put a copy in the place of the database")
    command.add_argument("file", metavar="FILE", type=Path, help="a copy that `backup` made")
    command.add_argument("--replace", action="store_true",
                         help="put aside what is in the database now")  # fmt: skip
    command.set_defaults(run=_restore)
    return command


def _restore(args: argparse.Namespace, settings: Settings) -> int:
    from station.db.revisions import known

    contents, kept = asyncio.run(_put_back(args.file, settings, args.replace))
    if kept:
        print(f"What was in the database before is kept as {kept}.", file=sys.stderr)
    print(f"{args.file} was restored and read again: {contents}.", file=sys.stderr)
    if contents.revision != known()[0]:
        print("The station brings it to its newest revision when it starts.", file=sys.stderr)
    print("What the station heard after this copy was begun is not in it.", file=sys.stderr)
    return 0


async def _put_back(path: Path, settings: Settings, may_replace: bool) -> tuple[Contents, str]:
    """-> what was restored, and where the database before is kept ("": there was none)."""
    from station.backup.copies import copies_of, kind_of
    from station.backup.names import stamp
    from station.db.database import Database

    database = Database(settings.db)
    copies = copies_of(database, settings.db)
    try:
        if kind_of(path) != copies.kind:
            raise CommandError(f"{path} is a copy of {kind_of(path)}, and {database.shown} is "
                               f"{copies.kind}. Nothing was changed")  # fmt: skip
        wanted = copies.check(path)
        _must_be_known(path, wanted)
        await copies.hold()
        is_empty = await copies.is_empty()
        if not is_empty and not may_replace:
            raise CommandError(f"The database {database.shown} is not empty. Restore into an empty "
                               "one, or give --replace: then what is there now is put aside. "
                               "Nothing was changed")  # fmt: skip
        kept = await copies.put_back(path, f"before_{stamp(Clock().now_ms())}".lower())
        found = await copies.contents()
    except OSError as error:
        raise CommandError(f"{database.shown}: {error.strerror or error}") from error
    finally:
        await database.close()
    if found != wanted:
        raise CommandError(f"{database.shown} does not hold what was restored: {found} instead of "
                           f"{wanted}")  # fmt: skip
    return found, "" if is_empty else kept


def _must_be_known(path: Path, contents: Contents) -> None:
    from station.db.revisions import known

    if contents.revision is None:
        raise CommandError(f"{path} holds no station's database. Nothing was changed")
    if contents.revision not in known():
        raise CommandError(f"{path} was made by a newer station (revision {contents.revision}). "
                           "Update this program; nothing was changed")  # fmt: skip
