"""python -m station keys | enrol | replace | rotate | revoke | identities.

What needs long to import is imported when it is used: every command pays for this file.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.clock import Clock, iso
from station.identity import files
from station.identity.errors import IdentityError
from station.settings import Settings

if TYPE_CHECKING:
    from station.db.database import Database
    from station.identity.enrol import Made, Why

_SERIAL = re.compile("[0-9a-f]{16}")
_GIVEN = {
    "enrol": "give buses their identities: FOLDER/BUS.identity.json, for make deploy",
    "replace": "give buses other identities and end those before at once (a stolen board)",
    "rotate": "give buses other identities; those before end when the new ones are seen",
}


def add(commands: Any) -> list[argparse.ArgumentParser]:
    """-> those that work on the database."""
    keys = commands.add_parser("keys", help="make the city's key and the fleet's authority")
    keys.add_argument("--out", metavar="DIR", required=True, help="a folder; keep it secret")
    keys.add_argument("--rotate", action="store_true",
                      help="make the city's next key beside the one in use")  # fmt: skip
    keys.add_argument("--city-key-lost", action="store_true",
                      help="make another city.key in the place of one that is lost")  # fmt: skip
    keys.add_argument("--first", action="store_true",
                      help="only if no bus was ever enrolled; a database that is not there is "
                      "made")  # fmt: skip
    keys.set_defaults(run=_keys)
    made = [keys]
    for name, does in _GIVEN.items():
        one = _of_buses(commands, name, does, _give)
        one.set_defaults(why=name)
        one.add_argument("--keys", metavar="DIR", help="the folder that `keys` made")
        one.add_argument("--out", metavar="FOLDER", default="fleet", type=Path,
                         help="where the files go (fleet)")  # fmt: skip
        one.add_argument("--new-authority", action="store_true",
                         help="the keys that made the buses' identities are lost or leaked, and "
                         "these take their place")  # fmt: skip
        one.add_argument("--clock", type=int, metavar="MS", help=argparse.SUPPRESS)
        if name == "enrol":
            one.add_argument("--skip-enrolled", action="store_true",
                             help="leave out those that have an identity")  # fmt: skip
        if name != "rotate":
            one.add_argument("--password", action="store_true",
                             help="a password in place of a certificate, for a broker that knows "
                             "no certificates")  # fmt: skip
        made.append(one)
    made.append(_of_buses(commands, "revoke", "end the identities of buses at once", _revoke))
    listed = commands.add_parser("identities", help="list every identity: of whom, since when")
    listed.set_defaults(run=_identities)
    return [*made, listed]


def _of_buses(commands: Any, name: str, does: str, run: Callable) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=does)
    command.add_argument("fleet", metavar="FLEET")
    command.add_argument("buses", metavar="BUS", nargs="+")
    command.set_defaults(run=run)
    return command


def _keys(args: argparse.Namespace, settings: Settings) -> int:
    from station.identity import keys

    folder = Path(args.out)
    if args.first:
        _refuse_second_city(folder, settings)
    do = keys.rotate if args.rotate else keys.replace_lost if args.city_key_lost else keys.make
    public = do(folder)
    which = "next key is" if args.rotate else "key is"
    _say(f"{folder} holds the keys. Keep it secret, and keep a copy of it in a safe. "
         f"The city's public {which}:")  # fmt: skip
    print(public)
    return 0


def _refuse_second_city(folder: Path, settings: Settings) -> None:
    from station.db.database import Database, with_database
    from station.identity.city import refuse_if_enrolled

    if not Database(settings.db).is_there:
        _say(f"There was no database {settings.db}: it is made now, and is empty.")
    asyncio.run(with_database(
        settings.db, lambda database: refuse_if_enrolled(database, folder), may_make=True
    ))  # fmt: skip


def _give(args: argparse.Namespace, settings: Settings) -> int:
    from station.db.database import with_database
    from station.identity.enrol import check_names, give
    from station.identity.keys import Keys

    check_names(args.fleet, args.buses)
    keys = Keys(settings.keys)
    folder: Path = args.out
    files.make_folder(folder)
    how: Any = "password" if getattr(args, "password", False) else "certificate"

    def keep(made: list[Made]) -> None:
        _write_all(folder, made, args.why)

    async def work(database: Database) -> list[Made]:
        buses = args.buses
        if args.why == "enrol" and args.skip_enrolled:
            buses = await _without_identity(database, args.fleet, buses)
        return buses and await give(
            database, keys, args.fleet, buses, why=args.why, how=how, by=_me(),
            now_ms=args.clock or Clock().now_ms(), new_authority=args.new_authority, keep=keep,
        )  # fmt: skip

    for one in asyncio.run(with_database(settings.db, work)):
        print(_path(folder, one.bus))
    return 0


async def _without_identity(database: Database, fleet: str, buses: list[str]) -> list[str]:
    from station.identity.enrol import everyone

    rows = await everyone(database)
    has = {row["bus"] for row in rows if row["fleet"] == fleet and row["revoked_ms"] is None}
    left_out = [bus for bus in buses if bus in has]
    if left_out:
        _say(f"Left out, because they have an identity already: {', '.join(left_out)}.")
    return [bus for bus in buses if bus not in has]


def _write_all(folder: Path, made: list[Made], why: Why) -> None:
    """All of them or none. A file that stands there is replaced only where its bus gets another
    identity; enrol refuses, for it may be of another fleet, or of another database."""
    written: list[Path] = []
    try:
        for one in made:
            path = _path(folder, one.bus)
            if why == "enrol":
                if files.exists(path):
                    raise IdentityError(
                        f"{path} exists; it is never overwritten. It is of another database. If "
                        "you do not need it, move it away and run this again."
                    )
                files.write_new(path, one.file)
                written.append(path)
        if why != "enrol":
            for one in made:
                _keep_old(folder, one.bus)
                files.write(_path(folder, one.bus), one.file)
    except IdentityError as error:
        for path in written:
            path.unlink()
        raise IdentityError(f"{error} No bus was given an identity.") from None


def _keep_old(folder: Path, bus: str) -> None:
    """The identity before proves the records of its time: `python -m tools.evidence verify`."""
    path = _path(folder, bus)
    if not path.exists():
        return
    content = files.read(path)
    try:
        serial = str(json.loads(content)["serial"])
    except (ValueError, KeyError, TypeError):
        return  # it is damaged: it proves nothing
    if _SERIAL.fullmatch(serial):
        files.write(folder / f"{bus}.identity.{serial}.json", content)


def _path(folder: Path, bus: str) -> Path:
    return folder / f"{bus}.identity.json"


def _revoke(args: argparse.Namespace, settings: Settings) -> int:
    from station.db.database import with_database
    from station.identity.enrol import revoke

    asyncio.run(with_database(settings.db, lambda database: revoke(
        database, args.fleet, args.buses, _me(), Clock().now_ms()
    )))  # fmt: skip
    _say(f"Revoked: {', '.join(args.buses)} of {args.fleet}.")
    return 0


def _identities(args: argparse.Namespace, settings: Settings) -> int:
    from station.db.database import with_database
    from station.identity.enrol import everyone

    rows = asyncio.run(with_database(settings.db, everyone))
    lines = [("fleet", "bus", "serial", "how", "made", "by", "last seen", "revoked")]
    for row in rows:
        seen, revoked = iso(row["last_seen_ms"]) or "never", iso(row["revoked_ms"]) or "no"
        if row["revoked_ms"] is not None:
            revoked += f" by {row['revoked_by']}"
        who = (row["fleet"], row["bus"], row["serial"], row["how"])
        lines.append((*who, iso(row["made_ms"]) or "", row["made_by"], seen, revoked))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(text.ljust(w) for text, w in zip(line, widths, strict=True)).rstrip())
    return 0


def _me() -> str:
    return f"{getpass.getuser()} (command line)"


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
