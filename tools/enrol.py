"""Gives buses their identities: python -m tools.enrol bus-07 bus-08

A bus is one that has its settings in fleet/. Its identity goes into fleet/<bus>.identity.json, from
where `make deploy` sends it. The first time, the keys of the city are made too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sim.virtual.compiled import ROOT
from tools.board import Trouble, parser, run
from tools.fleet import FLEET, buses, settings

KEYS = FLEET / "keys"
MADE = """\
The keys of the city were made in {keys}:
  city.key       signs every command. Whoever has it commands every bus.
  authority.key  makes the identities of buses, and the broker's certificate.
Copy this folder to a memory stick now, and lock the stick away. Without city.key the city cannot
command its buses; if it leaks, others can. docs/security.md says what to do then.
"""


def station(*words: str | Path) -> None:
    """A command of the station. Trouble if it fails; it has said why."""
    command = [sys.executable, "-m", "station", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        raise Trouble(f"`station {words[0]}` did nothing (its reason stands above).")


def make_keys(keys: Path) -> None:
    if (keys / "city.key").is_file():
        return
    station("keys", "--out", keys)
    print(MADE.format(keys=keys))


def enrol(bus: str, keys: Path, *words: str | Path) -> None:
    """fleet/<bus>.json -> fleet/<bus>.identity.json, and a row in the station's register."""
    config = settings(bus)[1]
    out = FLEET / f"{bus}.identity.json"
    station("enrol", f"{config['fleet']}/{bus}", "--keys", keys, "--out", out, *words)
    print(f"fleet/{out.name} is the identity of {bus}; it is secret. Next: make deploy BUS={bus}")


def main() -> int:
    enrolling = parser(__doc__)
    enrolling.add_argument("bus", nargs="+", help="names of files in fleet/, without .json; or all")
    enrolling.add_argument("--keys", type=Path, default=KEYS, help="folder of the city's keys")
    enrolling.add_argument("--db", default="station.db", help="the station's database")
    enrolling.add_argument(
        "--replace", action="store_true", help="the old identity is void at once"
    )
    enrolling.add_argument("--rotate", action="store_true", help="the old one is valid until the "
                           "station has seen the new one")  # fmt: skip
    options = enrolling.parse_args()
    names = buses() if options.bus == ["all"] else options.bus
    for bus in names:
        settings(bus)  # all are read before the first is enrolled
    make_keys(options.keys)
    words: list[str | Path] = ["--db", options.db]
    words += ["--replace"] if options.replace else ["--rotate"] if options.rotate else []
    for bus in names:
        enrol(bus, options.keys, *words)
    return 0


if __name__ == "__main__":
    run(main, "Buses that were not named above have no identity yet; run it again.")
