"""python -m sim town | story | replay | board | bench | soak: the simulator's commands.

What a command needs is imported when it runs: `make sim` installs less than the others need.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import NoReturn

BENCHES = (
    "nmea", "track", "tick", "heap", "journal", "uplink", "uplink_day", "speed", "board", "station",
    "power", "rocking", "seal", "signature", "takeover", "load",
)  # fmt: skip
_HOUR_S = 3600
_SEEDS = 2**31 - 1


class Parser(argparse.ArgumentParser):
    """Reports a mistake in one sentence, with the command that shows the help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. Try: {self.prog} --help\n")


def number(low: float, high: float, kind: type = float) -> Callable[[str], float]:
    """An argument type: a number from low to high."""
    what = "a whole number" if kind is int else "a number"

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {low} to {high}")
        return value

    return parse


def address(text: str) -> tuple[str, int]:
    """An argument type: host:port."""
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port, such as 127.0.0.1:1883")
    return host, int(port)


def bench(text: str) -> str:
    """An argument type: the name of a bench."""
    if text not in BENCHES:
        raise argparse.ArgumentTypeError(f"there is no bench {text!r}, only {', '.join(BENCHES)}")
    return text


def parser() -> argparse.ArgumentParser:
    top = Parser(
        prog="python -m sim",
        description="Busguard on a computer: the firmware and the drivers of the bus, unchanged, "
        "in front of simulated chips.",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_town, _story, _replay, _board, _bench, _soak):
        add(commands)
    return top


def _command(commands, name: str, run: Callable[[argparse.Namespace], int], text: str):
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    command.set_defaults(run=run)
    return command


def _count(
    command: argparse.ArgumentParser, name: str, low: int, high: int, default: int, text: str
) -> None:
    """A whole number from low to high."""
    command.add_argument(
        name, type=number(low, high, int), default=default, metavar="N",
        help=f"{text} (default: %(default)s)",
    )  # fmt: skip


def _speed(command: argparse.ArgumentParser, default: float) -> None:
    command.add_argument(
        "--speed", type=number(0.1, 1000), default=default, metavar="X",
        help="how many times faster than life, 0.1 to 1000 (default: %(default)g)",
    )  # fmt: skip


def _duration(command: argparse.ArgumentParser, text: str) -> None:
    command.add_argument("--duration", type=number(1, 24 * _HOUR_S), metavar="S", help=text)


def _broker(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--broker", type=address, metavar="HOST:PORT",
        help="an MQTT broker that runs already (default: mosquitto if installed, else the "
        "nats-server wheel, started on a free port of 127.0.0.1 and ended again)",
    )  # fmt: skip


def _town(commands) -> None:
    command = _command(
        commands, "town", lambda args: importlib.import_module("sim.live.morning").run(args),
        "a school morning in Laem Chabang, live: real sockets, a real MQTT broker, and what the "
        "city hears there. Exit status 1 if the city lacks a record that a bus confirmed",
    )  # fmt: skip
    _count(command, "--buses", 1, 50, 6, "how many school buses drive, 1 to 50")
    _count(command, "--seed", 0, _SEEDS, 7, "another number makes another morning")
    _speed(command, 12)
    _duration(
        command, "how many seconds of your time it lasts (default: until the last bus is parked)"
    )
    command.add_argument(
        "--no-station", dest="station", action="store_false",
        default=not os.environ.get("NO_STATION"),
        help="do not start the page of the municipal staff (also: NO_STATION=1)",
    )  # fmt: skip
    command.add_argument(
        "--no-release", dest="release", action="store_false",
        help="bring no release to the fleet; else its station does it while the buses drive, and "
        "one of them gets code that is bad on purpose",
    )  # fmt: skip
    _broker(command)


def _story(commands) -> None:
    command = _command(
        commands, "story", _run_story,
        "a story about one bus, printed as a timeline: what is done, and what comes of it. "
        "Exit status 1 if the city lacks a record that the bus confirmed",
    )  # fmt: skip
    command.add_argument("name", nargs="?", metavar="NAME", help="which story, out of --list")
    command.add_argument("--list", action="store_true", help="list the stories")


