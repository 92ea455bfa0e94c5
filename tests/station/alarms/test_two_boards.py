"""Two boards are one bus: the station says so, and takes no ordinary day for it."""

import asyncio

import pytest
from station_told import (
    EPOCH,
    NOW_MS,
    At,
    connected,
    event,
    on_one_database,
    rows,
    state,
    status,
    telling,
    until,
)  # fmt: skip

from station.alarms import two_boards
from station.clock import DAY_MS, iso
from station.db import tables

OTHER = "0badb0a2"


@pytest.fixture(autouse=True)
def judged_by_the_test_alone(quick_turns, monkeypatch):
    monkeypatch.setattr(two_boards, "_TICK_S", 600)


def told(station):
    return [a for a in station.alarms.views() if a["kind"] == "two_boards"]


def says(epoch, boot, at_ms):
    return status(epoch=epoch, boot=boot, at=iso(at_ms) if at_ms else None)


async def taken(station, bus):
    """All that the bus said before has been judged."""
    taken.count += 1
    seq = taken.count
    # Of a time long ago: late records count for nothing.
    bus.say(event(seq, "trip_started", "info", at_ms=NOW_MS - 9 * DAY_MS, data={"trip": seq}),
            state(at_ms=NOW_MS, trip=seq))  # fmt: skip

    async def is_there():
        bus = station.live.get("lc", "bus-01")
        found = {row.seq for row in await rows(station, tables.events)}
        return seq in found and bus and bus.state and bus.state["trip"] == seq

    await until(is_there)
    await station.two_boards.judge()


taken.count = 5000


def heard(settings, broker, *messages):
    """-> the alarms after that, from a station that judged one message after the other. A whole
    number: so many seconds pass."""
    found = []
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                for message in messages:
                    if isinstance(message, int):
                        time.passes(message)
                        continue
                    bus.say(message)
                    await taken(station, bus)
            found.extend(told(station))

    asyncio.run(scenario())
    return found


@on_one_database
def test_statuses_of_two_boards_in_turns_are_told_with_both(settings, broker):
    at = NOW_MS - 60_000
    (alarm,) = heard(settings, broker, says(EPOCH, 17, at), 1, says(OTHER, 40, at + 1000), 1,
                     says(EPOCH, 17, at + 2000), 1, says(OTHER, 40, at + 3000))  # fmt: skip
    assert alarm["severity"] == "alarm" and alarm["cleared_at"] is None
    data = alarm["data"]
    assert {data["one_epoch"], data["other_epoch"]} == {EPOCH, OTHER}
    assert {data["one_boot"], data["other_boot"]} == {17, 40}
    assert iso(NOW_MS + 2000) <= data["other_at"] < data["one_at"], "as the station heard them"
    assert data["count"] == 2


@on_one_database
@pytest.mark.parametrize("wrong_ms", [-7 * DAY_MS, -3_600_000, 60_000])
def test_a_board_whose_clock_is_wrong_is_told_as_well(settings, broker, wrong_ms):
    """Its first status has no time, the later ones have a wrong one."""
    at, wrong = NOW_MS - 60_000, NOW_MS - 60_000 + wrong_ms
    (alarm,) = heard(settings, broker, says(EPOCH, 17, at), 5, says(OTHER, 40, None), 5,
                     says(EPOCH, 17, at + 10_000), 5, says(OTHER, 40, wrong + 15_000), 5,
                     says(EPOCH, 17, at + 20_000), 5, says(OTHER, 40, wrong + 25_000))  # fmt: skip
    assert alarm["data"]["count"] == 4


@on_one_database
def test_an_event_of_the_future_hides_no_board(settings, broker):
    (alarm,) = heard(settings, broker, event(1, at_ms=NOW_MS + 60_000), 5, says(OTHER, 40, None),
                     5, says(EPOCH, 17, NOW_MS))  # fmt: skip
    assert alarm["data"]["count"] == 1


