"""Tasks end, also one that a cancellation missed."""

import asyncio

from station import ending
from station.ending import end


def test_a_task_that_lost_its_cancellation_ends(monkeypatch):
    monkeypatch.setattr(ending, "_AGAIN_S", 0.01)
    lost = []

    async def deaf(times):
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                lost.append(times)
                if len(lost) > times:
                    raise

    async def failing():
        raise ValueError

    async def story():
        tasks = [asyncio.create_task(one) for one in (deaf(2), failing(), asyncio.sleep(3600))]
        await asyncio.sleep(0)
        await asyncio.wait_for(end(tasks), 10)
        return [task.done() for task in tasks]

    assert asyncio.run(story()) == [True] * 3
    assert len(lost) == 3


def test_no_task_is_no_wait():
    asyncio.run(asyncio.wait_for(end([]), 1))
