"""deploy/'s units of systemd, held to what systemd itself says of them."""

import os
import shutil
import subprocess

import pytest
from vm import ROOT

DEPLOY = ROOT / "deploy"
SERVICES = ("busguard-station.service", "busguard-backup.service")
WORST = 2.0
"""The exposure level of `systemd-analyze security`: 0 (none) to 10."""


def analyzed(*words):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing (Debian: apt install systemd)")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def units(tmp_path):
    """As they stand, but for the folder of the program."""
    for path in sorted(DEPLOY.glob("busguard-*.*")):
        text = path.read_text("utf-8").replace("/opt/busguard", str(ROOT))
        (tmp_path / path.name).write_text(text, "utf-8")
    return tmp_path


def test_systemd_understands_every_line(units):
    names = sorted(units.glob("*"))
    assert len(names) == 3
    done = analyzed("verify", *map(str, names))
    assert (done.returncode, done.stderr) == (0, "")
    (units / SERVICES[0]).write_text("[Service]\nExecStart=/nowhere\nProtectHme=yes\n")
    assert "ProtectHme" in analyzed("verify", str(units / SERVICES[0])).stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_may_do_no_more_than_it_needs(units, name):
    limit = f"--threshold={WORST * 10:.0f}"
    done = analyzed("security", "--offline=true", "--no-pager", limit, str(units / name))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    open_unit = (units / name).read_text().partition("NoNewPrivileges")[0]
    (units / name).write_text(open_unit)
    assert analyzed("security", "--offline=true", limit, str(units / name)).returncode != 0


def test_the_timer_of_the_copies_is_a_time():
    line = next(one for one in (DEPLOY / "busguard-backup.timer").read_text().splitlines()
                if one.startswith("OnCalendar="))  # fmt: skip
    assert analyzed("calendar", line.partition("=")[2]).returncode == 0


def test_every_setting_of_the_example_exists():
    from station.settings import Settings

    lines = (DEPLOY / "station.env").read_text().splitlines()
    names = {
        line.lstrip("#").partition("=")[0] for line in lines if "=" in line and " " not in line
    }
    assert len(names) > 10
    known = {f"STATION_{name.upper()}" for name in Settings.model_fields}
    assert names - known == set()


def test_the_command_has_the_stations_settings(tmp_path):
    """deploy/busguard, with the folders and the user of this test."""
    if shutil.which("runuser") is None or os.geteuid() != 0:
        pytest.skip("runuser works for root alone")
    settings = tmp_path / "station.env"
    settings.write_text(f"STATION_DB={tmp_path}/none.db\nSTATION_BROKER_PASSWORD='a $b & c'\n")
    text = (DEPLOY / "busguard").read_text().replace("/etc/busguard/station.env", str(settings))
    text = text.replace("cd /opt/busguard", f"cd {ROOT}").replace("-u busguard", "-u root")
    command = ["sh", "-c", text, "busguard", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1 and "STATION_BROKER_PASSWORD, STATION_DB" in done.stdout, (
        done.stderr
    )
    assert f"There is no database {tmp_path}/none.db" in done.stdout and "$b" not in done.stdout
