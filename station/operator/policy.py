"""python -m station policy FLEET FILE: stops, schools, zones and routes for the map."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from station.clock import Clock
from station.command_error import CommandError
from station.db.database import Database, with_database
from station.policy.pack import put_pack, read_pack
from station.settings import Settings


def add(commands: Any) -> argparse.ArgumentParser:
    policy = commands.add_parser("policy", help="stops, schools, zones and routes for the map")
    policy.add_argument("fleet")
    policy.add_argument("file", help="a policy as in docs/policy.md; - reads standard input")
    policy.set_defaults(run=_policy)
    return policy


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
