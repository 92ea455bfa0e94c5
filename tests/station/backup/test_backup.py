"""A copy is made while a station takes records in, and put back: on both databases."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import select, text
from station_told import connected, event, on_one_database, running, telling, track, until
from vm import ROOT

from station.__main__ import main
from station.backup import programs
from station.db import tables
from station.db.database import Database, with_database

HELD = select(tables.events.c.seq)


async def seqs(database):
    async with database.read() as connection:
        return set((await connection.execute(HELD)).scalars())


def commanded(*words):
    """A process of its own, as a timer starts it."""
    return subprocess.run([sys.executable, "-m", "station", *words], cwd=ROOT, text=True,
                          capture_output=True, check=False)  # fmt: skip


def empty_place(db, tmp_path, cluster):
    return str(tmp_path / "other.db") if "://" not in db else cluster().new()


def test_nothing_that_was_acknowledged_before_is_missing(
    settings, broker, tmp_path, request, capsys
):
    """The bus goes on sending while the copy is made; the copy is one moment of the database."""
    copy = tmp_path / "copy"
    has_said_all = threading.Event()

    def bus_sends():
        with telling(broker) as bus:
            n = 0
            while not has_said_all.is_set():
                bus.say(*[event(n + k, "sos") for k in range(1, 21)], track(n + 21, 5))
                n += 21

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            sending = asyncio.create_task(asyncio.to_thread(bus_sends))
            try:
                await until(lambda: len(station.alarms.at_hand) > 60, seconds=60)
                before = await seqs(station.db)
                words = "backup", str(copy), "--db", settings.db
                done = await asyncio.to_thread(commanded, *words)
                await until(lambda: len(station.alarms.at_hand) > len(before) + 60, seconds=60)
            finally:
                has_said_all.set()
                await sending
            words = "restore", str(copy), "--replace", "--db", settings.db
            assert await asyncio.to_thread(main, [*words]) == 2
            return before, done, await seqs(station.db)

    before, done, after = asyncio.run(scenario())
    assert "Another station works on the database" in capsys.readouterr().err
    assert done.returncode == 0, done.stderr
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy"]

    other = empty_place(settings.db, tmp_path, lambda: request.getfixturevalue("cluster"))
    assert main(["restore", str(copy), "--db", other]) == 0
    restored = asyncio.run(with_database(other, seqs))
    assert before <= restored < after
    assert restored == set(sorted(after)[: len(restored)]), "one moment, no holes"
    for told in (done.stderr, capsys.readouterr().err):
        assert f" {len(restored):,} events" in told

    async def again():
        async with running(settings.model_copy(update={"db": other})) as station:
            return sum(alarm["kind"] == "sos" for alarm in station.alarms.views())

    assert asyncio.run(again()) == len(restored)


def test_what_is_there_is_put_aside_and_only_when_asked(db, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("STATION_DB", db)
    copy = tmp_path / "copy"
    assert main(["admin", "somchai", "--generate"]) == 0
    assert main(["backup", str(copy)]) == 0
    assert main(["backup", str(copy)]) == 2
    assert "a copy is never overwritten" in capsys.readouterr().err
    assert main(["admin", "anong", "--generate"]) == 0
    assert main(["restore", str(copy)]) == 2
    assert "is not empty. Restore into an empty one, or give --replace" in capsys.readouterr().err

    assert main(["restore", str(copy), "--replace"]) == 0
    told = capsys.readouterr().err
    assert "1 users" in told and "revision 00" in told
    assert asyncio.run(with_database(db, people)) == {"somchai"}
    kept = told.partition("is kept as ")[2].partition(".\n")[0]
    if "://" in db:
        kept = db, f"{kept.split()[2]}.users"
    else:
        kept = kept, "users"
    assert asyncio.run(_names(*kept)) == {"somchai", "anong"}


async def people(database):
    async with database.read() as connection:
        return set((await connection.execute(select(tables.users.c.name))).scalars())


async def _names(address, table):
    database = Database(address)
    async with database.read() as connection:
        found = set((await connection.execute(text(f"SELECT name FROM {table}"))).scalars())
    await database.close()
    return found


def test_a_copy_that_is_damaged_or_newer_or_of_another_kind_changes_nothing(
    db, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("STATION_DB", db)
    copy, bad = tmp_path / "copy", tmp_path / "bad"
    main(["admin", "somchai", "--generate"])
    assert main(["backup", str(copy)]) == 0
    whole = copy.read_bytes()
    cases = {
        "is no copy of a station's database": b"x" + whole,
        "bad": whole[: len(whole) // 2],
        "is a copy of ": b"PGDMP" if "://" not in db else b"SQLite format 3\0" + bytes(100),
    }
    for why, content in cases.items():
        bad.write_bytes(content)
        capsys.readouterr()
        assert main(["restore", str(bad), "--replace"]) == 2
        told = capsys.readouterr().err
        assert why in told and "Traceback" not in told, told
    assert main(["restore", str(tmp_path / "none"), "--replace"]) == 2
    monkeypatch.setattr("station.db.revisions.known", lambda: ["0001"])
    assert main(["restore", str(copy), "--replace"]) == 2
    assert "was made by a newer station" in capsys.readouterr().err
    assert asyncio.run(with_database(db, people)) == {"somchai"}


@on_one_database
def test_a_timer_keeps_the_newest_copies(db, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setenv("STATION_DB", db)
    monkeypatch.setenv("STATION_BACKUPS", str(folder))
    main(["admin", "somchai", "--generate"])
    for day in (1, 2, 3):
        (folder / f"station-2026110{day}T021500Z.sqlite").write_bytes(b"old")
    mine = folder / "station-notes.txt"
    mine.write_text("not a copy")
    assert main(["backup", "--keep", "2"]) == 0
    left = sorted(path.name for path in folder.iterdir())
    assert len(left) == 3 and left[0] == "station-20261103T021500Z.sqlite" and mine.name in left
    assert main(["backup", str(tmp_path / "one"), "--keep", "2"]) == 2
    assert main(["backup", "--keep", "0"]) == 2


@on_one_database
def test_a_database_that_is_not_there_or_not_a_stations_is_a_sentence(db, tmp_path, capsys):
    assert main(["backup", str(tmp_path / "copy"), "--db", db]) == 2
    assert "There is no database" in capsys.readouterr().err
    sqlite3.connect(db).executescript("CREATE TABLE x (y); INSERT INTO x VALUES (1)")
    assert main(["backup", str(tmp_path / "copy"), "--db", db]) == 2
    assert "is not one of a station" in capsys.readouterr().err
    assert not list(tmp_path.glob("*copy*"))


@on_one_database
def test_a_log_beside_the_database_goes_with_it(db, tmp_path, capsys, monkeypatch):
    """A station that was killed leaves it: with another database it would be another's."""
    monkeypatch.setenv("STATION_DB", db)
    main(["admin", "somchai", "--generate"])
    main(["backup", str(tmp_path / "copy")])
    code = "import os,sqlite3,sys;c=sqlite3.connect(sys.argv[1]);c.execute('DELETE FROM users');"
    subprocess.run([sys.executable, "-c", code + "c.commit();os._exit(1)", db], check=False)
    assert Path(db + "-wal").stat().st_size
    assert main(["restore", str(tmp_path / "copy"), "--replace"]) == 0
    assert not Path(db + "-wal").exists()
    assert asyncio.run(with_database(db, people)) == {"somchai"}
    (aside,) = [one for one in tmp_path.glob("station.db.before_*") if one.suffix[-4:] != "-wal"]
    assert asyncio.run(_names(str(aside), "users")) == set()
    assert aside.name == aside.name.lower()  # as PostgreSQL names its schema
    assert not list(tmp_path.glob(".*restored"))


