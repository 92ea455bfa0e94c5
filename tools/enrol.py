"""Gives buses their identities: python -m tools.enrol bus-07 bus-08

A bus is one that has its settings in fleet/. Its identity goes into fleet/<bus>.identity.json, from
where `make deploy` sends it. The first time, the keys of the city are made too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rich.prompt import Prompt

from tools import fleet
from tools.board import Trouble, parser, run

MADE = """\
These are the city's keys, in {keys}:
  city.key       signs every command. Whoever has it commands every bus.
  authority.key  makes the identities of the buses, and the broker's certificate.
Copy this folder to a memory stick now, and lock the stick away. Without city.key the city can no
longer command its buses; if it leaks, others can. docs/security.md says what to do then.
"""
WORD = "REPLACE"


def station(*words: str | Path) -> str:
    """A command of the station -> what it printed. Trouble if it fails; it has said why."""
    command = [sys.executable, "-m", "station", *map(str, words)]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    if done.returncode:
        raise Trouble("The sentence above says why; what was asked for was not done.")
    return done.stdout


def make_keys(keys: Path, db: str) -> None:
    """Only for a city that has no bus yet: another's would be a second city. How to keep them is
    said until the first bus is enrolled, for it is said in vain to one who pressed Ctrl-C."""
    try:
        names = [path.name for path in keys.iterdir()] if keys.exists() else []
    except OSError as error:
        raise Trouble(f"{keys} cannot be read: {error.strerror}. Nothing was changed.") from error
    if not {"city.pub", "authority.crt"}.intersection(names):
        station("keys", "--out", keys, "--first", "--db", db)
        names.append("city.key")
    if "city.key" in names and not any(fleet.FLEET.glob("*.identity.json")):
        print(MADE.format(keys=keys))


def confirm(buses: list[str]) -> None:
    """Trouble unless a person means to end the identities of several buses."""
    print(f"This ends the identities of {len(buses)} buses at once: {', '.join(buses)}.")
    print("The city believes none of them until its board was deployed again.")
    if not sys.stdin.isatty():
        raise Trouble("Nobody is there to confirm it, so nothing was done: replace one at a time.")
    if Prompt.ask(f"Type {WORD} to go on") != WORD:
        raise Trouble("Nothing was changed.")


def main() -> int:
    enrolling = parser(__doc__)
    enrolling.add_argument("bus", nargs="+", help="names of files in fleet/, without .json; or all")
    enrolling.add_argument("--keys", type=Path, help="folder of the city's keys; else fleet/keys")
    enrolling.add_argument("--db", default="station.db", help="the station's database")
    enrolling.add_argument("--replace", action="store_true", help="those before are void at once")
    enrolling.add_argument("--rotate", action="store_true", help="the identity before is valid "
                           "until the station has seen the new one")  # fmt: skip
    enrolling.add_argument("--new-authority", action="store_true",
                           help="the keys that made the identities are lost or leaked, and those "
                           "in KEYS take their place")  # fmt: skip
    enrolling.add_argument("--password", action="store_true", help="a password in place of a "
                           "certificate, for a broker that knows no certificates")  # fmt: skip
    options = enrolling.parse_args()
    keys = options.keys or fleet.FLEET / "keys"
    if options.replace and options.rotate:
        raise Trouble("REPLACE=1 ends the identity before at once, ROTATE=1 when the new one was "
                      "seen: give one of them.")  # fmt: skip
    verb = "replace" if options.replace else "rotate" if options.rotate else "enrol"
    of_fleet: dict[str, list[str]] = {}
    for bus in fleet.buses() if options.bus == ["all"] else options.bus:
        of_fleet.setdefault(fleet.settings(bus)[1]["fleet"], []).append(bus)
    if not of_fleet:
        raise Trouble("fleet/ has no bus yet: copy bus.example.json to fleet/bus-01.json.")
    several = [bus for some in of_fleet.values() for bus in some]
    if options.replace and len(several) > 1:
        confirm(several)
    make_keys(keys, options.db)
    given: list[str | Path] = ["--keys", keys, "--db", options.db, "--out", fleet.FLEET]
    given += ["--new-authority"] if options.new_authority else []
    if options.bus == ["all"] and verb == "enrol":
        given.append("--skip-enrolled")
    given += ["--password"] if options.password else []
    for name, buses in of_fleet.items():
        made = [Path(line).name for line in station(verb, name, *buses, *given).splitlines()]
        for bus in (one for one in buses if f"{one}.identity.json" in made):
            print(f"{bus} of {name} has an identity. Next: make deploy BUS={bus}")
    return 0


if __name__ == "__main__":
    run(main, "A bus without the line `has an identity` has no new one; run it again.")