def _run_story(args: argparse.Namespace) -> int:
    from sim.stories import scenarios

    if args.list or args.name is None:
        width = max(map(len, scenarios.SCENARIOS))
        for name in scenarios.SCENARIOS:
            print(f"{name:{width}}  {scenarios.summary(name)}")
        return 0
    if args.name not in scenarios.SCENARIOS:
        near = difflib.get_close_matches(args.name, scenarios.SCENARIOS, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        print(
            f"There is no story {args.name!r}.{meant} Try: python -m sim story --list",
            file=sys.stderr,
        )
        return 2
    return scenarios.tell(args.name)


def _replay(commands) -> None:
    command = _command(
        commands, "replay", lambda args: importlib.import_module("sim.live.replay").run(args),
        "a GNSS receiver's log, byte for byte through the driver and the whole bus behind it, "
        "to an MQTT broker. Exit status 1 if the city lacks a record that the bus confirmed",
    )  # fmt: skip
    command.add_argument("file", metavar="FILE.nmea", help="the bytes that a receiver sent")
    _speed(command, 20)
    _broker(command)


def _board(commands) -> None:
    from sim.virtual.arguments import add_arguments

    command = _command(
        commands, "board", _run_board,
        "a board on a serial port of this computer: the real MicroPython with its flash on a "
        "file, for mpremote, make deploy and everything else that talks to boards",
    )  # fmt: skip
    add_arguments(command, number)
    _broker(command)


def _run_board(args: argparse.Namespace) -> int:
    if importlib.util.find_spec("littlefs") is None:
        print("python -m sim board: packages are missing. Run: make setup", file=sys.stderr)
        return 2
    if args.morning and args.days is not None:
        print("python -m sim board: either --days or --morning, not both.", file=sys.stderr)
        return 2
    what = "sim.virtual.command" if args.days is None else "sim.days.command"
    return importlib.import_module(what).run(args)


def _bench(commands) -> None:
    command = _command(
        commands, "bench", _run_bench, "measure, and print the figures beside the goals"
    )
    command.add_argument(
        "only", nargs="*", type=bench, metavar="WHAT",
        help=f"out of: {' '.join(BENCHES)} (default: all of them, some minutes)",
    )  # fmt: skip
    command.add_argument(
        "--seconds", type=number(1, 3600, int), metavar="S",
        help="with load: how long each measurement lasts (default: 20; up to 4 make the short "
        "bench, which is over within a minute)",
    )  # fmt: skip


def _run_bench(args: argparse.Namespace) -> int:
    for name in args.only or BENCHES:
        more = {"seconds": args.seconds} if name == "load" else {}
        importlib.import_module(f"sim.bench.{name}").run(print, **more)
    return 0


def _soak(commands) -> None:
    def run(args: argparse.Namespace) -> int:
        names = {"flash": "flash", "hazards": "hazards", "nuisance": "nuisance", "town": "town_day"}
        soak = next((soak for name, soak in names.items() if getattr(args, name)), "days")
        return importlib.import_module(f"sim.soak.{soak}").run(args)

    command = _command(
        commands, "soak", run,
        "a long run with random faults, which checks that the promises of the design are kept",
    )  # fmt: skip
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--flash", action="store_true", help="cut the power of a journal again and again"
    )
    which.add_argument(
        "--hazards", action="store_true",
        help="ordinary school days, and days on which a child is left behind",
    )  # fmt: skip
    which.add_argument(
        "--nuisance", action="store_true",
        help="ordinary days of a school van, on which no horn should sound, with and without the "
        "parts that may be fitted. Exit status 1 if the goal is missed",
    )  # fmt: skip
    which.add_argument(
        "--town", action="store_true",
        help="a school day of the town, live, with its station and a page open: memory, and errors "
        "in the console",
    )  # fmt: skip
    which.add_argument(
        "--days", type=number(1, 366, int), metavar="N",
        help="N school days of several buses, with faults of all kinds at once",
    )  # fmt: skip
    left = "with --hazards: days on which a child is left behind"
    _count(command, "--seed", 0, _SEEDS, 1, "the seed of the first flash or day")
    _count(command, "--cuts", 1, 10**9, 100_000, "with --flash: power cuts, over all flashes")
    _count(command, "--chains", 1, 10_000, 10, "with --flash: flashes, each with its own seed")
    _count(command, "--ordinary", 0, 10**6, 100, "with --hazards: days on which all goes well")
    _count(command, "--left", 0, 10**6, 1000, left)
    _count(command, "--mixtures", 0, 10**6, 200, "with --nuisance: days drawn from the told ones")
    command.add_argument(
        "--day", metavar="NAME",
        help="with --nuisance: this day alone, as a timeline; a told day or a mixture's seed",
    )  # fmt: skip
    _count(command, "--jobs", 1, 64, 2, "with --hazards and --nuisance: processes")
    _count(command, "--buses", 1, 100, 3, "with --days and --town: buses of the fleet")
    _speed(command, 60)
    _duration(
        command, "with --town: how many seconds of your time it lasts (default: the whole day)"
    )


def main(arguments: list[str] | None = None) -> int:
    if importlib.util.find_spec("umqtt") is None:
        print("python -m sim: umqtt.simple is missing. Run: make setup", file=sys.stderr)
        return 2
    try:
        args = parser().parse_args(arguments)
        status = args.run(args)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