@on_one_database
def test_what_is_away_is_named_be_it_the_target_or_the_database(db, tmp_path, capsys, monkeypatch):
    assert main(["admin", "somchai", "--generate", "--db", db]) == 0
    monkeypatch.setattr("os.access", lambda path, how: False)
    assert main(["backup", str(tmp_path / "copy"), "--db", db]) == 2
    told = capsys.readouterr().err
    assert f"{tmp_path}/copy cannot be written: this user may not" in told
    monkeypatch.undo()
    assert main(["backup", str(tmp_path / "none" / "copy"), "--db", db]) == 2
    assert "the folder" in capsys.readouterr().err
    away = "postgresql://station@127.0.0.1:9/city"
    assert main(["backup", str(tmp_path / "copy"), "--db", away]) == 2
    assert f"the database {away.replace('station@', '')} does not answer" in capsys.readouterr().err


def test_the_programs_of_postgresql_go_where_the_station_goes():
    given = programs._server("postgresql://me:a%2Fb@/city?host=/run/postgresql&port=5433")
    assert given["PGHOST"] == "/run/postgresql" and given["PGPORT"] == "5433"
    assert given["PGPASSWORD"] == "a/b" and given["PGDATABASE"] == "city"
    assert programs._server("postgresql://me@h:5434/city")["PGPORT"] == "5434"
