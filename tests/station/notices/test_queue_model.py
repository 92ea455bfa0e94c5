"""A random life of the queue against a model of it: alarms, restarts, routes that fail, a database
that is away. Nothing is lost, nothing is told twice, children are told first."""

import asyncio
import contextlib
import random
from collections import Counter

from notice_desk import Desk
from sqlalchemy import exc, select

from station.db.tables import buses
from station.notices import lane
from station.notices.urgency import CHILD

KINDS = ("overspeed", "emergency_door", "child_left_behind", "sos", "of_a_later_firmware")
ROUTES = (
    {"name": "all", "on": ["raised", "escalated", "acknowledged", "cleared"]},
    {"name": "raised", "on": ["raised"]},
)
STEPS = 40


def test_nothing_is_lost_nothing_is_doubled_and_children_come_first(db, monkeypatch):
    monkeypatch.setattr(lane, "AGAIN_S", 0.01)
    seed = random.randrange(2**32)
    print("seed", seed)
    asyncio.run(_live(db, random.Random(seed)))


async def _live(db, drawn):
    desk = Desk(db, *ROUTES)
    raised, open_ones, away = Counter(), [], [False]
    step = 0
    while step < STEPS:
        async with desk.open():
            write = desk.db.write

            def sometimes(write=write):
                if away[0] and drawn.random() < 0.3:
                    raise exc.InterfaceError("", {}, OSError("away"))
                return write()

            desk.db.write = sometimes
            for _ in range(drawn.randrange(5, 20)):
                step += 1
                away[0] = False
                desk.clock.ms += drawn.choice((1000, 31_000, 120_000))
                desk.fails = {name for name in ("all", "raised") if drawn.random() < 0.2}
                if drawn.random() < 0.6:
                    bus, kind = f"bus-{drawn.randrange(4)}", drawn.choice(KINDS)
                    times = drawn.choice((1, 1, 1, 5, 30))
                    open_ones += await desk.raises(bus, kind, times=times)
                    raised[bus, kind] += times
                if open_ones and drawn.random() < 0.6:
                    number = open_ones.pop(drawn.randrange(len(open_ones)))
                    await desk.happens(number, drawn.choice(("cleared", "acknowledged")))
                away[0] = drawn.random() < 0.3
                for work in (desk.queue.collect, desk.queue.deliver_due):
                    with contextlib.suppress(exc.InterfaceError):
                        await work()
            away[0] = False
    desk.fails = set()
    async with desk.open():
        for _ in range(20):
            desk.clock.ms += 901_000
            await desk.turn()
        rows = await desk.rows()
        async with desk.db.read() as connection:
            bus_of = dict((await connection.execute(select(buses.c.id, buses.c.bus))).all())
    assert not [row for row in rows if row.sent_ms is None and row.dead_ms is None]
    assert not [row for row in rows if row.dead_ms]
    for name in ("all", "raised"):
        told = Counter()
        for row in rows:
            if row.route == name:
                told[bus_of[row.bus_id], row.subject.split(" ")[0]] += row.times
        wanted = Counter()
        for (bus, kind), times in raised.items():
            wanted[bus, kind if kind != "of_a_later_firmware" else "?"] += times
        assert +told == +wanted
    assert Counter(name for name, _, _ in desk.sent) == Counter(row.route for row in rows)
    children = [row for row in rows if row.rank == CHILD and row.since_ms == row.made_ms]
    assert children and all(row.times == 1 for row in children)
