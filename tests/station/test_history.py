"""What is known of one bus or seat: a copy of it, and its end."""

import asyncio
import json
from pathlib import Path

import pytest
from history_city import city, counts, put
from notice_desk import NOW_MS, Desk
from sqlalchemy import insert, select, update
from station_told import on_one_database

from station.__main__ import main
from station.alarms.rows import write_log
from station.command_error import CommandError
from station.db.tables import (
    access_log,
    alarms,
    buses,
    events,
    journals,
    positions,
    refusals,
    tracks,
)
from station.history import History


def test_the_end_of_a_bus_ends_no_other(db):
    async def story():
        desk = Desk(db)
        async with desk.open():
            await city(desk)
            await desk.turn()
            history = History(desk.db, desk.clock, "lcb", "bus-1")
            copy = await history.export()
            tables = [line["table"] for line in copy]
            assert sorted(tables) == ["alarms", "events", "events", "positions", "tracks"]
            assert await history.erase() == 5
            assert await history.export() == []
            of_other = await History(desk.db, desk.clock, "lcb", "bus-2").export()
            assert len(of_other) == 5
            assert await counts(desk.db, journals, access_log) == [2, 4]
            with pytest.raises(CommandError, match="no bus lcb/bus-3"):
                await History(desk.db, desk.clock, "lcb", "bus-3").erase()

    asyncio.run(story())


def test_the_end_of_a_seat_leaves_the_others_of_its_bus(db):
    async def story():
        desk = Desk(db)
        async with desk.open():
            await city(desk)
            history = History(desk.db, desk.clock, "lcb", "bus-1", seat=7)
            assert len(await history.export()) == 2
            assert await history.erase() == 2
            assert await history.export() == []
            left = await History(desk.db, desk.clock, "lcb", "bus-1").export()
            (alarm,) = [line for line in left if line["table"] == "alarms"]
            assert alarm["data"] == {"seats": [8]} and alarm["lat"] is None
            first, second = sorted(
                (line for line in left if line["table"] == "events"), key=lambda line: line["seq"]
            )
            assert first["data"] == {"boarded": [], "alighted": [9]} and first["sealed"] is None
            assert second["data"]["boarded"] == [1] and second["sealed"]

    asyncio.run(story())


def members_that_list_seats():
    file = Path(__file__).parents[2] / "docs" / "schema" / "kinds.json"
    for kind, declared in json.loads(file.read_text("utf-8"))["kinds"].items():
        for name, member in declared.get("data", {}).get("properties", {}).items():
            if "#/$defs/seats" in json.dumps(member):
                yield kind, name


def test_nothing_that_names_the_seat_is_left(db):
    """Whatever member names it, of events, of alarms and of the bus, and what staff wrote."""
    members = list(members_that_list_seats())
    assert len(members) > 30
    somchai, other = "Somchai was asleep", "ที่นั่ง ๗ หลับ"

    async def story():
        desk = Desk(db)
        async with desk.open():
            await city(desk)
            done = {"cleared_ms": NOW_MS, "acked_ms": NOW_MS}
            (one,) = await desk.raises("bus-1", "sos", data={"seats": [], "seats_before": [7]},
                                       note=somchai, **done)  # fmt: skip
            (two,) = await desk.raises("bus-1", "overspeed", note=other, **done)
            await desk.raises("bus-1", "overspeed", note="seat 17 is loose", **done)
            seats = {"taken": [7, 8], "unknown": [], "unbelted": [7]}
            async with desk.db.write() as connection:
                for number, note in ((one, somchai), (two, other)):
                    await write_log(connection, number, NOW_MS, "som", "acknowledged", note)
                for seq, (kind, name) in enumerate(members, 100):
                    data = {name: [7, 8], "place": "home"}
                    await put(connection, 1, seq, kind, data=data)
                mine = update(buses).where(buses.c.id == 1)
                await connection.execute(mine.values(state={"seats": seats}))
            history = History(desk.db, desk.clock, "lcb", "bus-1", seat=7)
            copy = await history.export()
            exported = {line["seq"] for line in copy if line["table"] == "events"}
            assert exported >= set(range(100, 100 + len(members)))
            assert {line["table"] for line in copy} == {"events", "alarms", "alarm_log", "buses"}
            await history.erase()
            assert await history.export() == []
            whole = await History(desk.db, desk.clock, "lcb", "bus-1").export()
            left = json.dumps(whole, ensure_ascii=False)
            assert "[7" not in left and " 7]" not in left
            assert somchai not in left and other not in left and "home" not in left
            assert "seat 17 is loose" in left

    asyncio.run(story())


def test_the_end_of_a_bus_leaves_no_name_and_no_telephone(db):
    async def story():
        desk = Desk(db)
        async with desk.open():
            await city(desk)
            async with desk.db.write() as connection:
                known = {"phone": "0812345678", "label": "Somchai", "state": {"seats": {}}}
                await connection.execute(update(buses).values(known))
                refused = {"fleet": "lcb", "message": "seat 70: there is none", "at_ms": NOW_MS}
                for bus in ("bus-1", "bus-2"):
                    await connection.execute(insert(refusals).values(bus=bus, **refused))
            history = History(desk.db, desk.clock, "lcb", "bus-1")
            assert {"buses", "refusals"} <= {line["table"] for line in await history.export()}
            await history.erase()
            assert await history.export() == []
            async with desk.db.read() as connection:
                query = select(buses.c.phone, buses.c.label).order_by(buses.c.id)
                kept = [tuple(row) for row in await connection.execute(query)]
                refused_by = list((await connection.execute(select(refusals.c.bus))).scalars())
            assert kept == [(None, None), ("0812345678", "Somchai")] and refused_by == ["bus-2"]

    asyncio.run(story())


