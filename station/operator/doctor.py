"""python -m station doctor: what is set, reachable, full and old, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import json
import textwrap
from typing import Any

from station.clock import Clock
from station.settings import Settings


def add(commands: Any) -> argparse.ArgumentParser:
    command = commands.add_parser(
        "doctor", help="what is set, reachable, full and old (exit status 1: something is wrong)"
    )
    command.add_argument("--json", action="store_true", help="for another program")
    for name in ("broker", "keys", "http", "notices"):
        command.add_argument(f"--{name}", help=f"as for `serve` (STATION_{name.upper()})")
    command.set_defaults(run=_doctor)
    return command


def _doctor(args: argparse.Namespace, settings: Settings) -> int:
    from station.doctor.doctor import look
    from station.doctor.finding import STATES

    found = asyncio.run(look(settings, Clock()))
    worst = max((one.state for one in found), key=STATES.index)
    if args.json:
        print(json.dumps({"worst": worst, "findings": [one._asdict() for one in found]}, indent=1))
    else:
        for one in found:
            head = f"{one.state:<6}{one.part:<15}"
            print(textwrap.fill(one.told, 100, initial_indent=head, subsequent_indent=" " * 21,
                                break_long_words=False, break_on_hyphens=False))  # fmt: skip
    return int(worst == "wrong")
