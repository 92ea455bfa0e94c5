"""One entry in the log that cannot be made into a notice stops no other, and is told plainly."""

import asyncio

import pytest
from notice_desk import Desk, played
from sqlalchemy import text
from station_told import on_one_database

from station.notices import collecting
from station.one_bad import passed_over

ODD = [
    {"data": {"seats": 5}},
    {"data": {"seats": ["\ud800"]}},
    {"data": {"seats": ["a\x00b"]}},
    {"data": []},
    {"data": None},
    {"why": 5},
    {"lat": 13.0, "lon": 100.0, "accuracy_m": None, "estimated": True},
    {"raised_ms": 253_402_300_799_999},
    {"raised_ms": -(2**62)},
    {"raised_ms": None, "clock": "odd"},
    {"kind": "of_a_later_firmware", "data": {"seats": {"a": 1}}},
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_what_is_odd_is_told_and_stops_no_other(db, odd):
    if db.startswith("postgresql") and "\x00" in repr(odd):
        pytest.skip("PostgreSQL keeps no such text")

    async def story(desk):
        await desk.raises("bus-1", "sos")
        await desk.raises("bus-2", **({"kind": "sos"} | odd))
        await desk.raises("bus-3", "sos")
        assert len(await desk.turn()) == 3
        assert await desk.turn() == []
        told = "\n".join(body for _, _, body in desk.sent)
        for bus in ("bus-1", "bus-2", "bus-3"):
            assert told.count(f"Bus: {bus} (lcb)") == 1
        assert "\x00" not in told

    played(db)(story)


@on_one_database
def test_an_alarm_that_cannot_be_read_at_all_is_told_by_kind_bus_and_time(db):
    """Its row is damaged. The queue goes on, also after a restart."""

    async def story():
        desk = Desk(db)
        async with desk.open():
            numbers = await desk.raises("bus-1", "sos", times=5)
            (bad,) = await desk.raises("bus-2", "sos")
            await desk.raises("bus-3", "sos")
            async with desk.db.write() as connection:
                await connection.execute(
                    text("UPDATE alarms SET data = '{\"seats\": [' WHERE id = :n"), {"n": bad}
                )
        before = passed_over["notices"]
        async with desk.open():
            assert len(await desk.turn()) == len(numbers) + 2
            assert passed_over["notices"] == before + 1
            (plain,) = [body for _, _, body in desk.sent if "bus-2" in body]
            assert "At: 07:12:03 22/11/2026" in plain and "cannot read all" in plain
            assert "> Call" in plain
            await desk.raises("bus-4", "sos")
            assert len(await desk.turn()) == 1

    asyncio.run(story())


@on_one_database
def test_an_entry_that_cannot_be_told_at_all_is_passed_over(db, monkeypatch):
    async def story(desk):
        make = collecting.make

        async def breaks(connection, rows, *rest):
            if any(row["bus"] == "bus-bad" for row in rows):
                raise RuntimeError("broken")
            await make(connection, rows, *rest)

        monkeypatch.setattr("station.notices.queue.make", breaks)
        await desk.raises("bus-1", "sos", times=3)
        await desk.raises("bus-bad", "sos")
        await desk.raises("bus-2", "sos", times=3)
        assert len(await desk.turn()) == 6

    played(db)(story)


@on_one_database
def test_parts_that_could_not_be_read_are_named_as_such(db):
    async def story(desk):
        await desk.raises("bus-1", "sos", data={"unreadable": ["data.seats"]})
        await desk.turn()
        assert "Parts of the bus's message could not be read" in desk.sent[0][2]
        assert "Seats: unknown" in desk.sent[0][2] and "Seats not known" not in desk.sent[0][2]

    played(db)(story)


@on_one_database
def test_a_group_that_is_over_says_so_only_if_none_of_it_stands(db):
    async def story(desk):
        numbers = await desk.raises("bus-1", "emergency_door", times=2)
        await desk.happens(numbers[1], "cleared")
        (title,) = await desk.turn()
        assert title.startswith("Alarm: ") and title.endswith("(2×)")
        assert "This happened 2 times" in desk.sent[0][2]
        await desk.happens(numbers[0], "cleared")
        (title,) = await desk.turn()
        assert title.startswith("Over: ")

    played(db, {"name": "duty", "on": ["raised", "cleared"]})(story)


@on_one_database
@pytest.mark.parametrize("what", ["raised", "escalated"])
@pytest.mark.parametrize("ended_by", ["bus", "restart", "state"])
def test_an_alarm_that_is_over_already_is_told_and_says_since_when(db, what, ended_by):
    """The bus was in a dead spot for an hour."""

    async def story(desk):
        over = {"cleared_ms": desk.clock.ms - 3_600_000, "ended_by": ended_by}
        await desk.raises("bus-1", "child_left_behind", what, **over)
        await desk.raises("bus-2", "child_left_behind", what)
        await desk.turn()
        told = {name: [body for route, _, body in desk.sent if route == name]
                for name in ("th", "en")}  # fmt: skip
        for language, line in (("th", "สิ้นสุดแล้วเมื่อ 06:12:03"), ("en", "Over since 06:12:03")):
            first, second = told[language]
            assert line in first and line not in second
            assert "> " in first
            unsure = "ไม่ได้ยืนยัน" if language == "th" else "as far as known"
            assert (unsure in first) is (ended_by != "bus")

    played(db, {"name": "th", "language": "th"}, {"name": "en"})(story)


@on_one_database
def test_a_group_whose_newest_is_over_tells_of_one_that_stands(db):
    async def story(desk):
        for over in ({}, {}, {"cleared_ms": desk.clock.ms, "ended_by": "bus"}):
            await desk.raises("bus-1", "overspeed", **over)
        await desk.turn()
        desk.clock.ms += 3_600_000
        await desk.turn()
        assert not [body for _, _, body in desk.sent if "Over since" in body]

    played(db)(story)
