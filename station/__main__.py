"""python -m station serve | admin | enrol ...: the station, and what an operator does beside it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from station import history
from station.broker import command as broker
from station.command_error import CommandError
from station.db.address import without_password
from station.db.database import DatabaseError, is_away
from station.db.reason import is_refused, reason
from station.identity import command as identity
from station.identity.errors import IdentityError
from station.operator import admin, backup, doctor, policy, restore, serve
from station.policy.pack import PackError
from station.release import command as release
from station.release.problem import ReleaseError
from station.reports import evidence_command as evidence
from station.settings import Settings, SettingsError, load, not_known


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
    added = [
        one.add(commands)
        for one in (serve, admin, policy, evidence, backup, restore, doctor, history)
    ]
    added += [*identity.add(commands), broker.add(commands)]
    release.add(commands)
    for command in added:
        command.add_argument("--db", metavar="FILE|URL",
                             help="a file, or postgresql://user@host/name")  # fmt: skip
    return top


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
    except EOFError:
        _say("an answer was needed, and there is nobody to give it: run this at a terminal, or see "
             "--help for how to do without. Nothing was changed")  # fmt: skip
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except Exception as error:
        if isinstance(error, OSError) and isinstance(error.filename, str):  # a file, no connection
            _say(f"{error.filename} cannot be read or written: {error.strerror}")
            return 2
        shown = without_password(settings.db)
        if is_refused(error):
            _say(f"the database {shown} lets nobody in ({reason(error)}). Correct the name, the "
                 "password or the database in STATION_DB (--db)")  # fmt: skip
        elif is_away(error):
            _say(f"the database {shown} does not answer: {reason(error)}. `doctor` looks at its "
                 "disk, its owner and its lock")  # fmt: skip
        else:
            raise
        return 2


def _say(sentence: str) -> None:
    end = "" if sentence.endswith(".") else "."
    print(f"python -m station: {sentence}{end}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
