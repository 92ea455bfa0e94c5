"""python -m station release add | list | show | start | pause | resume | next | withdraw |
progress. The running station takes up what is written here within a second or two."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.clock import Clock
from station.release.problem import ReleaseError
from station.settings import Settings

if TYPE_CHECKING:
    from station.db.database import Database
    from station.release.fit import Known
    from station.release.rows import Rollout
    from station.release.store import Kept, Releases

    _Work = Callable[[Database, Releases, list[str]], Awaitable[Any]]

_STEPS = {
    "pause": "offer nothing more, and take back what no bus has changed over to yet",
    "resume": "go on after a pause or a stop; buses that came back count no more",
    "next": "begin the next stage now",
    "withdraw": "end the rollout; buses that run the release keep it",
}


def add(commands: Any) -> argparse.ArgumentParser:
    """-> the command: `python -m station release`. Each of its own commands knows --db."""
    top = commands.add_parser("release", help="firmware for the buses, over the air")
    own = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def one(name: str, does: str, run: Callable) -> argparse.ArgumentParser:
        found = own.add_parser(name, help=does, description=does)
        found.add_argument("--db", metavar="FILE|URL",
                           help="a file, or postgresql://user@host/name")  # fmt: skip
        found.add_argument("--keys", metavar="DIR", help="the folder that holds release.pub")
        found.add_argument("--clock", type=int, metavar="MS", help=argparse.SUPPRESS)
        found.set_defaults(run=run)
        return found

    one("add", "check a release file, and keep it", _add).add_argument("file", metavar="FILE")
    one("list", "the releases of this station", _list)
    show = one("show", "what a release is, and what it would change", _show)
    show.add_argument("id", metavar="ID", type=int)
    show.add_argument("--fleet", metavar="FLEET")
    start = one("start", "roll a release out to a fleet, stage by stage", _start)
    start.add_argument("id", metavar="ID", type=int)
    start.add_argument("--fleet", metavar="FLEET", required=True)
    start.add_argument("--stage", metavar="WHO", action="append", required=True, dest="stages",
                       help="bus-01,bus-02, then 20%%, then all; one for each stage")  # fmt: skip
    start.add_argument("--stop-share", metavar="PERCENT", type=int, default=10,
                       help="stop when more than this share of the buses that took it come back or "
                       "fall silent (10)")  # fmt: skip
    start.add_argument("--silent-min", metavar="MINUTES", type=int, default=30,
                       help="a bus is silent when it is so long past its promise (30)")  # fmt: skip
    start.add_argument("--least-min", metavar="MINUTES", type=int, default=60,
                       help="watch the buses of a stage for so long, before the next begins; a day "
                       "is 1440 (60)")  # fmt: skip
    start.add_argument("--wait-min", metavar="MINUTES", type=int,
                       help="begin the next stage after this time, once a bus runs it")  # fmt: skip
    start.add_argument("--downgrade", action="store_true",
                       help="also to buses that run a newer version")  # fmt: skip
    _again(start)
    start.add_argument("--yes", action="store_true", help="do not ask before it starts")
    for name, does in _STEPS.items():
        step = one(name, does, _step)
        step.add_argument("--fleet", metavar="FLEET", required=True)
        step.set_defaults(step=name, again=[])
        if name == "resume":
            _again(step)
    again = one("again", "offer it once more to a bus that came back or refused", _step)
    again.add_argument("--fleet", metavar="FLEET", required=True)
    again.add_argument("again", metavar="BUS", nargs="+")
    again.set_defaults(step="again")
    progress = one("progress", "how far each bus is", _progress)
    progress.add_argument("--fleet", metavar="FLEET", required=True)
    return top


def _again(command: argparse.ArgumentParser) -> None:
    command.add_argument("--again", metavar="BUS", action="append", default=[],
                         help="also to this bus, which came back from it before")  # fmt: skip


def _with(settings: Settings, work: _Work, needs_keys: bool = False) -> Any:
    """Does it with the database. Whatever is refused becomes a sentence of ReleaseError."""
    from station.db.database import with_database
    from station.release.change import RolloutError
    from station.release.keys import private_key_here, public_keys, usable_keys
    from station.release.stages import StageError
    from station.release.store import Releases

    if warning := private_key_here(settings):
        print(f"warning: {warning}", file=sys.stderr)

    keys = usable_keys(settings)

    async def run(database: Database) -> Any:
        return await work(database, Releases(database), keys)

    try:
        if needs_keys:
            public_keys(settings)
        return asyncio.run(with_database(settings.db, run))
    except (RolloutError, StageError, LookupError) as error:
        raise ReleaseError(f"{error.args[0]} Nothing was changed.") from error


def _me() -> str:
    return f"{getpass.getuser()} (command line)"


def _now_ms(args: argparse.Namespace) -> int:
    return args.clock or Clock().now_ms()


def _add(args: argparse.Namespace, settings: Settings) -> int:
    from station.release.file import MOST_BYTES

    path = Path(args.file)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReleaseError(f"{path} cannot be read: {error.strerror}.") from error

    async def work(database: Database, releases: Releases, keys: list[str]) -> Kept:
        return await releases.add(content, str(path), keys, _me(), _now_ms(args))

    kept = _with(settings, work, needs_keys=True)
    print(f"Release {kept.release.version} is kept as {kept.id}. "
          f"`python -m station release show {kept.id} --fleet FLEET` shows what it changes.",
          file=sys.stderr)  # fmt: skip
    return 0


def _list(args: argparse.Namespace, settings: Settings) -> int:
    from station.release.printed import print_table, time_of

    async def work(database: Database, releases: Releases, keys: list[str]) -> list[Kept]:
        return await releases.every(keys)

    kept = _with(settings, work)
    print_table(["ID", "VERSION", "ADDED", "BY", "BOARDS"], [
        [str(one.id), one.release.version, time_of(one.added_ms), one.added_by,
         one.release.problem or ", ".join(one.release.boards)]
        for one in kept
    ])  # fmt: skip
    return 0


def _show(args: argparse.Namespace, settings: Settings) -> int:
    from station.release.printed import print_change

    kept, every, known = _look(settings, args.id, args.fleet)
    print_change(kept, every, known, [], False)
    return 0


def _look(
    settings: Settings, number: int, fleet: str | None
) -> tuple[Kept, list[Kept], list[Known]]:
    from station.release import store

    async def work(database: Database, releases: Releases, keys: list[str]) -> Any:
        every = await releases.every(keys)
        async with database.read() as connection:
            kept = await releases.of(connection, number, keys)
            known = [] if fleet is None else await store.known(connection, fleet)
        if kept.release.problem is not None:
            raise LookupError(kept.release.problem)
        if fleet is not None and not known:
            raise LookupError(f"The database has no bus of a fleet {fleet}.")
        return kept, every, known

    return _with(settings, work)


def _start(args: argparse.Namespace, settings: Settings) -> int:
    from station.release.change import start
    from station.release.printed import print_change
    from station.release.stages import StageError, check, parse

    _in_range("--stop-share", args.stop_share, 0, 100)
    _in_range("--silent-min", args.silent_min, 1, 10_080)
    _in_range("--least-min", args.least_min, 0, 100_000)
    _in_range("--wait-min", args.wait_min, 1, 100_000)
    kept, every, known = _look(settings, args.id, args.fleet)
    try:
        stages = [parse(text) for text in args.stages]
        check(stages, args.fleet, known)
    except StageError as error:
        raise ReleaseError(f"{error} Nothing was changed.") from error
    print_change(kept, every, known, stages, args.downgrade)
    if not args.yes:
        print(f"\nStart it? Type the version, {kept.release.version}: ", end="", flush=True)
        if sys.stdin.readline().strip() != kept.release.version:
            raise ReleaseError("That is not the version. Nothing was changed.")

    async def work(database: Database, releases: Releases, keys: list[str]) -> Rollout:
        return await start(
            database, releases, keys, args.fleet, args.id, stages, known, _me(), _now_ms(args),
            stop_share=args.stop_share, silent_min=args.silent_min,
            least_min=args.least_min, wait_min=args.wait_min,
            downgrade=args.downgrade, again=tuple(args.again),
        )  # fmt: skip

    _with(settings, work, needs_keys=True)
    print(f"The rollout of {kept.release.version} to {args.fleet} has started. "
          f"`python -m station release progress --fleet {args.fleet}` shows how far it is.",
          file=sys.stderr)  # fmt: skip
    return 0


def _in_range(name: str, value: int | None, low: int, high: int) -> None:

    if value is not None and not low <= value <= high:
        raise ReleaseError(f"{name} has to be a whole number from {low} to {high}.")


def _step(args: argparse.Namespace, settings: Settings) -> int:
    from station.release.change import step

    async def work(database: Database, releases: Releases, keys: list[str]) -> Rollout:
        return await step(database, releases, keys, args.fleet, args.step, _me(),
                          _now_ms(args), tuple(args.again))  # fmt: skip

    one = _with(settings, work)
    print(f"The rollout of {one.release.version} to {args.fleet}: {one.state}, stage "
          f"{one.stage + 1} of {len(one.stages)}.", file=sys.stderr)  # fmt: skip
    return 0


def _progress(args: argparse.Namespace, settings: Settings) -> int:
    from station.release import store
    from station.release.printed import print_progress

    async def work(database: Database, releases: Releases, keys: list[str]) -> Any:
        async with database.read() as connection:
            found = await store.newest(connection, releases, keys, args.fleet)
            if args.fleet not in found:
                raise LookupError(f"The fleet {args.fleet} has no rollout.")
            one = found[args.fleet]
            known = await store.known(connection, args.fleet)
            return one, known, await store.lines(connection, one.id)

    print_progress(args.fleet, *_with(settings, work))
    return 0
