"""What `make sim` installs is enough for it: what only tests and boards need is hidden here."""

import os
import re
import signal
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest
from vm import ROOT

TOWN = ("requirements.txt", "requirements-station.txt")
HIDING = """\
import sys
for name in {hidden!r}:
    sys.modules[name] = None
from sim.__main__ import main
sys.exit(main({arguments!r}))
"""


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def hidden():
    """Modules of the packages that `make sim` does not install."""
    lines = [line for name in TOWN for line in (ROOT / name).read_text().splitlines()]
    there = {plain(line.split("==")[0]) for line in lines if "==" in line} | {"pip", "setuptools"}
    return sorted(
        module
        for module, packages in packages_distributions().items()
        if module.isidentifier() and not there & {plain(package) for package in packages}
    )


def started(*arguments, **more):
    program = HIDING.format(hidden=hidden(), arguments=list(arguments))
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more,
    )  # fmt: skip


def test_something_is_hidden():
    assert {"littlefs", "pytest", "playwright", "serial", "mpremote"} <= set(hidden())


@pytest.mark.parametrize("command", ["town", "story", "replay", "soak", "bench", "board"])
def test_every_command_can_be_asked_for_help(command):
    process = started(command, "--help")
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert "usage: python -m sim" in told


def test_a_board_says_what_it_lacks():
    process = started("board")
    told, _ = process.communicate(timeout=60)
    assert (process.returncode, told) == (
        2,
        "python -m sim board: packages are missing. Run: make setup\n",
    )


def test_the_town_drives_with_its_station_beside_it():
    process = started("town", "--buses", "2", "--speed", "20", "--duration", "8")
    try:
        told, _ = process.communicate(timeout=90)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, told
    assert "sign in" in told and "Traceback" not in told, told
