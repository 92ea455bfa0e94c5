"""Each route has a lane of its own: what happens in one delays no other."""

import asyncio
import threading

import apprise
import apprise.decorators
import pytest
from notice_desk import played
from sqlalchemy import exc
from station_told import on_one_database, until

from station.notices import lane as lanes
from station.notices.lane import SLOTS
from station.notices.message import kind
from station.notices.sender import deliver

DEAD, HEALTHY = {"name": "dead"}, {"name": "healthy"}


@on_one_database
def test_a_route_that_never_answers_delays_no_other(db):
    async def story(desk):
        desk.hangs = {"dead"}
        watching = asyncio.create_task(desk.queue.watch())
        for number in range(20):
            await desk.raises(f"bus-{number}")
        await until(lambda: len(desk.sent) == 20)
        assert {name for name, _, _ in desk.sent} == {"healthy"}
        assert [name for name, _ in desk.tried].count("dead") == SLOTS
        desk.answer.set()
        await until(lambda: len(desk.sent) == 40)
        await desk.queue.finish()
        async with desk.db.calm():
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    played(db, DEAD, HEALTHY)(story)


def test_receivers_that_never_answer_leave_a_thread_for_every_other():
    """apprise has one pool of six for all."""
    may_go_on = threading.Event()

    @apprise.decorators.notify(on="silent")
    def hang(*_, **__):
        return may_go_on.wait(30)

    @apprise.decorators.notify(on="prompt")
    def answer(*_, **__):
        return True

    async def scenario():
        hanging = [asyncio.create_task(deliver("silent://", "a", "b")) for _ in range(20)]
        await asyncio.sleep(0.05)
        assert await deliver("prompt://", "title", "body") is None
        assert not any(one.done() for one in hanging)
        may_go_on.set()
        assert await asyncio.gather(*hanging) == [None] * 20

    asyncio.run(scenario())


@on_one_database
def test_children_come_first_and_then_the_bus_that_waits_longest(db):
    async def story(desk):
        await desk.raises("bus-1", "overspeed")
        await desk.raises("bus-2", "idling", severity="warning")
        await desk.raises("bus-3", "child_left_behind", exercise=True)
        await desk.raises("bus-4", "crash")
        await desk.raises("bus-5", "door_open_moving")
        told = await desk.turn()
        kinds = [title.split(": ")[1] for title in told]
        assert kinds[0] == kind("crash", "en")
        assert set(kinds[1:3]) == {kind("overspeed", "en"), kind("door_open_moving", "en")}

    played(db, {"name": "duty", "severity": ["alarm", "warning"], "exercises": True})(story)


@on_one_database
@pytest.mark.parametrize("hazard", ["overspeed", "child_left_behind", "made_up"])
def test_three_thousand_alarms_of_one_bus_delay_anothers_by_nothing(db, hazard):
    async def story(desk):
        await desk.raises("flood", hazard, times=3000)
        await desk.raises("bus-1", "overspeed")
        await desk.queue.collect()
        await desk.queue.deliver_due()
        told = [body.splitlines()[0].split()[1] for _, _, body in desk.sent]
        assert told.index("bus-1") <= SLOTS, told
        assert len(told) <= 20
        rows = await desk.rows()
        assert sum(row.times for row in rows) == 3001

    played(db)(story)


@on_one_database
def test_a_flood_of_childrens_alarms_yields_to_the_first_of_another_bus(db):
    """The buses of the flood would fill every slot."""

    async def story(desk):
        for _ in range(3):
            for number in range(SLOTS + 1):
                await desk.raises(f"flood-{number}", "sos", times=5)
            await desk.turn()
            desk.clock.ms += 30_000
        before = len(desk.sent)
        for number in range(SLOTS + 1):
            await desk.raises(f"flood-{number}", "sos", times=5)
        desk.clock.ms += 60_000
        await desk.raises("bus-1", "overspeed")
        await desk.turn()
        assert "Bus: bus-1 " in desk.sent[before][2]

    played(db)(story)


