"""Messages of buses, and a station that receives them: for the tests of the station."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import struct
import time

import httpx
import paho.mqtt.client as mqtt
import pytest
from schemas import filled, validate
from sqlalchemy import select, text

from station.alarms.rows import read_log
from station.app import make_app
from station.clock import FollowedClock, iso
from station.station import Station

EPOCH = "9f3a21c4"
PASSWORD = "a long one, really"
NOW_MS = 1_795_306_323_400  # 2026-11-22T00:12:03.400Z
ROOT = "schoolbus/lc/bus-01/"

on_one_database = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
"""For what does not depend on which it is."""


def event(seq, kind="sos", severity="alarm", state="raised", occ=None, at_ms=NOW_MS, epoch=EPOCH,
          data=(), **more):  # fmt: skip
    """data: what its kind needs besides is filled in."""
    clock = {"clock": "gnss"} if at_ms is not None else {"clock": "none", "boot": 3, "up_ms": 100}
    body = {
        "v": 1, "epoch": epoch, "seq": seq, "at": iso(at_ms), **clock, "kind": kind,
        "severity": severity, "state": state, "occ": seq if occ is None else occ,
        "lat": 13.08, "lon": 100.88, "speed_kmh": 0.0, "data": filled(kind, dict(data)), "why": {},
        **more,
    }  # fmt: skip
    return "event", json.dumps(body).encode()


def track(seq, n, t=NOW_MS // 1000, epoch=EPOCH):
    first, more = (0, 0, 415 << 9 | 183), (-4, 1, 1 << 21 | 0xFFF << 9 | 0x1FF)
    rows = b"".join(struct.pack(">hhI", *row) for row in [first] + [more] * (n - 1))
    body = {"v": 1, "epoch": epoch, "seq": seq, "n": n, "t": t, "lat": 130827000,
            "lon": 1008833000, "d": base64.b64encode(rows).decode()}  # fmt: skip
    return "track", json.dumps(body).encode()


def old_track(seq, rows, t=NOW_MS // 1000, epoch=EPOCH):
    """As firmware up to 0.2 sends it."""
    body = {"v": 1, "epoch": epoch, "seq": seq, "n": len(rows), "t": t, "lat": 130827000,
            "lon": 1008833000, "d": rows}  # fmt: skip
    return "track", json.dumps(body).encode()


def state(at_ms=NOW_MS, taken=(), unknown=(), phase="driving", next_s=10, active=(), backlog=0,
          **more):  # fmt: skip
    body = {
        "v": 1, "at": iso(at_ms), "clock": "gnss" if at_ms is not None else "none", "phase": phase,
        "mode": "normal", "trip": 3, "route": "port_am", "lat": 13.0827, "lon": 100.8833,
        "speed_kmh": 41.5, "heading_deg": 183, "sats": 11, "hdop": 0.9, "ignition": True,
        "doors": {"front": "closed", "emergency": "closed"},
        "seats": {"total": 40, "taken": list(taken), "unknown": list(unknown), "unbelted": []},
        "supply_mv": 13420, "cabin_c": 31.5, "signal_dbm": -71,
        "backlog": dict.fromkeys(("alarm", "warning", "track"), backlog),
        "active": list(active),
        "next_s": next_s, **more,
    }  # fmt: skip
    return "state", json.dumps(body).encode()


def status(online=True, **more):
    body = {"v": 1, "online": False}
    if online:
        body = {"v": 1, "online": True, "at": iso(NOW_MS), "fw": "0.3.0", "epoch": EPOCH,
                "boot": 17, "reset": "power_on", "start": "normal", "disabled": [],
                "policy": None, **more}  # fmt: skip
    return "status", json.dumps(body).encode()


class Teller:
    """Publishes as a bus does: QoS 1, and what it said is with the broker when say() returns."""

    def __init__(self, broker, root=ROOT):
        self._root = root
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    def say(self, *messages, strict=True):
        sent = []
        for name, payload in messages:
            if strict:
                validate(self._root + name, payload)
            kept = name in ("state", "status")
            sent.append(self._client.publish(self._root + name, payload, 1, kept))
        for one in sent:
            one.wait_for_publish(10)
            assert one.is_published()

    def leave(self):
        self._client.disconnect()
        self._client.loop_stop()


@contextlib.contextmanager
def telling(broker, root=ROOT):
    teller = Teller(broker, root)
    yield teller
    teller.leave()


@contextlib.asynccontextmanager
async def running(settings, clock=None):
    """A station whose sessions on the broker stand."""
    station = Station(settings, clock or FollowedClock(NOW_MS))
    await station.start()
    try:
        yield station
    finally:
        await station.stop()


class At:
    """A station at a time that the test tells."""

    def __init__(self, settings):
        self.settings = settings
        self.clock = FollowedClock(NOW_MS)

    def running(self):
        return running(self.settings, self.clock)

    def passes(self, seconds):
        self.clock.set(self.clock.now_ms() + seconds * 1000)


async def until(condition, what="it", seconds=15):
    """Asked again and again; the time is only there so that a failure ends."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not happen"
        await asyncio.sleep(0.02)


def wait(condition, seconds=15):
    """As until(), for what is asked from outside."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return found


async def connected(station):
    await until(lambda: station.services.broker.ok and station.broker.records.ready, "connecting")


async def rows(station, table, *order):
    async with station.db.read() as connection:
        return (await connection.execute(select(table).order_by(*order))).all()


async def count(station, name):
    async with station.db.read() as connection:
        return (await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar()


async def count_is(station, table, n):
    """For until()."""
    return await count(station, table) == n


async def alarm_log(station, number):
    async with station.db.read() as connection:
        return await read_log(connection, number)


def browser(station):
    transport = httpx.ASGITransport(make_app(station), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://station")


async def signed_in(station, name, role):
    await station.accounts.put(name, role, PASSWORD)
    client = browser(station)
    answer = await client.post("/api/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client
