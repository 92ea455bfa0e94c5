"""A record that comes again changes nothing; one that differs from it is kept aside and raised."""

import asyncio
import base64
import json
import struct

from sqlalchemy import update
from station_told import (
    NOW_MS,
    At,
    connected,
    count,
    event,
    on_one_database,
    rows,
    telling,
    track,
    until,
)  # fmt: skip

from station.clock import DAY_MS
from station.db import tables
from station.db.expiry import Expiry
from station.ingest import seal

LEFT = "child_left_behind"
OLD_KEY, KEY = bytes(32), bytes(range(32))


def cut(first, n, wrong_at=None):
    """Rows first to first + n - 1 of one track, in whatever cut; one of them another."""

    def row(seq):
        return 130827000 - 40 * seq, 1008833000 + 10 * seq, NOW_MS // 1000 - 600 + seq

    lat, lon, t = row(first)
    rows_ = [(0, 0, 415 << 9 | 183)]
    rows_ += [(-4, 1, 1 << 21 | (415 + seq % 5) << 9 | 183) for seq in range(first + 1, first + n)]
    rows_[0] = (0, 0, (415 + first % 5) << 9 | 183)
    if wrong_at is not None:
        at = wrong_at - first
        rows_[at] = (*rows_[at][:2], rows_[at][2] + (1 << 9))
    d = base64.b64encode(b"".join(struct.pack(">hhI", *one) for one in rows_)).decode()
    body = {"v": 1, "epoch": "9f3a21c4", "seq": first, "n": n, "t": t, "lat": lat, "lon": lon}
    return "track", json.dumps({**body, "d": d}).encode()


def told(station):
    return [a["data"] for a in station.alarms.views() if a["kind"] == "untrusted"]


async def passed(station, bus, seq):
    """All that the bus said before has been taken: an event behind it has."""
    bus.say(event(seq, "trip_started", "info", data={"trip": 1}))

    async def is_there():
        return seq in {row.seq for row in await rows(station, tables.events)}

    await until(is_there)


def test_what_comes_again_in_whatever_cut_changes_nothing(settings, broker):
    async def scenario():
        async with At(settings).running() as station:
            await connected(station)
            with telling(broker) as bus:
                first = event(101, LEFT)
                bus.say(first, cut(1, 20), cut(21, 20))
                await passed(station, bus, 900)
                again = json.loads(first[1])
                reordered = ("event", json.dumps(dict(reversed(again.items()))).encode())
                bus.say(first, cut(1, 20), cut(5, 30), cut(39, 1), cut(36, 10), reordered)
                newer = ("event", seal.seal(KEY, "schoolbus/lc/bus-01/event", first[1]))
                older = ("event", seal.seal(OLD_KEY, "schoolbus/lc/bus-01/event", first[1]))
                bus.say(newer, older, strict=False)
                await passed(station, bus, 901)
            positions = await rows(station, tables.positions, tables.positions.c.seq)
            assert [row.seq for row in positions] == list(range(1, 46))
            assert told(station) == [] and await count(station, "quarantine") == 0
            kept = await rows(station, tables.tracks, tables.tracks.c.seq)
            assert [(row.seq, row.last) for row in kept] == [(1, 20), (21, 40), (36, 45)]
            assert kept[0].payload.encode() == cut(1, 20)[1]
            (stored,) = [row for row in await rows(station, tables.events) if row.seq == 101]
            assert stored.sealed.encode() == first[1]

    asyncio.run(scenario())


def test_a_record_that_differs_is_kept_aside_and_raised(settings, broker):
    async def scenario():
        async with At(settings).running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(101, "belt_off", "warning"), cut(1, 20))
                await passed(station, bus, 900)
                bus.say(event(101, LEFT))
                await until(lambda: told(station))
                (data,) = told(station)
                assert (data["reason"], data["active"]) == ("differs", [LEFT])
                bus.say(cut(10, 20, wrong_at=12), event(5, "sos"), cut(101, 1))
                await until(lambda: told(station)[0]["count"] == 4)
                assert told(station)[0]["active"] == [LEFT, "sos"]
            positions = await rows(station, tables.positions, tables.positions.c.seq)
            assert [row.seq for row in positions] == list(range(1, 30)), "the new ones are true"
            assert {row.speed - 415 - row.seq % 5 for row in positions} == {0}
            kinds = {row.seq: row.kind for row in await rows(station, tables.events)}
            assert kinds == {101: "belt_off", 900: "trip_started"}
            assert await count(station, "quarantine") == 4

    asyncio.run(scenario())


@on_one_database
def test_two_of_one_number_in_one_batch_are_seen(settings, broker):
    """They wait at the broker, and the station takes them together."""

    async def scenario():
        async with At(settings).running() as station:
            await connected(station)
        with telling(broker) as bus:
            bus.say(event(101, "belt_off", "warning"), event(101, LEFT), event(102), event(102))
        async with At(settings).running() as station:
            await until(lambda: told(station))
            assert told(station)[0]["active"] == [LEFT] and told(station)[0]["count"] == 1
            assert await count(station, "events") == 2

    asyncio.run(scenario())


@on_one_database
def test_an_event_from_before_payloads_were_kept_is_compared_too(settings, broker):
    async def scenario():
        async with At(settings).running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(event(101), event(102, at_ms=None))
                await passed(station, bus, 900)
                async with station.db.write() as connection:
                    await connection.execute(update(tables.events).values(sealed=None))
                bus.say(event(101), event(102, at_ms=None))
                await passed(station, bus, 901)
                assert told(station) == []
                bus.say(event(101, speed_kmh=1.0))
                await until(lambda: told(station))

    asyncio.run(scenario())


def test_tracks_expire_with_their_positions_and_are_then_no_difference(settings, broker):
    time = At(settings)

    async def scenario():
        async with time.running() as station:
            await connected(station)
            with telling(broker) as bus:
                bus.say(cut(1, 20), track(50, 3, t=NOW_MS // 1000 - 3 * 86400))
                await passed(station, bus, 900)
                await Expiry(station.db, time.clock, 1).run()
                assert [row.seq for row in await rows(station, tables.tracks)] == [1]
                time.clock.set(NOW_MS + 2 * DAY_MS)
                await Expiry(station.db, time.clock, 1).run()
                assert await count(station, "tracks") == await count(station, "positions") == 0
                bus.say(cut(1, 20), track(50, 3, t=NOW_MS // 1000 - 3 * 86400))
                await passed(station, bus, 901)
                assert told(station) == []

    asyncio.run(scenario())
