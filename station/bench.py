"""python -m station.bench --broker HOST:PORT [--db postgresql://...]: how fast the station is.

Ingest is compared with a bare executemany of the same rows into the same table, in the same run;
the time from the broker to a browser's stream is what its newest event took.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import paho.mqtt.client as mqtt
from sqlalchemy import text

from station import contract
from station.clock import Clock, iso
from station.mqtt import Came
from station.settings import Settings, address
from station.station import Station
from station.tables import positions

_MESSAGES, _ROWS, _BATCH = 2000, 50, 200
_SECONDS = 10


def _track(number: int, now_ms: int) -> bytes:
    rows = [[1, -37, 12, 416, 183]] * _ROWS
    head = {"v": 1, "epoch": "9f3a21c4", "seq": 1 + number * _ROWS, "n": _ROWS}
    body = {**head, "t": now_ms // 1000, "lat": 130827000, "lon": 1008833000, "d": rows}
    return json.dumps(body).encode()


async def ingest(db: str, broker: tuple[str, int]) -> tuple[float, float]:
    """-> (records/s taken in, records/s of the bare executemany)."""
    station = Station(Settings(db=db, broker=broker))
    await station.db.upgrade()
    await station.store.recall()
    now_ms = station.clock.now_ms()
    payloads = [_track(number, now_ms) for number in range(_MESSAGES)]
    topic = "schoolbus/bench/bus-01/track"
    begin = time.perf_counter()
    for at in range(0, _MESSAGES, _BATCH):
        batch = []
        for payload in payloads[at : at + _BATCH]:
            message = contract.read(topic, payload)
            assert isinstance(message, contract.Message)
            batch.append((message, Came(topic, payload, False, now_ms, 0, 0)))
        await station.store.keep(batch, [], now_ms)
    ours = _MESSAGES * _ROWS / (time.perf_counter() - begin)
    async with station.db.write() as connection:
        await connection.execute(text("DELETE FROM positions"))
    rows = [(1, seq, now_ms // 1000, 130827000, 1008833000, 416, 183, None)
            for seq in range(_MESSAGES * _ROWS)]  # fmt: skip
    marks = "?,?,?,?,?,?,?,?" if station.db.is_sqlite else "$1,$2,$3,$4,$5,$6,$7,$8"
    insert = f"INSERT INTO positions ({', '.join(positions.c.keys())}) VALUES ({marks})"
    step = _BATCH * _ROWS
    begin = time.perf_counter()
    for at in range(0, len(rows), step):
        async with station.db.write() as connection:
            bare = (await connection.get_raw_connection()).driver_connection
            assert bare is not None
            await bare.executemany(insert, rows[at : at + step])
    theirs = len(rows) / (time.perf_counter() - begin)
    await station.db.close()
    return ours, theirs


async def latency(buses: int, broker: tuple[str, int], folder: str) -> list[float]:
    """ms from publishing a state until the stream of a browser has it, of each message."""
    settings = Settings(broker=broker, db=f"{folder}/{buses}.db", client_id=f"bench-{buses}")
    station = Station(settings, Clock())
    await station.start()
    while not (station.health.broker.ok and station.broker.records.ready):
        await asyncio.sleep(0.05)
    sent: dict[str, float] = {}
    took: list[float] = []

    async def listen() -> None:
        async for chunk in station.hub.listen():
            now = time.perf_counter()
            for line in chunk.split(b"\n"):
                if line.startswith(b"data: {") and b'"supply_mv"' in line:
                    begin = sent.pop(json.loads(line[6:])["bus"], None)
                    if begin is not None:
                        took.append((now - begin) * 1000)

    listener = asyncio.create_task(listen())
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect(*broker)
    client.loop_start()
    begin = time.perf_counter()
    for number in range(buses * _SECONDS):
        pause = begin + number / buses - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        bus = f"bus-{number % buses}"
        sent[bus] = time.perf_counter()
        client.publish(f"schoolbus/bench/{bus}/state", _state(station.clock.now_ms()), 1)
    await asyncio.sleep(1)
    listener.cancel()
    client.disconnect()
    client.loop_stop()
    await station.stop()
    return sorted(took)


def _state(now_ms: int) -> bytes:
    seats = {"total": 40, "taken": [3, 7], "unknown": [], "unbelted": [7]}
    body: dict[str, object] = {
        "v": 1, "at": iso(now_ms), "clock": "gnss", "phase": "driving", "mode": "normal",
        "trip": 3, "lat": 13.0827, "lon": 100.8833, "speed_kmh": 41.5, "heading_deg": 183,
        "sats": 11, "hdop": 0.9, "ignition": True,
        "doors": {"front": "closed", "emergency": "closed"}, "seats": seats, "supply_mv": 13420,
        "cabin_c": 31.5, "signal_dbm": -71, "backlog": {"alarm": 0, "track": 0}, "active": [],
        "next_s": 10,
    }  # fmt: skip
    return json.dumps(body).encode()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m station.bench")
    parser.add_argument("--broker", required=True, metavar="HOST:PORT")
    parser.add_argument("--db", metavar="URL", help="an empty PostgreSQL database, too")
    args = parser.parse_args()
    broker = address("broker", args.broker)
    with tempfile.TemporaryDirectory(prefix="busguard-bench-") as folder:
        for name, db in (("SQLite", str(Path(folder) / "bench.db")), ("PostgreSQL", args.db)):
            if db is None:
                print(f"  {name}: none here")
                continue
            ours, theirs = asyncio.run(ingest(db, broker))
            print(f"  {name:10} {ours:8,.0f} records/s, bare executemany {theirs:8,.0f}: "
                  f"{ours / theirs:.2f} of it (goal >= 0.5)", flush=True)  # fmt: skip
        for buses in (100, 500):
            took = asyncio.run(latency(buses, broker, folder))
            half, late = took[len(took) // 2], took[len(took) * 99 // 100]
            print(f"  {buses} buses x 1/s, broker to stream: median {half:.0f} ms, "
                  f"p99 {late:.0f} ms ({len(took)} messages)", flush=True)  # fmt: skip
    print(f"  memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
