"""python -m station release ...: what a person types, and what stands there then."""

import asyncio
import io
import re
import shutil

import pytest
from releases import KEY, MODULES, PUBLIC, release
from rolling import status
from sqlalchemy import insert, select, update

from station.__main__ import main
from station.db import tables
from station.db.database import Database
from station.release import printed
from station.release.fit import WHY


class Desk:
    """An operator, with a database that knows four buses."""

    def __init__(self, folder, made, capsys, monkeypatch):
        self.folder, self._capsys, self._monkeypatch = folder, capsys, monkeypatch
        self.db = str(folder / "station.db")
        shutil.copy(made, self.db)
        (folder / "release.pub").write_text(PUBLIC + "\n")
        (folder / "it.release").write_bytes(release())

    async def _change(self, table, **values):
        database = Database(self.db)
        async with database.write() as connection:
            await connection.execute(update(table).values(values))
        await database.close()

    def changes(self, table, **values):
        asyncio.run(self._change(table, **values))

    def types(self, *words, says=""):
        """-> exit status, what stands on the screen."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(says))
        try:
            code = main(["release", *words, "--db", self.db, "--keys", str(self.folder)])
        except SystemExit as ended:
            code = ended.code
        out = self._capsys.readouterr()
        return code, out.out + out.err

    def adds(self):
        code, text = self.types("add", str(self.folder / "it.release"))
        assert code == 0, text
        return text


async def make(db):
    database = Database(db)
    await database.upgrade()
    buses = {"bus-01": status(), "bus-02": status(board="pico"), "bus-03": None,
             "bus-04": status(fw="0.5.0")}  # fmt: skip
    async with database.write() as connection:
        rows = [{"fleet": "lc", "bus": bus, "status": told} for bus, told in buses.items()]
        await connection.execute(insert(tables.buses), rows)
    await database.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    db = str(tmp_path_factory.mktemp("made") / "station.db")
    asyncio.run(make(db))
    return db


@pytest.fixture
def desk(tmp_path, made, capsys, monkeypatch):
    return Desk(tmp_path, made, capsys, monkeypatch)


START = ("start", "1", "--fleet", "lc")


def test_from_the_file_to_the_last_bus(desk):
    assert "Release 0.4.0 is kept as 1." in desk.adds()
    code, text = desk.types("list")
    assert code == 0 and text.splitlines()[0].split() == ["ID", "VERSION", "ADDED", "BY", "BOARDS"]
    assert "devkit_wrover, esp32s3_devkitc, virtual" in text
    code, text = desk.types(*START, "--stage", "bus-01", "--stage", "all", says="0.4.0\n")
    assert code == 0, text
    for line in (
        "Doors are read twice.", "อ่านประตูสองครั้ง", "for devkit_wrover, esp32s3_devkitc, virtual;",
        "0.3.0 -> 0.4.0 (xtensawin): 1 bus, about 4 KB over the air for each",
        "What they run is no release of this station, so all of it counts as new.",
        "stage 1 (bus-01): 1 bus: bus-01", "stage 2 (100 %): 0 buses: none",
        WHY["no_board"], WHY["unknown"], WHY["newer_runs"],
        "Type the version, 0.4.0:", "The rollout of 0.4.0 to lc has started.",
    ):  # fmt: skip
        assert line in text, line
    code, text = desk.types("progress", "--fleet", "lc")
    assert "0.4.0 to lc: running, stage 1 of 2 (bus-01)" in text
    row = next(line for line in text.splitlines() if line.startswith("bus-01"))
    assert row.split() == ["bus-01", "1", "0.3.0", *["waits", "for", "the", "bus", "-"]]
    assert "cannot take it" in text and "(command line)" in text
    for words, state in (
        (("pause",), "paused, stage 1"), (("resume",), "running, stage 1"),
        (("again", "bus-01"), "running, stage 1"), (("next",), "running, stage 2 of 2"),
    ):  # fmt: skip
        code, text = desk.types(*words, "--fleet", "lc")
        assert code == 0 and f"The rollout of 0.4.0 to lc: {state}" in text, text
    code, text = desk.types("next", "--fleet", "lc")
    assert code and "This is the last stage. It ends by itself once every bus runs 0.4.0" in text
    assert "running, stage 2 of 2" in desk.types("progress", "--fleet", "lc")[1]


def test_a_bus_that_came_back_is_told_with_its_reason(desk):
    desk.adds()
    desk.types(*START, "--stage", "bus-01", "--stage", "all", "--yes")
    came_back = {"result": "returned", "why": "not_sensing", "result_ms": 1_795_306_323_400}
    told = {"state": "ready", "have": 3000, "need": 4000}
    desk.changes(tables.rollout_buses, **came_back, told=told)
    _, text = desk.types("progress", "--fleet", "lc")
    row = next(line for line in text.splitlines() if line.startswith("bus-01"))
    assert re.search(r"CAME BACK to the code before  - +a sensor was missing$", row), row
    desk.changes(tables.rollout_buses, result="runs", why=None)
    _, text = desk.types("progress", "--fleet", "lc")
    row = next(line for line in text.splitlines() if line.startswith("bus-01"))
    assert row.split()[-3:] == ["runs", "it", "-"], "what it told last is out of date"


def test_what_has_stopped_says_so_and_what_a_bus_says_cannot_write_over_it(desk):
    desk.adds()
    desk.types(*START, "--stage", "all", "--yes")
    desk.changes(tables.rollouts, state="stopped")
    desk.changes(tables.rollout_log, what="stopped", note="bus-04 returned")
    said = {"result": "returned", "message": "\x1b[2K\x1b[1A\rruns it"}
    desk.changes(tables.rollout_buses, **said)
    _, text = desk.types("progress", "--fleet", "lc")
    assert "IT HAS STOPPED BY ITSELF: bus-04 returned." in text
    assert "\x1b" not in text and "\r" not in text and "[2K" in text


def test_a_stage_is_watched_for_an_hour_unless_it_is_set(desk):
    desk.adds()
    code, text = desk.types(*START, "--stage", "all", "--least-min", "-1", "--yes")
    assert code != 0 and "--least-min has to be a whole number from 0 to 100000" in text
    desk.types(*START, "--stage", "all", "--yes")

    async def least():
        database = Database(desk.db)
        async with database.read() as connection:
            found = await connection.scalar(select(tables.rollouts.c.least_s))
        await database.close()
        return found

    assert asyncio.run(least()) == 3600


def test_a_release_of_another_key_is_listed_and_cannot_be_started(desk):
    desk.adds()
    (desk.folder / "release.pub").write_text("0" * 64)
    code, text = desk.types("list")
    assert code == 0 and "0.4.0" in text and "is not signed by the release key" in text
    for words in (("show", "1"), (*START, "--stage", "all", "--yes")):
        code, text = desk.types(*words)
        assert code != 0 and "is not signed by the release key" in text


def test_the_modules_that_a_release_changes(desk):
    desk.adds()
    other = {**MODULES, "firmware/new.mpy": b"new" * 100, "firmware/bus.mpy": b"BUS" * 500}
    del other["firmware/trip.mpy"]
    (desk.folder / "it.release").write_bytes(release("0.5.0", modules=other))
    desk.adds()
    from station.release.file import read

    first = read(release(), "it", [PUBLIC]).sets["xtensawin"].short
    desk.changes(tables.buses, status=status(release=first, fw="0.4.0"))
    _, text = desk.types("show", "2", "--fleet", "lc")
    assert "0.4.0 -> 0.5.0 (xtensawin): 4 buses, about 3 KB" in text
    for line in ("new: firmware/new.mpy", "changed: firmware/bus.mpy", "gone: firmware/trip.mpy"):
        assert line in text


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "nowhere.release"), "nowhere.release cannot be read: No such file"),
        (("show", "7"), "There is no release 7. Nothing was changed."),
        (("show", "1", "--fleet", "xx"), "The database has no bus of a fleet xx."),
        ((*START, "--stage", "bus-99"), "The fleet lc has no bus bus-99. Nothing was changed."),
        ((*START, "--stage", "some"), "The fleet lc has no bus some."),
        ((*START, "--stage", "20"), "The fleet lc has no bus 20."),
        ((*START, "--stage", "0%"), "The share of each stage has to be larger"),
        ((*START, "--stage", "all", "--stop-share", "101"), "--stop-share has to be a whole"),
        ((*START, "--stage", "all", "--wait-min", "0"), "--wait-min has to be a whole"),
        ((*START, "--stage", "all"), "That is not the version. Nothing was changed."),
        ((*START, "--stage", "bus-02", "--yes"), "No bus of these stages can take 0.4.0: "),
        ((*START, "--stage", "bus-04", "--yes"), "a downgrade needs its own word"),
        ((*START, "--stage", "bus-01", "--again", "bus-03", "--yes"), "bus-03 comes in no stage"),
        (START, "the following arguments are required: --stage. Try: python -m station release"),
        (("pause", "--fleet", "lc"), "The fleet lc has no rollout."),
        (("progress", "--fleet", "lc"), "The fleet lc has no rollout."),
        (("add",), "the following arguments are required: FILE"),
        ((), "the following arguments are required: COMMAND"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_a_sentence(desk, words, why):
    desk.adds()
    code, text = desk.types(*words) if words else (None, None)
    if words:
        assert code == 2 and why in text, text
    else:
        with pytest.raises(SystemExit):
            main(["release"])


def test_a_downgrade_that_is_meant(desk):
    desk.adds()
    code, text = desk.types(*START, "--stage", "bus-04", "--downgrade", "--yes")
    assert code == 0 and "0.5.0 -> 0.4.0" in text


def test_a_file_of_another_is_refused_and_the_private_key_is_no_guest(desk):
    (desk.folder / "release.pub").write_text("0" * 64 + "\n")
    code, text = desk.types("add", str(desk.folder / "it.release"))
    assert code == 2 and "is not signed by the release key that this station knows" in text
    (desk.folder / "release.key").write_bytes(KEY.private_bytes_raw())
    assert "warning: " in desk.types("list")[1]


def test_every_state_has_its_words():
    from station.release import progress, rollout

    results = {rollout.RUNS, rollout.RETURNED, rollout.SILENT, rollout.REFUSED, rollout.LEFT}
    others = {progress.NOT_IN_IT, progress.CANNOT, progress.LATER, progress.HELD, progress.WAITS,
              progress.OFFERED, progress.TRIAL, *progress._PIECE_STATES}  # fmt: skip
    assert set(printed._STATES) == results | others
