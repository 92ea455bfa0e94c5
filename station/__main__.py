"""python -m station serve | admin | enrol ...: the station, and what an operator does beside it."""

from __future__ import annotations

import argparse
import asyncio
import gc
import getpass
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from station.broker import command as broker
from station.clock import Clock, FollowedClock
from station.db.address import without_password
from station.db.database import Database, DatabaseError, is_away, with_database
from station.identity import command as identity
from station.identity.errors import IdentityError
from station.policy.pack import PackError, put_pack, read_pack
from station.release import command as release
from station.release.problem import ReleaseError
from station.reports import evidence_command as evidence
from station.settings import Address, Settings, SettingsError, load, not_known


class CommandError(Exception):
    """A sentence that says why a command did nothing."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and how to see the help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. Try: {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    top = Parser(
        prog="python -m station",
        description="Busguard's station: receives what the buses report, keeps it, and shows it.",
        epilog="Every setting can also stand in the environment: STATION_DB, STATION_BROKER, "
        "STATION_BROKER_USER, STATION_BROKER_PASSWORD and so on (station/settings.py).",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    serve = commands.add_parser("serve", help="run the station until Ctrl-C")
    serve.add_argument("--broker", metavar="HOST:PORT", help="MQTT broker (127.0.0.1:1883); "
                       "mqtts://HOST speaks TLS")  # fmt: skip
    serve.add_argument("--broker-ca", metavar="FILE", dest="broker_ca",
                       help="certificates (PEM) that vouch for the broker, instead of this "
                       "computer's")  # fmt: skip
    serve.add_argument("--keys", metavar="DIR",
                       help="the folder that `keys` made: the city's key signs commands, and the "
                       "page can enrol buses")  # fmt: skip
    serve.add_argument("--http", metavar="HOST:PORT", help="where the page is (127.0.0.1:8080)")
    serve.add_argument("--tiles", metavar="URL|FILE", help="streets: a tile URL or a .pmtiles file")
    serve.add_argument("--tiles-credit", metavar="TEXT", dest="tiles_credit",
                       help="whose map the streets are, for the corner of the map")  # fmt: skip
    serve.add_argument("--notices", metavar="FILE",
                       help="who gets a message about which alarm (docs/station.md)")  # fmt: skip
    serve.add_argument("--home-assistant", action="store_const", const="1", dest="home_assistant",
                       help="announce the buses to Home Assistant")  # fmt: skip
    serve.add_argument("--clock", type=int, metavar="MS", help=argparse.SUPPRESS)
    serve.set_defaults(run=_serve)
    admin = commands.add_parser("admin", help="add an administrator, or set a new password")
    admin.add_argument("name")
    admin.add_argument("--generate", action="store_true", help="choose a password and print it")
    admin.add_argument("--no-code", action="store_true", help="the password is enough again, for "
                       "who has lost telephone and recovery codes")  # fmt: skip
    admin.set_defaults(run=_admin)
    policy = commands.add_parser("policy", help="stops, schools, zones and routes for the map")
    policy.add_argument("fleet")
    policy.add_argument("file", help="a policy as in docs/policy.md; - reads standard input")
    policy.set_defaults(run=_policy)
    added = (evidence.add(commands), *identity.add(commands), broker.add(commands))
    release.add(commands)
    for command in (serve, admin, policy, *added):
        command.add_argument("--db", metavar="FILE|URL",
                             help="a file, or postgresql://user@host/name")  # fmt: skip
    return top


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s",
                        level=logging.INFO)  # fmt: skip
    logging.getLogger("alembic").setLevel(logging.WARNING)
    gc.freeze()  # modules stay: to look at them at every collection costs a fifth of the intake
    try:
        listener = _listen(settings.http)
    except OSError as error:
        other = f"{settings.http.host}:{settings.http.port + 1}"
        raise CommandError(
            f"http: {settings.http} cannot be used: {error.strerror}. Give another: HTTP={other}"
        ) from error
    return asyncio.run(_serve_on(listener, settings, args.clock))


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address.host, address.port))
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


async def _serve_on(listener: socket.socket, settings: Settings, clock_ms: int | None) -> int:
    # Here, because these take a second, which the other commands need not wait.
    from station.app import make_app
    from station.doors.server import server
    from station.station import Station

    clock = Clock() if clock_ms is None else FollowedClock(clock_ms)
    station = Station(settings, clock)
    web = server(make_app(station), settings.proxies)

    def end() -> None:
        web.should_exit = True

    if isinstance(clock, FollowedClock):
        clock.follow(end)
    await station.db.upgrade()  # a database that cannot be used ends the command here
    await station.db.claim()
    print(f"The station is at {_url(listener)} (database {station.db.shown}, broker "
          f"{settings.broker}).", flush=True)  # fmt: skip
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # uvicorn ends by Ctrl-C, and then raises it again
    await web.serve([listener])
    return 0


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


def _policy(args: argparse.Namespace, settings: Settings) -> int:
    try:
        text = sys.stdin.read() if args.file == "-" else Path(args.file).read_text("utf-8")
    except OSError as error:
        raise CommandError(f"{args.file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{args.file} cannot be read: it is not UTF-8") from error
    pack, digest = read_pack(args.fleet, text, args.file)

    async def put(database: Database) -> None:
        await put_pack(database, args.fleet, pack, digest, text, Clock().now_ms())

    asyncio.run(with_database(settings.db, put))
    print(f"The map of the fleet {args.fleet} shows the policy {digest}.", file=sys.stderr)
    return 0


def main(arguments: list[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    given = {name: text for name, text in vars(args).items() if name in Settings.model_fields}
    for line in not_known(os.environ):
        _say(line)
    try:
        settings = load(given)
        return args.run(args, settings)
    except (
        SettingsError,
        CommandError,
        IdentityError,
        PackError,
        DatabaseError,
        ReleaseError,
    ) as error:
        _say(str(error))
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except Exception as error:
        if not is_away(error):
            raise
        shown = without_password(settings.db)
        _say(f"the database {shown} does not answer: {type(error).__name__}")
        return 2


def _say(sentence: str) -> None:
    end = "" if sentence.endswith(".") else "."
    print(f"python -m station: {sentence}{end}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
