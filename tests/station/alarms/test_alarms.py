"""Alarms: whatever order their events come in, they end right; and what people do with them."""

import asyncio
import contextlib

from sqlalchemy import insert, update
from station_told import (
    NOW_MS,
    At,
    alarm_log,
    connected,
    event,
    on_one_database,
    rows,
    running,
    state,
    telling,
    until,
)  # fmt: skip

from station.db import tables
from station.settings import Settings
from station.station import Station


def test_an_occurrence_ends_right_in_whatever_order_its_events_come(settings, broker):
    said = [
        event(5, "child_left_behind", at_ms=NOW_MS - 300_000, data={"stage": 2}),
        event(7, "child_left_behind", state="updated", occ=5, data={"stage": 3}),
        event(9, "child_left_behind", state="cleared", occ=5, at_ms=NOW_MS - 1000),
    ]

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(said[2])
                await until(lambda: station.alarms.at_hand)
                bus.say(said[1])
                bus.say(said[0])

            def told():
                (alarm,) = station.alarms.views()
                return alarm["raised_at"] == "2026-11-22T00:07:03.400Z" and alarm

            alarm = await until(told)
            assert alarm["cleared_at"] == "2026-11-22T00:12:02.400Z"
            assert (alarm["ended_by"], alarm["data"]["stage"]) == ("bus", 3)
            assert len(await rows(station, tables.alarms)) == 1

    asyncio.run(scenario())


def test_an_alarm_says_how_sure_its_place_is(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1, accuracy_m=350, estimated=True), event(2, "crash"))
                await until(lambda: len(station.alarms.views()) == 2)
            said = {alarm["kind"]: alarm for alarm in station.alarms.views()}
            assert (said["sos"]["accuracy_m"], said["sos"]["estimated"]) == (350, True)
            assert (said["crash"]["accuracy_m"], said["crash"]["estimated"]) == (None, False)
            kept = await rows(station, tables.events)
            assert {(row.accuracy_m, row.estimated) for row in kept} == {(350, True), (None, False)}

    asyncio.run(scenario())


@on_one_database
def test_a_late_alarm_has_both_times(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1, at_ms=NOW_MS - 86_400_000))
            (alarm,) = await until(station.alarms.views)
            assert alarm["late"]
            assert alarm["raised_at"] == "2026-11-21T00:12:03.400Z"
            assert alarm["heard_at"].startswith("2026-11-22T00:12:")

    asyncio.run(scenario())


def test_acknowledged_once_escalated_if_not_and_a_drill_that_becomes_real(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1), event(2, exercise=True), event(3, "crash", "warning"))
                await until(lambda: len(station.alarms.at_hand) == 3)
                by_occ = {a.occ: a.id for a in station.alarms.at_hand.values()}
                first, drill, crash = by_occ[1], by_occ[2], by_occ[3]
                alarm = await station.alarms.acknowledge(first, "anong", "I call the driver")
                assert (alarm["acked_by"], alarm["note"]) == ("anong", "I call the driver")
                again = await station.alarms.acknowledge(first, "somchai", None)
                assert again["acked_by"] == "anong"
                await station.alarms.acknowledge(drill, "anong", "a drill")
                time.passes(settings.escalate_min * 60 + 1)
                bus.say(event(4, state="updated", occ=2), event(5, "crash", state="updated", occ=3))

                def worse():
                    by_id = {a["id"]: a for a in station.alarms.views()}
                    real = drill in by_id and not by_id[drill]["exercise"]
                    return real and by_id[crash]["severity"] == "alarm" and by_id

                by_id = await until(worse)
                assert by_id[drill]["acked_at"] is None
                time.passes(settings.escalate_min * 60 + 1)

                def escalated():
                    return {a["id"] for a in station.alarms.views() if a["escalated_at"]}

                await until(lambda: escalated() >= {drill, crash})  # and the bus goes dark
                assert first not in escalated()
                log = [line["what"] for line in await alarm_log(station, drill)]
                assert log == ["heard", "acknowledged", "real", "escalated"]

    asyncio.run(scenario())


def active(station):
    return [alarm["kind"] for alarm in station.alarms.views() if not alarm["cleared_at"]]