SOS = (
    "INSERT INTO alarms (id, bus_id, kind, severity, exercise, clock, heard_ms, late, data, why) "
    "VALUES (99, 1, 'sos', 'alarm', false, 'gnss', 1, false, '{}', '{}')"
)


@pytest.mark.parametrize(
    "before, meanwhile, after",
    [
        ("SELECT * FROM events FOR UPDATE", SOS, "SELECT 1"),
        (SOS, "SELECT 1", "SELECT 1"),
        ("UPDATE alarms SET note = 'on my way' WHERE bus_id = 1", "SELECT 1", SOS),
    ],
)
def test_an_alarm_that_comes_during_an_erase_ends_it(cluster, before, meanwhile, after):
    """It is committed while the erase waits at the records; or its intake has begun when the alarms
    are to go; or it comes in a transaction that holds another alarm."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

    async def story():
        desk = Desk(cluster.emptied())
        async with desk.open():
            await city(desk)
            async with desk.db.alone() as slow, desk.db.alone() as other:
                holds = slow.transaction()
                await holds.start()
                await slow.execute(before)
                history = History(desk.db, desk.clock, "lcb", "bus-1")
                erase = asyncio.create_task(history.erase())
                while not erase.done() and not await other.fetchval(waits):
                    await asyncio.sleep(0.02)
                await other.execute(meanwhile)
                await slow.execute(after)
                await holds.commit()
            with pytest.raises(CommandError, match="answer it first"):
                await erase
            assert await counts(desk.db, events, alarms, positions, tracks) == [4, 3, 2, 2]

    asyncio.run(story())


@pytest.mark.parametrize("open_one", [{"acked_ms": NOW_MS}, {"cleared_ms": NOW_MS}])
def test_what_stands_or_is_not_answered_cannot_be_erased(db, open_one):
    async def story():
        desk = Desk(db)
        async with desk.open():
            await desk.raises("bus-1", "sos", **open_one)
            with pytest.raises(CommandError, match="answer it first"):
                await History(desk.db, desk.clock, "lcb", "bus-1").erase()
            assert await counts(desk.db, alarms) == [1]

    asyncio.run(story())


def test_the_command_writes_a_file_and_asks_before_it_erases(tmp_path, capsys, monkeypatch):
    db = str(tmp_path / "s.db")

    async def story():
        desk = Desk(db)
        async with desk.open():
            await city(desk)

    asyncio.run(story())
    out = tmp_path / "bus-1.jsonl"
    assert main(["history", "export", "lcb", "bus-1", "--out", str(out), "--db", db]) == 0
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(lines) == 5 and "5 records" in capsys.readouterr().out
    monkeypatch.setattr("builtins.input", lambda _: "bus-2")
    assert main(["history", "erase", "lcb", "bus-1", "--db", db]) == 2
    assert main(["history", "erase", "lcb", "bus-1", "--yes", "--db", db]) == 0


@on_one_database
def test_a_seat_that_the_bus_has_not_is_refused(db, tmp_path, capsys):
    """A wrong number would read as: nothing is known of this child."""

    async def story():
        desk = Desk(db)
        async with desk.open():
            await city(desk)
            state = {"seats": {"total": 12}}
            async with desk.db.write() as connection:
                await connection.execute(update(buses).values(state=state))

    asyncio.run(story())
    out = tmp_path / "out.jsonl"
    words = ["--out", str(out), "--db", db, "--yes"]
    for what in ("export", "erase"):
        for seat, told in (("999", "1 to 64"), ("-3", "1 to 64"), ("13", "has 12 seats")):
            assert main(["history", what, "lcb", "bus-1", f"--seat={seat}", *words]) == 2
            assert told in capsys.readouterr().err
    assert main(["history", "export", "lcb", "bus-1", "--seat=12", *words]) == 0


@on_one_database
def test_an_export_is_its_owners_and_overwrites_nothing(db, tmp_path, capsys):
    async def story():
        desk = Desk(db)
        async with desk.open():
            await city(desk)

    asyncio.run(story())
    out = tmp_path / "out.jsonl"
    words = ["history", "export", "lcb", "bus-1", "--db", db, "--out"]
    assert main([*words, str(out)]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    before = out.read_bytes()
    assert main([*words, str(out)]) == 2
    assert "never overwritten" in capsys.readouterr().err and out.read_bytes() == before
    assert main([*words, str(tmp_path / "none" / "out")]) == 2
    told = capsys.readouterr().err
    assert f"{tmp_path}/none/out cannot be read or written: No such file" in told
    assert "database" not in told


@on_one_database
def test_nobody_at_the_terminal_is_a_sentence(db, capsys, monkeypatch):
    def nobody(_):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert main(["history", "erase", "lcb", "bus-1", "--db", db]) == 2
    assert "nobody to give it" in capsys.readouterr().err
