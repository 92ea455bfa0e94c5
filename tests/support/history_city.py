"""Records of buses in a database, for what expires and what is erased."""

from notice_desk import NOW_MS
from sqlalchemy import func, insert, select

from station.db.tables import events, journals, positions, tracks


async def put(connection, bus_id, seq, kind="stop_served", severity="info", at_ms=NOW_MS, **more):
    values = {
        "journal_id": bus_id, "seq": seq, "at_ms": at_ms, "clock": "gnss", "kind": kind,
        "severity": severity, "state": "raised", "occ": seq, "exercise": False, "lat": 13.0,
        "lon": 100.0, "estimated": False, "data": {"boarded": [7], "alighted": [9]}, "why": {},
        "heard_ms": NOW_MS, "odd_clock": False, "sealed": "as it came", **more,
    }  # fmt: skip
    await connection.execute(insert(events).values(values))


async def city(desk):
    """Two buses with an event, an alarm that is over and answered, a position and a track each."""
    for bus in ("bus-1", "bus-2"):
        done = {"cleared_ms": NOW_MS, "acked_ms": NOW_MS, "data": {"seats": [7, 8]}, "lat": 13.0}
        await desk.raises(bus, "sos", **done)
    async with desk.db.write() as connection:
        for number in (1, 2):
            journal = {"id": number, "bus_id": number, "epoch": f"{number:08x}", "have": [[1, 9]],
                       "first_heard_ms": 0, "alarm_seq": 0, "track_seq": 0}  # fmt: skip
            await connection.execute(insert(journals).values(journal))
            await put(connection, number, 1)
            await put(connection, number, 2, data={"boarded": [1], "alighted": []})
            s = NOW_MS // 1000
            place = {"journal_id": number, "seq": 3, "t": s, "lat_e7": 1, "lon_e7": 1}
            await connection.execute(insert(positions).values(place))
            track = {"journal_id": number, "seq": 3, "last": 3, "t": s, "heard_ms": NOW_MS,
                     "payload": "x"}  # fmt: skip
            await connection.execute(insert(tracks).values(track))


async def counts(db, *tables):
    async with db.read() as connection:
        return [
            (await connection.execute(select(func.count()).select_from(one))).scalar()
            for one in tables
        ]
