"""python -m station backup FILE|FOLDER: a copy of the database, while the station runs."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.clock import Clock
from station.command_error import CommandError
from station.settings import Settings

if TYPE_CHECKING:
    from station.backup.contents import Contents


def add(commands: Any) -> argparse.ArgumentParser:
    command = commands.add_parser("backup", help="copy the database while the station runs")
    command.add_argument("to", metavar="FILE|FOLDER", nargs="?", type=Path,
                         help="a new file; or a folder that is there, in which the copy is named "
                         "by its time (STATION_BACKUPS)")  # fmt: skip
    command.add_argument("--keep", metavar="N", type=int,
                         help="keep the newest N copies of the folder alone")  # fmt: skip
    command.set_defaults(run=_backup)
    return command


def _backup(args: argparse.Namespace, settings: Settings) -> int:
    from station.backup.names import in_folder

    to = args.to or (Path(settings.backups) if settings.backups else None)
    if to is None:
        raise CommandError("name a file or a folder for the copy, or set STATION_BACKUPS")
    if args.keep is not None and (args.keep < 1 or not to.is_dir()):
        raise CommandError("--keep takes a whole number from 1, and a folder that is there")
    path, contents = asyncio.run(_write(to, settings))
    size = path.stat().st_size / 1e6
    print(f"{path}: {size:,.1f} MB, read again and found whole: {contents}. Keep it secret: it "
          "holds the keys of the buses' seals. The folder of keys, the settings and the file of "
          "notices are not in it.", file=sys.stderr)  # fmt: skip
    if args.keep is not None:
        for _, old in in_folder(to)[args.keep :]:
            old.unlink(missing_ok=True)
            print(f"{old} was removed: the newest {args.keep} are kept.", file=sys.stderr)
    return 0


async def _write(to: Path, settings: Settings) -> tuple[Path, Contents]:
    """Beside its place first, so that half a copy is never taken for a whole one."""
    from station.backup import names
    from station.backup.copies import copies_of
    from station.backup.files import settle
    from station.db.database import Database

    folder = to if to.is_dir() else to.absolute().parent
    if not folder.is_dir():
        raise CommandError(f"{to} cannot be written: the folder {folder} does not exist")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CommandError(f"{to} cannot be written: this user may not write into its folder")
    database = Database(settings.db)
    copies = copies_of(database, settings.db)
    path = to / names.name(Clock().now_ms(), copies.ending) if to.is_dir() else to
    if path.exists():
        raise CommandError(f"{path} exists; a copy is never overwritten")
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.unlink(missing_ok=True)  # of a copy that was ended
        wanted = await copies.write(beside)
        if wanted.revision is None:
            raise CommandError(f"the database {database.shown} is not one of a station")
        found = copies.check(beside)
        if found != wanted:
            raise CommandError(f"the copy of {database.shown} does not hold what was copied: "
                               f"{found} instead of {wanted}")  # fmt: skip
        settle(beside, path)
    except OSError as error:
        if error.filename is None and error.errno != errno.ENOSPC:
            raise  # no file: the database is away
        raise CommandError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)
        await database.close()
    return path, found
