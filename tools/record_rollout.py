"""Records docs/rollout.md: a release goes to two buses, and in one of them it comes back.

  python -m tools.record_rollout

The boards are virtual (the real MicroPython, boot.py and littlefs); the commands, the broker and
the station are the real ones. The release is made from a copy of this tree in which the driver of
one thermometer has a mistake: only one of the two buses has this thermometer. The new code is on
trial for five minutes of the board's time, which passes faster here while the board has nothing to
do. It takes some minutes.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import firmware
from sim.network import brokers
from sim.program.compiled import CACHE, ROOT
from sim.virtual.install import every_sensor
from tools.recording import Record, awaits, board

GOOD, BAD = "bus-07", "bus-08"
FLEET = every_sensor()["fleet"]
PORT = 8883  # and the next one; both have to be free
ADDRESS = brokers.HOST
SPEED = "5"
TRIAL_S = 400
SHOWN = ("settings", "cabin", "identity", "broker")
OLD = firmware.VERSION
NEW = "{}.{}.0".format(OLD.split(".")[0], int(OLD.split(".")[1]) + 1)
WHERE = "drivers/lm75.py"
NOTES = """\
## en
The thermometer's reading is corrected by half a degree.
## th
แก้ค่าที่เครื่องวัดอุณหภูมิอ่านได้ครึ่งองศา
"""
HEAD = f"""\
# A release is rolled out, and one bus gives it back

This page was recorded by `python -m tools.record_rollout`: real commands, a real mosquitto, the
station, and two virtual boards with the real MicroPython. {GOOD} has a DS18B20 thermometer,
{BAD} an LM75. Release {NEW} was made from a copy of this tree with a mistake in the driver of the
LM75, of the kind that no test without this chip finds. [deploy.md](deploy.md) says how a release
is made, [station.md](station.md) how the station rolls it out, and [boot.md](boot.md) how a board
goes back to the code before.

