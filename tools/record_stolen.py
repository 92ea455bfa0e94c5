"""Records docs/stolen.md: a bus is enrolled, its board is stolen, and another one replaces it.

  python -m tools.record_stolen

The boards are virtual (the real MicroPython and mpremote); the commands, the broker and the station
are the real ones. What is secret in the answers is left out of the record.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path

from sim.network import brokers
from sim.virtual.install import every_sensor
from tools.recording import PATIENCE_S, Record, awaits, board

BUS = "bus-07"
PORT = 8883  # and the next one; both have to be free
SHOWN = ("identity", "broker", "journal")
SAVED_S = 4
"""The station notes every 2 s which identities it has heard."""
ADDRESS = brokers.HOST
_PORT = "/dev/ttyUSB0"


def settings() -> str:
    bus = {**every_sensor(), "bus": BUS, "broker": {"host": ADDRESS, "port": PORT, "tls": True}}
    return json.dumps(bus, indent=2)


def main() -> int:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as ends:
        folder = Path(name)
        (folder / "fleet").mkdir()
        record = Record(folder)
        (folder / "fleet" / f"{BUS}.json").write_text(settings())
        record.says(HEAD)
        enrolled(record)
        log = city(record, ends)
        with board(record, "board-1.img", BUS, _PORT) as serial:
            fitted(record, serial)
            stolen(record, serial, log)
        with board(record, "board-2.img", BUS, _PORT) as serial:
            replaced(record, serial)
        record.write("stolen.md")
    return 0


HEAD = f"""\
# A board is enrolled, stolen and replaced

This page was recorded by `python -m tools.record_stolen`: real commands, a real mosquitto, the
station, and two virtual boards with the real MicroPython. `...` stands in place of what is secret;
of the later self-tests only the rows that matter here are shown.
[security.md](security.md) says what a thief can do, and [deploy.md](deploy.md) what each command
does. Here everything runs on one computer, so the broker's name is {ADDRESS}; in a city it is a
name such as `mqtt.example.org`."""


def enrolled(record: Record) -> None:
    record.says("## 1. The bus gets an identity")
    record.says(
        f"`fleet/{BUS}.json` is there. The first bus of all: so the city's keys are made as well."
    )
    record.run(f"make enrol BUS={BUS}", "-m", "tools.enrol", BUS, "--db", "station.db")
    record.says("## 2. The broker and the station")
    record.says(
        "The station writes the broker's configuration from its register, and with `--follow` "
        "writes it again whenever the register changes. It tells how to start both."
    )


def city(record: Record, ends: contextlib.ExitStack) -> Path:
    """Starts the broker, what follows the register, and the station -> the broker's words."""
    follow = (
        "broker", "mosquitto", "--out", "broker", "--keys", "fleet/keys", "--host", ADDRESS,
        "--bind", ADDRESS,
    )  # fmt: skip
    record.run(f"python -m station {' '.join(follow)}", "-m", "station", *follow)
    program = brokers.executable("mosquitto")
    if program is None:
        raise SystemExit("mosquitto is not installed")
    log = ends.enter_context(
        record.running("mosquitto.log", program, "-v", "-c", "broker/mosquitto.conf")
    )
    ends.enter_context(
        record.running("follow.log", sys.executable, "-m", "station", *follow, "--follow")
    )
    record.environment.update(
        STATION_BROKER=f"mqtts://{ADDRESS}:{PORT + 1}",
        STATION_BROKER_CA="broker/authority.crt",
        STATION_BROKER_CERT="broker/station.crt",
        STATION_BROKER_KEY="broker/station.key",
        STATION_KEYS="fleet/keys",
    )
    http = f"{ADDRESS}:{brokers.free_port()}"
    ends.enter_context(
        record.running("station.log", sys.executable, "-m", "station", "serve", "--http", http)
    )
    awaits(log, r"as busguard-\S+")
    record.says("All three run now: the broker, `--follow`, and the station.")
    return log


def fitted(record: Record, serial: str) -> None:
    record.says(f"## 3. The board becomes {BUS}")
    record.run(f"make deploy BUS={BUS}", "-m", "tools.deploy", "--port", serial, "--bus", BUS)
    record.says("It reached the broker by TLS, and the station has heard it with this identity:")
    identities(record)


def identities(record: Record) -> None:
    time.sleep(SAVED_S)
    record.run("python -m station identities", "-m", "station", "identities")


def stolen(record: Record, serial: str, log: Path) -> None:
    record.says("## 4. The board is stolen")
    record.says("The thief has a cable. He reads everything that is on the board:")
    reads = ["-m", "mpremote", "connect", serial, "cat", ":/identity.json"]
    record.run("mpremote cat :/identity.json", *reads)
    record.says(
        "So he can speak as this bus, and as no other, until you revoke it. The board runs on, "
        "at his home:"
    )
    record.run("make selftest", "-m", "tools.selftest", "--port", serial, only=SHOWN)
    fleet = every_sensor()["fleet"]
    before = len(log.read_text())
    revoke = ("revoke", fleet, BUS)
    record.run(f"python -m station {' '.join(revoke)}", "-m", "station", *revoke)
    began = time.monotonic()
    while "isconnect" not in log.read_text()[before:]:
        if time.monotonic() - began > PATIENCE_S:
            raise SystemExit(f"the broker kept the thief:\n{log.read_text()[before:][-2000:]}")
        time.sleep(0.1)
    record.says(
        f"The broker ended the connection {time.monotonic() - began:.0f} s after this. "
        "When the stolen board tries again:"
    )
    record.run("make selftest", "-m", "tools.selftest", "--port", serial, fails=True, only=SHOWN)


def replaced(record: Record, serial: str) -> None:
    record.says("## 5. Another board takes its place")
    record.says("What was enrolled before goes onto no second board:")
    deploy = ["-m", "tools.deploy", "--port", serial, "--bus", BUS]
    record.run(f"make deploy BUS={BUS}", *deploy, fails=True)
    record.says("A new identity does; it ends those before, if nobody has revoked them yet.")
    replace = ["-m", "tools.enrol", BUS, "--replace", "--db", "station.db"]
    record.run(f"make enrol BUS={BUS} REPLACE=1", *replace)
    record.run(f"make deploy BUS={BUS}", *deploy, only=SHOWN)
    identities(record)
    record.says(
        "At last, change the password of the depot's Wi-Fi: it was on the stolen board too."
    )


if __name__ == "__main__":
    sys.exit(main())
