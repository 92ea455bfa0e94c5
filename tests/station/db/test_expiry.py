"""How long each kind of record is kept."""

import asyncio

from history_city import counts, put
from notice_desk import NOW_MS, Desk
from sqlalchemy import insert, select, update

from station.clock import DAY_MS
from station.db.expiry import Expiry
from station.db.tables import alarms, events, journals, notices, positions, quarantine
from station.reports import daily
from station.reports.daily import DailySums


def test_each_kind_of_record_stays_for_its_own_time(db, monkeypatch):
    """A child's seat, place and time go with the tracks; alarms stay, and what explains them."""
    monkeypatch.setattr(daily, "_PAUSE_S", 0)

    async def story():
        desk = Desk(db)
        async with desk.open():
            await desk.raises("bus-1", "sos", journal_id=1, occ=900)
            over = {"severity": "warning", "cleared_ms": NOW_MS}
            await desk.raises("bus-1", "belt_off", journal_id=1, **over)
            await desk.raises("bus-1", "belt_off", journal_id=1, occ=901, severity="warning")
            await desk.turn()
            async with desk.db.write() as connection:
                journal = {"id": 1, "bus_id": 1, "epoch": "00000001", "have": [],
                           "first_heard_ms": 0, "alarm_seq": 0, "track_seq": 0}  # fmt: skip
                await connection.execute(insert(journals).values(journal))
                rows = [(1, "stop_served", "info"), (2, "trip_ended", "info"),
                        (3, "belt_off", "warning"), (4, "started", "info"),
                        (5, "sos", "alarm")]  # fmt: skip
                for seq, kind, severity in rows:
                    await put(connection, 1, seq, kind, severity)
                await put(connection, 1, 6, at_ms=None)
                await put(connection, 1, 7, at_ms=NOW_MS + 900 * DAY_MS, odd_clock=True)
                await put(connection, 1, 8, at_ms=0, odd_clock=True)
                await put(connection, 1, 900, "sos", "info", state="cleared")
                await put(connection, 1, 901, "belt_off", "warning")
                for seq, t, odd_s in ((1, 0, NOW_MS // 1000), (2, NOW_MS // 1000, None)):
                    place = {"journal_id": 1, "seq": seq, "t": t, "lat_e7": 1, "lon_e7": 1}
                    await connection.execute(insert(positions).values(odd_s=odd_s, **place))
            expiry = Expiry(desk.db, desk.clock, 90, 90, 400)

            async def left():
                async with desk.db.read() as connection:
                    query = select(events.c.seq).order_by(events.c.seq)
                    return list((await connection.execute(query)).scalars())

            desk.clock.ms += 89 * DAY_MS
            assert await expiry.run() == 0 and len(await left()) == 10
            desk.clock.ms += 2 * DAY_MS
            assert await expiry.run() == 2
            assert len(await left()) == 10  # the reports need them until the sums are made
            await DailySums(desk.db, desk.clock).make()
            await expiry.run()
            assert await left() == [2, 3, 4, 5, 900, 901]
            desk.clock.ms += 310 * DAY_MS
            await expiry.run()
            assert await left() == [4, 5, 900, 901]
            async with desk.db.read() as connection:
                kept = list(await connection.execute(select(alarms.c.kind, alarms.c.cleared_ms)))
                assert not (await connection.execute(select(notices.c.id))).all()
            assert sorted(kept) == [("belt_off", None), ("sos", None)]

    asyncio.run(story())


def test_what_no_one_could_read_or_deliver_goes_by_its_age(db):
    async def story():
        desk = Desk(db)
        async with desk.open():
            await desk.raises("bus-1", "sos", acked_ms=NOW_MS, cleared_ms=NOW_MS)
            await desk.turn()
            async with desk.db.write() as connection:
                given_up = {"sent_ms": None, "dead_ms": NOW_MS}
                await connection.execute(update(notices).values(given_up))
                for number, last_ms in ((1, NOW_MS), (2, NOW_MS + 50 * DAY_MS)):
                    message = {"digest": str(number), "topic": "t", "payload": "x", "reason": "r",
                               "times": 2, "first_ms": NOW_MS, "last_ms": last_ms}  # fmt: skip
                    await connection.execute(insert(quarantine).values(message))
            expiry = Expiry(desk.db, desk.clock, 90, 90, 400)
            left = []
            for days in (89, 2, 308, 2):
                desk.clock.ms += days * DAY_MS
                await expiry.run()
                left.append(await counts(desk.db, quarantine, notices, alarms))
            assert left == [[2, 1, 1], [1, 1, 1], [0, 1, 1], [0, 0, 1]]

    asyncio.run(story())