A virtual board takes the set for its own processor (x64). The station offers it once the board has
refused the one for an ESP32 (`other_set`), and counts the three modules with machine code as
changed. On a real board neither happens."""


def settings(bus: str, chip: str) -> str:
    broker = {"host": ADDRESS, "port": PORT, "tls": True}
    cabin = {"fitted": True, "chip": chip}
    more = {"cabin": cabin, "broker": broker, "sleep": {"on": False}}  # it would answer later
    return json.dumps({**every_sensor(), "bus": bus, **more}, indent=2)


def main() -> int:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as ends:
        folder = Path(name)
        (folder / "fleet").mkdir()
        (folder / "build").mkdir()
        record = Record(folder)
        for bus, chip in ((GOOD, "ds18b20"), (BAD, "lm75")):
            (folder / "fleet" / f"{bus}.json").write_text(settings(bus, chip))
        record.says(HEAD)
        old, new = released(record, folder)
        city(record, ends)
        with fitted(record, GOOD, 0, old) as good, fitted(record, BAD, 1, old) as bad:
            taken(record, old, new)
            rolled_out(record, good, bad)
        record.write("rollout.md")
    return 0


def tree(folder: Path, name: str) -> Path:
    """A copy of this tree with a git history of its own."""
    path = folder / name
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(path, filter="data")
    if CACHE.exists():
        shutil.copytree(CACHE, path / CACHE.name)  # most is compiled already
    commit(path, "the tree as it runs")
    return path


def commit(path: Path, what: str) -> None:
    who = ["-c", "user.name=somchai", "-c", "user.email=somchai@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", what]):
        subprocess.run(["git", *words], cwd=path, check=True)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"{path} has another form: {old!r}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def released(record: Record, folder: Path) -> tuple[str, str]:
    """Two releases: what the buses have, and what they get -> their files."""
    record.says("## 1. Two releases")
    record.says("The fleet runs the first one. Its key is made with it, and stays here.")
    path = tree(folder, "tree")
    (folder / "notes.md").write_text(NOTES, encoding="utf-8")
    make(record, path, "make release", "--out", str(folder / "build"))
    change(path / "firmware" / "__init__.py", f'VERSION = "{OLD}"', f'VERSION = "{NEW}"')
    change(path / WHERE, "        self._address = address\n", "        self._adress = address\n")
    commit(path, "drivers: the LM75 by half a degree")
    record.says(f"Some weeks later the next one; its VERSION in firmware/__init__.py is {NEW}:")
    notes = str(folder / "notes.md")
    make(record, path, "make release NOTES=notes.md", "--out", str(folder / "build"),
         "--notes", notes)  # fmt: skip
    return f"build/busguard-{OLD}.release", f"build/busguard-{NEW}.release"


def make(record: Record, path: Path, shown: str, *more: str) -> None:
    """`make release` in that tree."""
    before = record.environment["PYTHONPATH"]
    record.environment["PYTHONPATH"] = str(path)
    record.run(shown, "-m", "tools.release", *more)
    record.environment["PYTHONPATH"] = before


def city(record: Record, ends: contextlib.ExitStack) -> None:
    """Identities, the broker and the station run; stolen.md shows how."""
    record.says("## 2. The buses")
    record.says(
        "Both have an identity, and the broker and the station run ([stolen.md](stolen.md) shows "
        "how). `release.pub` stands in the station's folder of keys. Each bus gets the first "
        "release by cable; `make deploy` puts `release.pub` onto its board."
    )
    quiet(record, "-m", "tools.enrol", GOOD, BAD, "--db", "station.db")
    follow = ("-m", "station", "broker", "mosquitto", "--out", "broker", "--keys", "fleet/keys",
              "--host", ADDRESS, "--bind", ADDRESS)  # fmt: skip
    quiet(record, *follow)
    folder = Path(record.environment["BUSGUARD_FLEET"])
    (folder / "keys" / "release.pub").write_bytes((folder / "release.pub").read_bytes())
    program = brokers.executable("mosquitto")
    if program is None:
        raise SystemExit("mosquitto is not installed")
    log = ends.enter_context(record.running("mosquitto.log", program, "-v", "-c",
                                            "broker/mosquitto.conf"))  # fmt: skip
    record.environment.update(
        STATION_BROKER=f"mqtts://{ADDRESS}:{PORT + 1}", STATION_BROKER_CA="broker/authority.crt",
        STATION_BROKER_CERT="broker/station.crt", STATION_BROKER_KEY="broker/station.key",
        STATION_KEYS="fleet/keys",
    )  # fmt: skip
    http = f"{ADDRESS}:{brokers.free_port()}"
    ends.enter_context(
        record.running("station.log", sys.executable, "-m", "station", "serve", "--http", http)
    )
    awaits(log, r"as busguard-\S+")


def quiet(record: Record, *command: str) -> str:
    """A command that the page does not show."""
    process = record.starts(*command)
    told, _ = process.communicate()
    if process.returncode:
        raise SystemExit(told)
    return told


@contextlib.contextmanager
def fitted(record: Record, bus: str, number: int, release: str):
    """A board that has run this release -> what its console says."""
    port = f"/dev/ttyUSB{number}"
    more = ("--walk", "--speed", SPEED)
    with board(record, f"{bus}.img", bus, port, *more) as serial:
        record.run(
            f"make deploy BUS={bus} PORT={port} RELEASE={release}",
            "-m", "tools.deploy", "--port", serial, "--bus", bus, "--release", release, only=SHOWN,
        )  # fmt: skip
        command = (sys.executable, "-u", "-m", "tools.logs", "--port", serial)
        with record.running(f"{bus}.console", *command) as console:
            yield console


def taken(record: Record, old: str, new: str) -> None:
    record.says("## 3. The station takes the release")
    record.says("It keeps the first one too, so that it can say what the next one changes.")
    for release in (old, new):
        record.run(f"python -m station release add {release}", "-m", "station", "release", "add",
                   release)  # fmt: skip
    show = ("release", "show", "2", "--fleet", FLEET)
    record.run(f"python -m station {' '.join(show)}", "-m", "station", *show)


def rolled_out(record: Record, good: Path, bad: Path) -> None:
    record.says(
        "A bus takes an update only once its own code has run for five minutes, so that there is "
        "something proven to go back to. By now both have."
    )
    time.sleep(330 / int(SPEED))
    stages = ("--stage", GOOD, "--stage", "all", "--least-min", "0")
    shown = f"python -m station release start 2 --fleet {FLEET} {' '.join(stages)}"
    record.says(f"## 4. The rollout: {GOOD} first, then all")
    start = ("-m", "station", "release", "start", "2", "--fleet", FLEET, *stages)
    record.run(f"{shown} --yes", *start, "--yes")
    awaits(good, r"update: changing", TRIAL_S)
    record.says(
        f"{GOOD} stands parked, checked and empty. It fetched what differs, read it back, and "
        "changed over; on its console:"
    )
    says(record, GOOD, good)
    progress(record)
    awaits(good, r"update: proven", TRIAL_S)
    record.says("After five minutes of its time it had ticked, sensed and reached the broker:")
    says(record, GOOD, good, "proven")
    record.says(f"So the next stage began, and {BAD} took the release. Its console:")
    awaits(bad, r"update: returned", TRIAL_S)
    says(record, BAD, bad)
    record.says(
        f"The program of {BAD} crashed when it read its thermometer. After three resets `boot.py` "
        "led back to the code before, and the bus watches and reports as ever. One of two is more "
        "than the share of 10 % at which a rollout stops by itself:"
    )
    time.sleep(5)
    progress(record)
    record.says(
        f"Mend the driver, make the next release and roll that out. {GOOD} keeps {NEW}, which is "
        f"good for it. Nothing of this needed a cable."
    )


def progress(record: Record) -> None:
    record.run(f"python -m station release progress --fleet {FLEET}", "-m", "station", "release",
               "progress", "--fleet", FLEET)  # fmt: skip


def says(record: Record, bus: str, console: Path, only: str = "") -> None:
    """What the console has said of the update and of crashes."""
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", console.read_text(errors="replace")).splitlines()
    wanted = re.compile(only or r"update: |crash|Error|File|Traceback|started: |starts anew")
    kept = [line.strip() for line in lines if wanted.search(line)]
    record.shows(f"make logs PORT=/dev/ttyUSB{int(bus == BAD)}", "\n".join(dict.fromkeys(kept)))


if __name__ == "__main__":
    sys.exit(main())
