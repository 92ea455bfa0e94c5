"""python -m station serve: runs the station until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import signal
import socket
from typing import TYPE_CHECKING, Any

from station.clock import Clock, FollowedClock
from station.command_error import CommandError
from station.log_lines import set_up
from station.settings import Address, Settings

if TYPE_CHECKING:
    import uvicorn

    from station.db.database import Database

log = logging.getLogger(__name__)


def add(commands: Any) -> argparse.ArgumentParser:
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
    serve.add_argument("--role", choices=("all", "page"), help="page: take no records, and show "
                       "pages beside the station that does (PostgreSQL)")  # fmt: skip
    serve.add_argument("--clock", type=int, metavar="MS", help=argparse.SUPPRESS)
    serve.set_defaults(run=_serve)
    return serve


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    set_up(settings.log)
    gc.freeze()  # modules stay: to look at them at every collection costs a fifth of the intake
    try:
        listener = listen(settings.http)
    except OSError as error:
        other = f"{settings.http.host}:{settings.http.port + 1}"
        raise CommandError(
            f"http: {settings.http} cannot be used: {error.strerror}. Give another: HTTP={other}"
        ) from error
    return asyncio.run(_serve_on(listener, settings, args.clock))


def listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address.host, address.port))
    return listener


def url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


async def _serve_on(listener: socket.socket, settings: Settings, clock_ms: int | None) -> int:
    from station.db.database import PATIENCE_S, Database

    clock = Clock() if clock_ms is None else FollowedClock(clock_ms)
    database = Database(settings.db, PATIENCE_S)
    try:
        await database.upgrade()  # a database that cannot be used ends the command here
        if database.is_sqlite and settings.role == "page":
            raise CommandError("role page: a file of SQLite has one process; PostgreSQL has more")
        if database.is_sqlite:
            await database.lead()
        leads = database.leads or (settings.role == "all" and await database.claim())
        told = (f"The station is at {url(listener)} (database {database.shown}, broker "
                f"{settings.broker}).{await _waits(database, settings.role, leads)}")  # fmt: skip
        if settings.log == "json":
            log.info(told)
        else:
            print(told, flush=True)  # fmt: skip
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # uvicorn ends by it, and then raises it again
        webs: list[uvicorn.Server] = []
        if isinstance(clock, FollowedClock):
            clock.follow(lambda: setattr(webs[-1], "should_exit", True))
        while await _serve_as(listener, settings, clock, database, leads, webs):
            leads = database.leads
    finally:
        await database.close()
    return 0


async def _waits(database: Database, role: str, leads: bool) -> str:
    from station.db.led import is_led

    if leads:
        return ""
    if role == "page" and not await is_led(database):
        return (" NO station takes the records of this database: start one without --role page. "
                "This one only shows pages.")  # fmt: skip
    shows = " Another station takes the records of this database; this one shows its pages"
    return f"{shows}." if role == "page" else f"{shows}, and takes over when that one ends."


async def _serve_as(listener: socket.socket, settings: Settings, clock: Clock, database: Database,
                    leads: bool, webs: list[uvicorn.Server]) -> bool:  # fmt: skip
    """One role, from its beginning to its end. True: another role follows. webs: is told the server
    of this one."""
    # Here, because these take a second, which the other commands need not wait.
    from station.app import make_app
    from station.doors.server import server
    from station.station import Station

    if not leads:
        database.follow()
    station = Station(settings, clock, database, leads)
    web = server(make_app(station), settings.proxies)
    webs.append(web)

    async def end_with_role() -> None:
        await station.over.wait()
        web.should_exit = True

    role = asyncio.create_task(end_with_role())
    await web.serve([listener.dup()])  # which it closes
    role.cancel()
    return station.over.is_set()