@on_one_database
def test_the_child_of_a_bus_that_was_told_often_waits_for_no_warning(db):
    async def story(desk):
        for kind_of in ("crash", "sos", "emergency_door", "evacuation", "heat"):
            (number,) = await desk.raises("bus-1", kind_of)
            await desk.turn()
            await desk.happens(number, "cleared")
            await desk.turn()
            desk.clock.ms += 3000
        assert len(desk.sent) == 10
        for number in range(20):
            await desk.raises(f"other-{number}", "overspeed", severity="warning")
        await desk.raises("bus-1", "child_left_behind")
        assert kind("child_left_behind", "en") in (await desk.turn())[0]
        for _ in range(12):  # one of the same is told very often, and then once a minute
            await desk.raises("bus-1", "sos")
            await desk.turn()
        desk.clock.ms += 61_000
        for number in range(20, 40):
            await desk.raises(f"other-{number}", "overspeed", severity="warning")
        assert kind("sos", "en") in (await desk.turn())[0]

    every = ["raised", "escalated", "acknowledged", "cleared"]
    played(db, {"name": "duty", "severity": ["alarm", "warning"], "on": every})(story)


@on_one_database
def test_one_notice_that_is_always_refused_stops_no_other(db):
    async def story(desk):
        lane = desk.queue.lanes[0]
        send = lane.send

        async def picky(to, title, body):
            return "too long" if "bus-bad" in body else await send(to, title, body)

        lane.send = picky
        await desk.raises("bus-bad", "sos")
        for number in range(5):
            await desk.raises(f"bus-{number}")
        assert len(await desk.turn()) == 5
        assert desk.queue.health()["failing"] == []

    played(db)(story)


@on_one_database
def test_a_route_that_fails_is_tried_by_one_and_all_goes_when_it_is_back(db):
    async def story(desk):
        desk.fails = {"duty"}
        for number in range(12):
            await desk.raises(f"bus-{number}")
        await desk.turn()
        assert len(desk.tried) <= SLOTS
        assert desk.queue.health()["failing"] == ["duty"]
        for _ in range(20):
            desk.clock.ms += 31_000
            await desk.turn()
        desk.fails = set()
        desk.clock.ms += 31_000
        assert len(await desk.turn()) == 12
        await desk.queue.collect()
        assert desk.queue.health()["ok"]

    played(db)(story)


def test_what_was_delivered_while_the_database_was_away_is_not_told_again(db, monkeypatch):
    async def story(desk):
        await desk.raises("bus-1", "sos")
        await desk.queue.collect()
        write, away = desk.db.write, [True]

        def sometimes():
            if away[0]:
                raise exc.InterfaceError("", {}, OSError("away"))
            return write()

        monkeypatch.setattr(desk.db, "write", sometimes)
        monkeypatch.setattr(lanes, "AGAIN_S", 0.05)
        delivering = asyncio.create_task(desk.queue.deliver_due())
        await until(lambda: desk.sent)
        await asyncio.sleep(0.2)
        assert not delivering.done()
        away[0] = False
        await delivering
        assert await desk.turn() == []
        assert len(desk.sent) == 1

    played(db)(story)


@on_one_database
def test_before_its_end_the_station_waits_for_what_is_under_way(db):
    async def story(desk):
        desk.hangs = {"duty"}
        await desk.raises("bus-1", "sos")
        await desk.raises("bus-2", "sos")
        watching = asyncio.create_task(desk.queue.watch())
        await until(lambda: len(desk.tried) == 2)
        finishing = asyncio.create_task(desk.queue.finish())
        await desk.raises("bus-3", "sos")
        await asyncio.sleep(0.05)
        desk.answer.set()
        await finishing
        await desk.queue.finish()
        async with desk.db.calm():
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        assert sum(row.sent_ms is not None for row in await desk.rows()) == 2

    played(db)(story)