@on_one_database
def test_records_of_two_boards_in_turns_are_told(settings, broker):
    """Their statuses may never come: both are connected by turns, for seconds."""

    def sos(epoch, seq, at_ms):
        return event(seq, epoch=epoch, at_ms=at_ms)

    (alarm,) = heard(settings, broker, sos(EPOCH, 1, NOW_MS - 3000), sos(OTHER, 1, NOW_MS - 2000),
                     sos(EPOCH, 2, NOW_MS - 1000))  # fmt: skip
    assert (alarm["data"]["one_epoch"], alarm["data"]["other_epoch"]) == (EPOCH, OTHER)


@on_one_database
def test_starts_that_go_down_within_a_journal_are_a_copied_board(settings, broker):
    at = NOW_MS - 60_000
    (alarm,) = heard(settings, broker, says(EPOCH, 40, at), says(EPOCH, 17, at + 1000))
    assert (alarm["data"]["one_boot"], alarm["data"]["other_boot"]) == (17, 40)
    assert heard(settings, broker, says(None, 41, None), says(EPOCH, 39, None))


@on_one_database
def test_an_ordinary_day_is_no_second_board(settings, broker):
    """Restarts, a journal formatted anew, the records before it that come late, an old status
    sent again, and wills."""
    hour, at = 3_600_000, NOW_MS - 5 * 3_600_000
    day = (
        says(EPOCH, 17, at), status(online=False), says(EPOCH, 17, at + 1000),
        says(EPOCH, 18, None), event(1, at_ms=at + hour), says(None, 19, at + hour + 1),
        says(OTHER, 20, at + 2 * hour), event(1, epoch=OTHER, at_ms=at + 2 * hour + 1),
        event(2, at_ms=at + hour + 5), event(3, at_ms=at + hour + 9), status(online=False),
        event(2, epoch=OTHER, at_ms=at + 3 * hour), event(4, at_ms=None), says(EPOCH, 17, at),
        says(OTHER, 21, at + 4 * hour),
    )  # fmt: skip
    assert heard(settings, broker, *day) == []


def test_a_restart_of_the_station_forgets_no_board(settings, broker):
    async def scenario():
        with telling(broker) as bus:
            async with At(settings).running() as station:
                await connected(station)
                bus.say(event(1, at_ms=NOW_MS - 5000), event(1, epoch=OTHER, at_ms=NOW_MS - 4000))
                await taken(station, bus)
                assert told(station) == []
            time = At(settings)
            async with time.running() as station:
                await connected(station)
                bus.say(event(2, at_ms=NOW_MS - 3000))
                await taken(station, bus)
                assert len(told(station)) == 1
                time.passes(3601)
                await station.two_boards.judge()
                assert told(station)[0]["cleared_at"]

    asyncio.run(scenario())


@on_one_database
def test_a_board_that_comes_back_after_days_is_no_second_one(settings, broker):
    """It was lent to the workshop."""
    old = NOW_MS - 3 * DAY_MS
    assert heard(settings, broker, says(EPOCH, 17, old), 1, says(OTHER, 40, old + 1000),
                 3 * 86_400, says(EPOCH, 18, NOW_MS - 1000)) == []  # fmt: skip


@on_one_database
def test_it_waits_while_the_database_is_away(settings, broker, monkeypatch):
    async def scenario():
        async with At(settings).running() as station:
            await connected(station)
            put = station.two_boards._standing.put

            async def fails(*args):
                raise OSError("away")

            monkeypatch.setattr(station.two_boards._standing, "put", fails)
            key = ("lc", "bus-01")
            for n, epoch in enumerate((EPOCH, OTHER, EPOCH)):
                body = {"online": True, "at": iso(NOW_MS - 9000 + n), "epoch": epoch, "boot": 1}
                station.two_boards.status(key, body, NOW_MS)
            with pytest.raises(OSError, match="away"):
                await station.two_boards.judge()
            monkeypatch.setattr(station.two_boards._standing, "put", put)
            await station.two_boards.judge()
            assert told(station)[0]["data"]["count"] == 1

    asyncio.run(scenario())