def test_what_only_happens_and_what_a_restart_ended_does_not_stand_for_ever(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(
                    event(1, "check_too_soon", "warning"),
                    event(2, "sos"),
                    event(3, "drill", "warning"),
                )
                await until(lambda: len(station.alarms.at_hand) == 3)
                start = {"boot": 4, "reset": "watchdog", "start": "normal", "fw": "0.3.0"}
                bus.say(event(40, "started", "warning", data=start, at_ms=NOW_MS + 5000))

                async def ended():
                    found = await rows(station, tables.alarms, tables.alarms.c.occ)
                    return [a.ended_by for a in found][:3] == ["restart"] * 3

                await until(ended)
                bus.say(event(41, "sos", at_ms=NOW_MS + 6000))
                await until(lambda: any(a["cleared_at"] is None for a in station.alarms.views()))
                time.passes(20)
                bus.say(state(at_ms=NOW_MS + 16_000, active=["sos"]))
                await until(lambda: active(station) == ["sos"])
                await asyncio.sleep(0.5)
                assert active(station) == ["sos"]
                bus.say(state(at_ms=NOW_MS + 17_000))
                await until(lambda: all(a["cleared_at"] for a in station.alarms.views()))

    asyncio.run(scenario())


@on_one_database
def test_an_alarm_that_a_new_journal_ends_is_shown_and_logged_as_ended(settings, broker):
    async def scenario():
        async with running(settings) as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(1, "sos"))
                (alarm,) = await until(station.alarms.views)
                start = {"boot": 1, "reset": "power_on", "start": "normal", "fw": "0.2.0"}
                bus.say(event(1, "started", "info", data=start, epoch="00c0ffee"))
                await until(lambda: not active(station))
            log = [(row["who"], row["what"]) for row in await alarm_log(station, alarm["id"])]
            assert log == [("station", "heard"), ("station", "cleared")]

    asyncio.run(scenario())


def test_what_was_acknowledged_elsewhere_is_not_escalated(db):
    """Another process took the answer, and this one has not heard of it yet."""

    async def scenario():
        station = Station(Settings(db=db))
        await station.db.upgrade()
        now_ms = station.clock.now_ms()
        overdue_ms = now_ms - station.settings.escalate_min * 60_000 - 1000
        of = {"kind": "sos", "severity": "alarm", "exercise": False, "clock": "gnss",
              "raised_ms": overdue_ms, "heard_ms": overdue_ms, "late": False, "data": {},
              "why": {}, "bus_id": 1}  # fmt: skip
        async with station.db.write() as connection:
            await connection.execute(insert(tables.buses).values(id=1, fleet="lc", bus="b1"))
            await connection.execute(
                insert(tables.alarms), [{"id": 1, **of}, {**of, "id": 2, "kind": "crash"}]
            )
        await station.alarms.recall()
        async with station.db.write() as connection:
            mine = update(tables.alarms).where(tables.alarms.c.id == 1)
            await connection.execute(mine.values(acked_ms=now_ms, acked_by="som"))
        watch = asyncio.create_task(station.alarms.watch())
        await until(lambda: station.alarms.at_hand[2].escalated_ms)
        watch.cancel()
        lines = await rows(station, tables.alarm_log)
        assert [(line.alarm_id, line.what) for line in lines] == [(2, "escalated")]
        assert station.alarms.at_hand[1].acked_by == "som"  # it is told by the way
        await station.db.close()

    asyncio.run(scenario())


def test_a_row_that_was_read_before_comes_over_no_newer_one(db, monkeypatch):
    async def scenario():
        station = Station(Settings(db=db))
        await station.db.upgrade()
        of = {"kind": "sos", "severity": "alarm", "exercise": False, "clock": "gnss",
              "raised_ms": NOW_MS, "heard_ms": NOW_MS, "late": False, "data": {},
              "why": {}}  # fmt: skip
        async with station.db.write() as connection:
            await connection.execute(insert(tables.buses).values(id=1, fleet="lc", bus="b1"))
            await connection.execute(insert(tables.alarms).values(id=1, bus_id=1, **of))
        has_read, goes_on, read = asyncio.Event(), asyncio.Event(), station.db.read

        @contextlib.asynccontextmanager
        async def slowly():
            async with read() as connection:
                yield connection
            if not has_read.is_set():
                has_read.set()
                await goes_on.wait()

        monkeypatch.setattr(station.db, "read", slowly)
        first = asyncio.create_task(station.alarms.show([1]))
        await has_read.wait()
        async with station.db.write() as connection:
            await connection.execute(update(tables.alarms).values(acked_ms=NOW_MS, acked_by="som"))
        second = asyncio.create_task(station.alarms.show([1]))
        await asyncio.wait({second}, timeout=0.3)
        goes_on.set()
        await asyncio.gather(first, second)
        assert station.alarms.at_hand[1].acked_by == "som"
        await station.db.close()

    asyncio.run(scenario())
