"""python -m station.bench [--db postgresql://...]: how fast the station takes in records.

Compared with a bare executemany of the same rows into the same table: in turns, in the same run, so
that both run on the same computer under the same load. sim/bench/station*.py measures the station
from outside.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gc
import hashlib
import json
import os
import struct
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from station.db.database import Database
from station.db.tables import identities, positions
from station.ingest.came import Came
from station.ingest.seal import seal
from station.settings import Settings
from station.station import Station

_TURNS, _MESSAGES, _ROWS = 12, 200, 50
_FLEET, _BUS, _KEY = "bench", "bus-01", bytes(32)
_TOPIC = f"schoolbus/{_FLEET}/{_BUS}/track"
GOAL = 0.6


def _track(number: int, now_ms: int) -> bytes:
    """Rows as buses send them (docs/mqtt.md)."""
    rows = b"".join(
        struct.pack(">hhI", -37 * row, 12 * row, row % 30 << 21 | (415 + row) << 9 | 183)
        for row in range(_ROWS)
    )
    head = {"v": 1, "epoch": "9f3a21c4", "seq": 1 + number * _ROWS, "n": _ROWS}
    body = {**head, "t": now_ms // 1000 - 900, "lat": 130827000, "lon": 1008833000}
    payload = json.dumps({**body, "d": base64.b64encode(rows).decode()}).encode()
    return seal(_KEY, _TOPIC, payload)


async def ingest(db: str) -> tuple[float, float]:
    """-> (records/s taken in, records/s of the bare executemany)."""
    station = Station(Settings(db=db))
    await station.db.upgrade()
    await _enrol(station)
    now_ms = station.clock.now_ms()
    ours_s = bare_s = 0.0
    for turn in range(-1, _TURNS):  # the first turn enters the bus, and is not counted
        first = (turn + 1) * _MESSAGES
        payloads = [_track(number, now_ms) for number in range(first, first + _MESSAGES)]
        begin = time.perf_counter()
        await _ours(station, payloads, now_ms)
        took_s = time.perf_counter() - begin
        rows = [(2, seq, now_ms // 1000, 130827000, 1008833000, 416, 183, None)
                for seq in range(first * _ROWS, (first + _MESSAGES) * _ROWS)]  # fmt: skip
        begin = time.perf_counter()
        async with station.db.write() as connection:
            await _bare(connection, station.db.is_sqlite, rows)
        if turn >= 0:
            ours_s, bare_s = ours_s + took_s, bare_s + time.perf_counter() - begin
    await station.db.close()
    records = _TURNS * _MESSAGES * _ROWS
    return records / ours_s, records / bare_s


async def _ours(station: Station, payloads: list[bytes], now_ms: int) -> None:
    """From the broker's message, with its seal, to the commit."""
    batch = [Came(_TOPIC, payload, False, now_ms, 0, 0) for payload in payloads]
    messages, bad, untrusted = station.records.intake.sort(batch)
    assert len(messages) == len(payloads) and not bad + untrusted
    await station.records.keep(messages, bad)


async def _enrol(station: Station) -> None:
    async with station.db.write() as connection:
        await connection.execute(
            insert(identities).values(
                fleet=_FLEET, bus=_BUS, serial="0" * 16, how="password", mac_key=_KEY.hex(),
                made_ms=station.clock.now_ms(), made_by="bench",
            )
        )  # fmt: skip
    await station.register.read()


async def _enter(db: str, buses: list[str]) -> None:
    database = Database(db)
    await database.upgrade()
    rows = [{"bus": bus, "mac_key": hashlib.sha256(bus.encode()).hexdigest(),
             "serial": f"{number:016x}", "fleet": _FLEET, "how": "password", "made_ms": 0,
             "made_by": "bench"} for number, bus in enumerate(buses)]  # fmt: skip
    async with database.write() as connection:
        await connection.execute(insert(identities), rows)
    await database.close()


async def _bare(connection: AsyncConnection, is_sqlite: bool, rows: list[tuple]) -> None:
    """The same number of rows, of another journal."""
    marks = "?,?,?,?,?,?,?,?" if is_sqlite else "$1,$2,$3,$4,$5,$6,$7,$8"
    insert = f"INSERT INTO positions ({', '.join(positions.c.keys())}) VALUES ({marks})"
    bare = (await connection.get_raw_connection()).driver_connection
    assert bare is not None
    await bare.executemany(insert, rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m station.bench")
    parser.add_argument(
        "--db", metavar="URL", help="an empty PostgreSQL database, to measure as well"
    )
    parser.add_argument(
        "--enrol", action="store_true",
        help="enter the buses that standard input names, for sim/bench/load.py; measure nothing",
    )  # fmt: skip
    args = parser.parse_args()
    if args.enrol:
        asyncio.run(_enter(args.db, sys.stdin.read().split()))
        return 0
    gc.freeze()  # as `python -m station serve` does
    with tempfile.TemporaryDirectory(prefix="busguard-bench-") as folder:
        for name, db in (("SQLite", str(Path(folder) / "bench.db")), ("PostgreSQL", args.db)):
            if db is None:
                print(f"  {name}: not measured (--db)")
                continue
            ours, bare = asyncio.run(ingest(db))
            print(f"  {name:10} {ours:8,.0f} records/s, bare executemany {bare:8,.0f}: "
                  f"{ours / bare:.2f} of it (goal >= {GOAL}); load {os.getloadavg()[0]:.1f}",
                  flush=True)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
