"""python -m station admin NAME: adds an administrator, or sets a new password."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from typing import Any

from station.clock import Clock
from station.command_error import CommandError
from station.db.address import without_password
from station.db.database import Database, with_database
from station.settings import Settings


def add(commands: Any) -> argparse.ArgumentParser:
    admin = commands.add_parser("admin", help="add an administrator, or set a new password")
    admin.add_argument("name")
    admin.add_argument("--generate", action="store_true", help="choose a password and print it")
    admin.add_argument("--no-code", action="store_true", help="the password is enough again, for "
                       "who has lost telephone and recovery codes")  # fmt: skip
    admin.set_defaults(run=_admin)
    return admin


def _admin(args: argparse.Namespace, settings: Settings) -> int:
    from station.accounts import NO_CODE, Accounts  # here: they take half a second, for a hash
    from station.people.passwords import new_password
    from station.people.person import BadName

    if args.generate:
        password = new_password()
    elif sys.stdin.isatty():
        password = getpass.getpass(f"Password for {args.name}: ")
        if getpass.getpass("The same again: ") != password:
            raise CommandError("the two passwords differ; nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if len(password) < 10:
        raise CommandError("a password needs 10 characters or more; nothing was changed")

    async def put(database: Database) -> None:
        accounts = Accounts(database, Clock(), settings)
        await accounts.put(args.name, "admin", password)
        if args.no_code:
            await accounts.change(args.name, **NO_CODE)

    try:
        asyncio.run(with_database(settings.db, put, may_make=True))
    except BadName as error:
        raise CommandError(f"{error} Nothing was changed") from error
    shown = without_password(settings.db)
    print(f"{args.name} is an administrator in the database {shown}.", file=sys.stderr)
    if args.generate:
        print(password)
    return 0
