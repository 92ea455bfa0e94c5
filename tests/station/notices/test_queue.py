"""Notices of what happens while others write."""

import asyncio

from sqlalchemy import insert
from station_told import NOW_MS, connected, event, rows, running, telling, until

from station.db.tables import alarm_log, alarms, notices
from station.settings import Settings


def test_a_notice_is_not_passed_over_while_its_alarm_is_still_being_written(db, broker, tmp_path):
    """Numbers are drawn before they are committed: a higher one may be there first. Nor is it told
    twice by two that collect."""
    path = tmp_path / "notices.json"
    path.write_text('{"routes": [{"name": "duty", "to": "json://127.0.0.1:9/x"}]}')
    settings = Settings(broker=(broker.host, broker.port), db=db, notices=str(path),
                        accept_unsealed=True)  # fmt: skip

    async def scenario():
        async with running(settings) as station:
            await connected(station)
            queue = station.notice_queue
            queue.watch = asyncio.Event().wait
            await queue.collect()
            with telling(broker) as bus:
                bus.say(event(1), event(2, "heat"))
            await until(lambda: len(station.alarms.at_hand) == 2)
            await queue.collect()
            before = len(await rows(station, notices))
            log = {"at_ms": NOW_MS, "who": "station", "what": "escalated"}
            first, second = [row.id for row in await rows(station, alarms, alarms.c.id)]
            slow = asyncio.Event()

            async def writes_slowly():
                async with station.db.write() as connection:
                    await connection.execute(insert(alarm_log).values(alarm_id=first, **log))
                    await slow.wait()

            async def writes():
                async with station.db.write() as connection:
                    await connection.execute(insert(alarm_log).values(alarm_id=second, **log))

            writer = asyncio.create_task(writes_slowly())
            await asyncio.sleep(0.2)
            other = asyncio.create_task(writes())
            await asyncio.sleep(0.2)
            collecting = [asyncio.create_task(queue.collect()) for _ in range(2)]
            await asyncio.sleep(0.5)
            slow.set()
            await asyncio.gather(writer, other, *collecting)
            await queue.collect()
            assert len(await rows(station, notices)) == before + 2

    asyncio.run(scenario())
