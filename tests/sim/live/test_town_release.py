"""The town is updated while it drives: the file, the order of things, and all of it at once."""

import re
import subprocess
import sys

import pytest

from sim.__main__ import main
from sim.bus import releases
from sim.live.run import LiveBus
from sim.live.town_release import NEW, OLD, TownRelease
from sim.world.world import World
from station.release.file import read


class Station:
    """It knows no bus at first."""

    def __init__(self):
        self.asked, self.told = [], []

    def tell(self, utc_ms):
        self.told.append(utc_ms)

    def command(self, *words):
        self.asked.append(words)
        code = "print('The fleet has no bus bus-01.'); raise SystemExit(2)"
        if len(self.asked) > 1:
            code = "print('table')"
        return subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
        )  # fmt: skip


@pytest.fixture
def release():
    with TownRelease() as one:
        yield one


def test_the_station_takes_the_file_and_it_differs_from_what_runs(release):
    found = read(release.file.read_bytes(), "it", [release.key])
    assert found.version == NEW and OLD < NEW
    assert found.made_s > 1_700_000_000 and all(found.notes.values()), "the page shows both"
    old, new = releases.image(OLD, ()), releases.image(NEW, ("rules", "gnss"))
    assert len(old["program.pack"]) == len(new["program.pack"]) and old != new


def test_it_begins_once_every_bus_is_heard_and_tries_again(release, monkeypatch):
    monkeypatch.setattr("sim.live.town_release._AGAIN_S", 0)
    buses = [LiveBus(f"bus-0{n}", World(), ("127.0.0.1", 1), release=OLD) for n in (1, 2, 3)]
    station = Station()
    assert release.may_go(), "without a station nothing is waited for"
    release.begin(station, buses)
    assert not release.may_go() and release.is_over
    assert [bus.starting.bad != {} for bus in buses] == [False, True, False]
    release.step(1000)
    assert station.asked == [] and station.told == [1000]
    for bus in buses:
        monkeypatch.setattr(type(bus.firmware.uplink), "connected", True, raising=False)
    assert "not rolled out" in release.summary()[0]
    while release.is_over:
        release.step(2000)
    assert len(station.asked) == 2 and station.asked[0][-2:] == ("--clock", "2000")
    assert "--stage bus-01 --stage all" in " ".join(station.asked[0])
    told = release.summary()
    assert told[1] == f"  bus-01 runs {OLD}" and told[-1] == "  table", told


def test_it_is_over_once_each_runs_it_or_came_back(release):
    buses = [LiveBus(f"bus-0{n}", World(), ("127.0.0.1", 1), release=OLD) for n in (1, 2, 3)]
    release.begin(Station(), buses)
    release._is_begun = True
    for bus in buses[::2]:
        bus.files.put("b", {**releases.image(NEW, ("rules", "gnss")), "proven": b""})
        bus.files.content["b/signed"] = bus.files.content["b/manifest.json"]
        bus.files.content["slot"] = b"b"
        bus.reset("external")
    assert buses[0].release == NEW and release.may_go() and not release.is_over
    kept = b'{"release":"0","version":"%s","since":"%s","why":"hung"}'
    buses[1].files.content["change.json"] = kept % (NEW.encode(), OLD.encode())
    assert release.is_over
    told = release.summary()
    assert f"  bus-02 runs {OLD}, came back from {NEW}: hung" in told
    rule = "a rollout stops by itself above 10 % of those that took it."
    assert f"Of 3 buses 1 came back (33 %); {rule}" in told


@pytest.mark.soak
def test_a_fleet_is_updated_while_it_drives_and_bad_code_comes_back(capsys):
    assert main(["town", "--buses", "3", "--speed", "30"]) == 0
    said = capsys.readouterr().out
    assert re.search(rf"bus-01 runs {NEW} on trial\n", said)
    assert re.search(r"bus-03 info    update: taken; (near|at) (?!Bus depot)", said)
    assert f"  bus-01 runs {NEW}\n" in said
    assert re.search(rf"  bus-03 runs ({OLD}|{NEW})\n", said), "it may have been faster"
    assert f"{NEW} to laemchabang: stopped" in said, "one of three is more than 10 %"
    assert f"  bus-02 runs {OLD}, came back from {NEW}: crashed\n" in said
    assert re.search(r"  bus-02 .*CAME BACK.*crashed", said)
    assert re.search(r"not delivered +0\n", said)
