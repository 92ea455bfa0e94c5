"""python -m station evidence FLEET BUS DAY --out FILE: one bus's day as a file that proves itself.

What needs long to import is imported when it is used: every command pays for this file.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from pathlib import Path
from typing import Any

from station.clock import Clock
from station.db.database import Database, with_database
from station.identity.errors import IdentityError
from station.new_file import write_new
from station.settings import Settings


def add(commands: Any) -> argparse.ArgumentParser:
    command = commands.add_parser("evidence", help="one bus's day as a file that proves itself")
    command.add_argument("fleet", metavar="FLEET")
    command.add_argument("bus", metavar="BUS")
    command.add_argument("day", metavar="DAY", help="a local day, such as 2026-11-22")
    command.add_argument("--out", metavar="FILE", required=True, type=Path, help="a zip")
    command.add_argument("--keys", metavar="DIR", help="the folder that `keys` made")
    command.set_defaults(run=_evidence)
    return command


def _evidence(args: argparse.Namespace, settings: Settings) -> int:
    from sqlalchemy import insert

    from station.db.tables import access_log
    from station.identity.signing import NoKey, Signer
    from station.reports import evidence

    if args.out.exists():
        raise IdentityError(f"{args.out} exists; evidence is never overwritten.")
    who, clock = getpass.getuser(), Clock()

    async def make(database: Database) -> bytes:
        key = Signer(database, clock, settings).key()
        async with database.write() as connection:
            about = {"fleet": args.fleet, "bus": args.bus, "day": args.day[:10]}
            line = {"at_ms": clock.now_ms(), "who": who[:64], "what": "evidence", **about}
            await connection.execute(insert(access_log).values(line))
        async with database.read() as connection:
            return await evidence.make(connection, key, args.fleet, args.bus, args.day, who,
                                       clock.now_ms())  # fmt: skip

    try:
        made = asyncio.run(with_database(settings.db, make))
    except LookupError as error:
        raise IdentityError(error.args[0]) from None
    except NoKey as error:
        raise IdentityError(str(error)) from None
    except (ValueError, OverflowError):
        raise IdentityError(f"{args.day!r} is not a day such as 2026-11-22.") from None
    try:
        write_new(args.out, made)
    except OSError as error:
        raise IdentityError(f"{args.out} cannot be written: {error.strerror}.") from error
    print(f"{args.out}: the day {args.day} of {args.fleet}/{args.bus}, {len(made):,} bytes.",
          file=sys.stderr)  # fmt: skip
    return 0
