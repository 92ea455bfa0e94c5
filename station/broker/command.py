"""python -m station broker mosquitto|nats: writes the broker's configuration, and follows."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.identity.errors import IdentityError
from station.settings import Settings

if TYPE_CHECKING:
    from station.broker.configuration import Configuration
    from station.broker.rights import Register
    from station.db.database import Database

log = logging.getLogger(__name__)
_LOOK_S = 2.0


def add(commands: Any) -> argparse.ArgumentParser:
    command = commands.add_parser("broker", help="write the broker's configuration")
    command.add_argument("kind", choices=("mosquitto", "nats"))
    command.add_argument("--out", metavar="DIR", required=True, type=Path,
                         help="the broker's folder; it holds keys: keep it secret")  # fmt: skip
    command.add_argument("--keys", metavar="DIR", help="the folder that `keys` made")
    command.add_argument("--host", metavar="NAME", action="append", required=True, dest="hosts",
                         help="a name or address by which buses and station reach the broker; "
                         "may be given again")  # fmt: skip
    command.add_argument("--port", type=int, default=8883, help="where buses connect (8883)")
    command.add_argument("--station-port", type=int, metavar="PORT",
                         help="mosquitto: where the station connects (the next one)")  # fmt: skip
    command.add_argument("--bind", metavar="ADDRESS", default="0.0.0.0",
                         help="listen at this address only")  # fmt: skip
    command.add_argument("--user", metavar="NAME", help="the user that runs the broker, if it is "
                         "another one: the files will be that user's")  # fmt: skip
    command.add_argument("--certificate", metavar="FILE", type=Path,
                         help="a certificate of your own for the broker (PEM)")  # fmt: skip
    command.add_argument("--key", metavar="FILE", type=Path, help="and its key")
    command.add_argument("--passwords", action="store_true",
                         help="buses have passwords instead of certificates")  # fmt: skip
    command.add_argument("--old-broker", action="store_true",
                         help="mosquitto: while a fleet moves, let the old broker hand on what "
                         "buses say that are not enrolled yet")  # fmt: skip
    command.add_argument("--cluster", metavar="HOST:PORT,...", default="",
                         help="nats: where the nodes of a cluster reach each other, all of them; "
                         "three for a city")  # fmt: skip
    command.add_argument("--node", metavar="N", type=int, default=1,
                         help="which of them this computer is (1, the first)")  # fmt: skip
    command.add_argument("--follow", action="store_true", help="go on until Ctrl-C: write it again "
                         "when the register changes, and make the broker read it")  # fmt: skip
    command.set_defaults(run=_broker)
    return command


def _broker(args: argparse.Namespace, settings: Settings) -> int:
    from station.broker.configuration import Configuration
    from station.db.database import with_database
    from station.identity.city import refuse_another
    from station.identity.keys import Keys

    if (args.certificate is None) != (args.key is None):
        raise IdentityError("--certificate and --key belong together: give both or neither.")
    for path in (args.certificate, args.key):
        if path is not None and not path.is_file():
            raise IdentityError(f"{path} is no file.")
    keys = Keys(settings.keys)
    configuration = Configuration(
        args.kind, args.out, keys.authority, args.hosts, port=args.port,
        station_port=args.station_port, bind=args.bind, user=args.user,
        certificate=args.certificate, key=args.key, passwords=args.passwords,
        old_broker=args.old_broker, cluster=[one for one in args.cluster.split(",") if one],
        node=args.node,
    )  # fmt: skip

    async def work(database: Database) -> None:
        async with database.read() as connection:
            await refuse_another(connection, keys.authority, keys.folder)
        register = await _write(database, configuration)
        _introduce(args, configuration, register)
        if args.follow:
            await follow(database, configuration, register)

    asyncio.run(with_database(settings.db, work))
    return 0


async def _write(database: Database, configuration: Configuration) -> Register:
    from station.broker.configuration import read_register

    register = await read_register(database)
    configuration.write(register)
    configuration.reload()
    return register


async def follow(database: Database, configuration: Configuration, written: Register) -> None:
    """For ever. An error is logged, and it is tried again: the broker keeps what it has."""
    from station.broker.configuration import read_register
    from station.db.database import is_away

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    failed = False
    was_running = configuration.is_running()
    while True:
        await asyncio.sleep(_LOOK_S)
        runs = configuration.is_running()
        if was_running and not runs:
            log.error("The broker has ended: no bus is heard until it is started again.")
        elif runs and not was_running:
            log.info("The broker runs.")
        was_running = runs
        try:
            register = await read_register(database)
            if register == written:
                continue
            configuration.write(register)
            if not configuration.reload():
                log.warning("The register has changed, and no broker runs here.")
            else:
                log.info("The register has changed: %d identities are valid. The broker was told.",
                         len(register.known))  # fmt: skip
            written, failed = register, False
        except Exception as error:
            if not isinstance(error, IdentityError) and not is_away(error):
                raise
            if not failed:
                log.warning("The register cannot be followed now: %s", error)
            failed = True


def _introduce(args: argparse.Namespace, configuration: Configuration, register: Register) -> None:
    place, folder = configuration.place, configuration.folder
    program = "mosquitto -c" if args.kind == "mosquitto" else "nats-server -c"
    print(f"The broker: {program} {configuration.config}")
    if configuration.station_has_a_password:
        secret = f"STATION_BROKER_USER=station, the password of {folder}/station.password, "
    else:
        certificate = f"{folder}/station.crt STATION_BROKER_KEY={folder}/station.key"
        secret = f"STATION_BROKER_CERT={certificate} "
    ca = "" if args.certificate else f" STATION_BROKER_CA={folder}/authority.crt"
    hosts = [one.rpartition(":")[0] for one in place.cluster] or args.hosts[:1]
    address = ",".join(f"mqtts://{host}:{place.station_port}" for host in hosts)
    print(f"The station: {secret}STATION_BROKER={address}{ca}")
    if args.old_broker:
        print(f"The old broker: put {folder}/old_broker.conf at the end of its configuration, and "
              "start it again.")  # fmt: skip
    if place.cluster:
        print(f"The other nodes: copy {folder}, and write it there again with --node.")
    left_out = configuration.left_out(register)
    if left_out:
        has, wants = (
            ("certificates", "passwords") if args.passwords else ("passwords", "certificates")
        )
        print(f"Not let in, because they have {has} and this broker wants {wants}: "
              f"{', '.join(left_out)}.")  # fmt: skip
    buses = {one.user for one in register.known} - set(left_out)
    print(
        f"{_counted(len(buses), 'bus', 'buses')} may connect, "
        f"{_counted(len(register.revoked), 'identity is', 'identities are')} revoked."
    )


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
