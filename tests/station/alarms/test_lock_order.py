"""Two transactions that change the same alarms: both take them in the order of their ids, so that
neither waits for the other for ever; and what one has ended, the other does not end again."""

import asyncio

from history_city import counts
from notice_desk import NOW_MS, Desk

from station.alarms import change
from station.alarms.alarms import Alarms
from station.db.tables import alarm_log, alarms
from station.live.hub import Hub
from station.live.live import Live
from station.settings import Settings

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


async def two_alarms(desk):
    await desk.raises("bus-1", times=2)


async def takes_the_second_only_after_the_first(desk, work):
    """Somebody has the first one: whoever waits for it must not have the second one already."""
    async with desk.db.alone() as slow, desk.db.alone() as other:
        holds = slow.transaction()
        await holds.start()
        await slow.execute("SELECT id FROM alarms WHERE id = 1 FOR UPDATE")
        working = asyncio.create_task(work())
        while not await other.fetchval(WAITS):
            assert not working.done(), await working
            await asyncio.sleep(0.02)
        await other.execute("SELECT id FROM alarms WHERE id = 2 FOR UPDATE NOWAIT")
        await holds.commit()
    await working


def test_what_buses_send_takes_the_alarms_in_the_order_of_their_ids(cluster):
    async def story():
        desk = Desk(cluster.emptied())
        async with desk.open():
            await two_alarms(desk)
            async with desk.db.write() as connection:  # by occurrence, the second one comes first
                await connection.execute(alarms.update().values(occ=10 - alarms.c.id))

            async def work():
                said = {"kind": "overspeed", "severity": "alarm", "exercise": False,
                        "cleared_ms": None}  # fmt: skip
                wanted = {(1, occ, "overspeed"): {"occ": occ, **said} for occ in (8, 9)}
                async with desk.db.write() as connection:
                    await change._put(connection, wanted, NOW_MS)

            await takes_the_second_only_after_the_first(desk, work)

    asyncio.run(story())


def the_alarms(desk):
    live = Live(desk.clock, Hub())
    return Alarms(desk.db, None, desk.clock, live, Hub(), Settings())


def test_the_station_takes_the_alarms_in_the_order_of_their_ids(cluster):
    async def story():
        desk = Desk(cluster.emptied())
        async with desk.open():
            await two_alarms(desk)

            async def work():
                own = the_alarms(desk)
                changes = [(n, {"escalated_ms": NOW_MS}, "escalated") for n in (2, 1)]
                await own._change(changes)

            await takes_the_second_only_after_the_first(desk, work)

    asyncio.run(story())


def test_what_a_record_has_ended_is_not_ended_again(db):
    async def story():
        desk = Desk(db)
        async with desk.open():
            await two_alarms(desk)
            await desk.happens(1, "cleared")
            before = await counts(desk.db, alarm_log)
            await the_alarms(desk)._change([(1, {"cleared_ms": 5, "ended_by": "state"}, "cleared")])
            assert await counts(desk.db, alarm_log) == before
            async with desk.db.read() as connection:
                query = alarms.select().where(alarms.c.id == 1)
                row = (await connection.execute(query)).one()
            assert (row.cleared_ms, row.ended_by) == (desk.clock.ms, None)

    asyncio.run(story())
