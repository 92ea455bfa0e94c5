"""Sums that are kept equal those of the records, whatever comes late and in which order."""

import asyncio
import random

from sqlalchemy import delete, select

from station.clock import DAY_MS, Clock, iso, parse_iso
from station.db.bus_ids import BusIds
from station.db.database import Database
from station.db.expiry import Expiry
from station.db.tables import buses, daily_sums
from station.ingest.contract import Message
from station.ingest.mqtt import Came
from station.ingest.store import Store
from station.reports import daily
from station.reports.facts import Event, Facts, Sums, day_number, first_ms
from station.reports.query import gather

FIRST = day_number(1795306323400)
DAYS = 6
HOUR_MS = 3_600_000
JOURNALS = (("bus-01", "9f3a21c4"), ("bus-01", "00000001"), ("bus-02", "00000002"))


class Now(Clock):
    ms = first_ms(FIRST)

    def now_ms(self):
        return self.ms


def life(drawn, bus, epoch):
    """What one journal records in these days: -> [(body, ms at which the station hears it)]."""
    told, trip, at_ms = [], 0, first_ms(FIRST) + drawn.randrange(20 * HOUR_MS)

    def records(kind, occ=None, **data):
        nonlocal at_ms
        at_ms += drawn.choice((60_000, HOUR_MS // 2, HOUR_MS, 5 * HOUR_MS))
        clock = drawn.choice(("gnss",) * 12 + ("none", "odd"))
        heard_ms = at_ms + drawn.choice((0, 2000, 2000, HOUR_MS, DAY_MS, 2 * DAY_MS))
        own = {"gnss": iso(at_ms), "none": None, "odd": iso(at_ms + 400 * DAY_MS)}[clock]
        seq = len(told) + 1
        told.append(({
            "epoch": epoch, "seq": seq, "at": own, "clock": "none" if own is None else "gnss",
            "kind": kind, "severity": "info", "state": "raised", "occ": occ or seq, "lat": None,
            "lon": None, "speed_kmh": None, "data": data, "why": {},
        }, heard_ms))  # fmt: skip
        return seq

    while at_ms < first_ms(FIRST + DAYS):
        if drawn.random() < 0.9:
            trip += 1
            records("trip_started", **({} if drawn.random() < 0.1 else {"trip": trip}))
        for stop in range(drawn.randrange(5)):
            boarded = 5 if drawn.random() < 0.1 else list(range(drawn.randrange(4)))
            records("stop_served", stop=stop, boarded=boarded, alighted=[])
        if drawn.random() < 0.4:
            occ = records("overspeed", top_kmh=81, lasted_s=None)
            if drawn.random() < 0.8:
                records("overspeed", occ, top_kmh=drawn.randrange(81, 99), lasted_s=30)
        if drawn.random() < 0.8:
            records("trip_ended", trip=trip, distance_m=drawn.randrange(9999), stops=2)
    return [(Message("lcb", bus, "event", body), ms) for body, ms in told]


def truth(heard):
    """All sums of these messages, without any window: (bus, day) -> text."""
    found = {}
    for bus, epoch in JOURNALS:
        facts = Facts()
        mine = [pair for pair in heard if pair[0].body["epoch"] == epoch]
        for message, ms in sorted(mine, key=lambda pair: pair[0].body["seq"]):
            body = message.body
            at_ms = None if body["at"] is None else parse_iso(body["at"])
            is_odd = at_ms is not None and at_ms > ms + 300_000
            facts.event(Event(bus, epoch, body["kind"], body["state"], at_ms, ms, is_odd,
                              body["occ"], body["data"]))  # fmt: skip
        for key, sums in facts.days.items():
            found.setdefault(key, []).append(sums)
    return found


def alike(many):
    """Sums in a form that does not depend on the order of a bus's journals."""
    stops = {}
    for sums in many:
        for key, counts in sums.stops.items():
            stops[key] = [a + b for a, b in zip(stops.get(key, [0, 0, 0]), counts, strict=True)]
    left_out = sum((sums.left_out for sums in many), Sums().left_out)
    trips = sorted(map(str, (row for sums in many for row in sums.trips)))
    return trips, stops, sorted(map(str, (row for sums in many for row in sums.fast))), left_out


def test_sums_that_are_kept_equal_those_of_the_records(db, monkeypatch):
    seed = random.randrange(2**32)
    print("seed", seed)
    drawn = random.Random(seed)
    monkeypatch.setattr(daily, "_PAUSE_S", 0)
    coming = [pair for bus, epoch in JOURNALS for pair in life(drawn, bus, epoch)]
    coming.sort(key=lambda pair: pair[1])

    async def scenario():
        database, clock = Database(db), Now()
        await database.upgrade()
        store = Store(database, BusIds(database))
        sums, heard, kept_days = daily.DailySums(database, clock), [], 0
        while coming:
            batch = [coming.pop(0) for _ in range(min(len(coming), drawn.randrange(1, 25)))]
            clock.ms = batch[-1][1]
            came = [(message, Came("t", b"", False, ms, 1, 1)) for message, ms in batch]
            async with database.write() as connection:
                stored = await store.put(connection, came, clock.ms, [])
                await daily.forget(connection, database.is_sqlite, stored, 0)
            store.remember(stored)
            heard += batch
            if drawn.random() < 0.5:
                await sums.make()
            kept_days += await compare(database, truth(heard))
        clock.ms = first_ms(FIRST + DAYS + 9)
        await sums.make()
        assert kept_days and await compare(database, truth(heard)) >= DAYS
        span = ("lcb", None, first_ms(FIRST - 1), first_ms(FIRST + DAYS + 5))
        async with database.read() as connection:
            kept = shown(await gather(connection, *span))
        async with database.write() as connection:
            await connection.execute(delete(daily_sums))
        async with database.read() as connection:
            assert shown(await gather(connection, *span)) == kept
        await database.close()

    asyncio.run(scenario())


def test_a_late_record_takes_no_sums_away_that_cannot_be_made_anew(db, monkeypatch):
    """The rides of that day are deleted. It is counted as left out, once for each."""
    monkeypatch.setattr(daily, "_PAUSE_S", 0)
    day = [
        ("trip_started", {"trip": 1}),
        ("stop_served", {"stop": 1, "boarded": [7, 8], "alighted": []}),
        ("trip_ended", {"trip": 1, "distance_m": 900, "stops": 1}),
    ]
    keep_days = 90

    async def scenario():
        database, clock = Database(db), Now()
        await database.upgrade()
        store = Store(database, BusIds(database))
        sums, expiry = daily.DailySums(database, clock), Expiry(database, clock, 90, keep_days)

        async def come(first_seq, at_ms, records):
            clock.ms = max(clock.ms, at_ms + HOUR_MS)
            bodies = [{
                "epoch": "9f3a21c4", "seq": seq, "at": iso(at_ms + seq * 1000), "clock": "gnss",
                "kind": kind, "severity": "info", "state": "raised", "occ": seq, "lat": None,
                "lon": None, "speed_kmh": None, "data": data, "why": {},
            } for seq, (kind, data) in enumerate(records, first_seq)]  # fmt: skip
            came = [(Message("lcb", "bus-01", "event", body),
                     Came("t", b"", False, clock.ms, 1, 1)) for body in bodies]  # fmt: skip
            async with database.write() as connection:
                stored = await store.put(connection, came, clock.ms, [])
                since_ms = clock.ms - keep_days * DAY_MS
                await daily.forget(connection, database.is_sqlite, stored, since_ms)
            store.remember(stored)

        async def seen():
            await sums.make()
            async with database.read() as connection:
                span = ("lcb", None, first_ms(FIRST), first_ms(FIRST + 1))
                sheets = (await gather(connection, *span)).sheets()
            return {sheet.name: (list(sheet.rows), sheet.left_out) for sheet in sheets}

        await come(1, clock.ms + HOUR_MS, day)
        await come(9, first_ms(FIRST + 3), day)  # the next days are empty: these can be made anew
        clock.ms += 150 * DAY_MS
        before = await seen()
        await expiry.run()
        assert await seen() == before and len(before["stops"][0]) == 1
        fast = [("overspeed", {"top_kmh": 95, "lasted_s": 3})]
        await come(20, first_ms(FIRST) + 2 * HOUR_MS, fast)
        await come(30, first_ms(FIRST + 1) + HOUR_MS, day)
        after = await seen()
        assert [after[name][0] for name in ("trips", "stops")] == [
            before[name][0] for name in ("trips", "stops")
        ]
        assert after["overspeed"] == ([], 1)
        async with database.read() as connection:
            span = ("lcb", None, first_ms(FIRST + 1), first_ms(FIRST + 2))
            late = {sheet.name: list(sheet.rows)
                    for sheet in (await gather(connection, *span)).sheets()}  # fmt: skip
        assert len(late["stops"]) == len(late["trips"]) == 1
        await database.close()

    asyncio.run(scenario())


async def compare(database, true):
    """-> how many days of buses are kept."""
    async with database.read() as connection:
        query = select(buses.c.bus, daily_sums.c.day, daily_sums.c.sums)
        rows = (await connection.execute(query.join_from(daily_sums, buses))).all()
    for bus, day, text in rows:
        assert alike([Sums(text)]) == alike(true.get((bus, day), [])), (bus, day)
    return len(rows)


def shown(report):
    return [(sheet.name, sorted(map(str, sheet.rows)), sheet.left_out) for sheet in report.sheets()]
