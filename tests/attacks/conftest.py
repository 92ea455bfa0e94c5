"""A fleet before and after it was enrolled, a city, a bus, and who attacks them.

Each attack runs twice. `before`: no bus has an identity and the station takes what comes
(`accept_unsealed`), as it was before there were seals; there the attack has to succeed, or the test
proves nothing. `now`: the fleet is enrolled. The broker lets everybody write everything, as if its
rights had been forgotten: what it should refuse is in tests/station/broker.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import hmac
import json
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from live_uplink import LiveUplink
from sqlalchemy import insert
from station_told import NOW_MS, connected, rows, until
from uplinked import ROOT

from drivers.radio.dial import Dialer
from firmware import messages
from firmware.snapshot import Snapshot
from firmware.uplink.uplink import Uplink
from sim.bus.identities import fields, identity_for
from sim.network import brokers
from station.alarms import alarms, silence, unrecorded
from station.clock import FollowedClock
from station.db import tables
from station.settings import Address, Settings
from station.station import Station

FLEET, VICTIM, THIEF = "laemchabang", "bus-1", "bus-2"


@pytest.fixture(params=["before", "now"])
def fleet(request, tmp_path, monkeypatch):
    for part in (silence, alarms, unrecorded):
        monkeypatch.setattr(part, "_TICK_S", 0.1)
    with brokers.start() as broker:
        yield Fleet(broker, tmp_path, request.param == "now")


@dataclasses.dataclass
class Fleet:
    broker: brokers.Broker
    folder: Path
    is_enrolled: bool

    @contextlib.asynccontextmanager
    async def city(self, name="city", **settings):
        """A station with its register."""
        address = Address(self.broker.host, self.broker.port)
        given = {"db": str(self.folder / f"{name}.db"), "accept_unsealed": not self.is_enrolled}
        city = City(Settings(broker=address, **given, **settings), FollowedClock(NOW_MS))
        await city.start()
        try:
            if self.is_enrolled:
                await city.enrol(VICTIM, THIEF)
            await connected(city)
            yield city
        finally:
            await city.stop()

    @contextlib.contextmanager
    def bus(self):
        bus = Bus(self.broker, self.is_enrolled)
        try:
            yield bus
        finally:
            bus.hang_up()

    @contextlib.contextmanager
    def thief(self):
        thief = Thief(self.broker, self.is_enrolled)
        try:
            yield thief
        finally:
            thief.leave()


class City(Station):
    async def enrol(self, *buses):
        async with self.db.write() as connection:
            for bus in buses:
                made = fields(FLEET, bus)
                row = {name: made[name] for name in ("fleet", "bus", "serial", "mac_key")}
                row.update(how="certificate", made_ms=NOW_MS, made_by="boss")
                await connection.execute(insert(tables.identities).values(row))
        await self.register.read()

    def open(self, kind):
        """Alarms of this kind that staff see as open, of the victim."""
        return [
            view
            for view in self.alarms.views()
            if (view["bus"], view["kind"]) == (VICTIM, kind) and view["cleared_at"] is None
        ]

    def victim(self):
        return self.live.get(FLEET, VICTIM)

    async def takes(self, n):
        """Until it has decided on so many events of the victim, taken or kept aside."""

        async def decided():
            kept = await rows(self, tables.events)
            aside = await rows(self, tables.quarantine)
            return len(kept) + len([row for row in aside if row.topic.endswith("/event")]) >= n

        await until(decided, f"{n} events")


class Bus(LiveUplink):
    """bus-1, the real uplink and journal of the firmware."""

    def __init__(self, broker, is_enrolled):
        super().__init__(broker.host, broker.port)
        if is_enrolled:
            self.config["identity"] = identity_for(self.config)
            self.uplink = Uplink(self.config, self.journal, self.radio, Dialer(), self.status)

    async def sends_all(self):
        await asyncio.to_thread(self.drain)

    async def shows(self):
        """A state: nothing is known of its seats."""
        await asyncio.to_thread(self.run_until, lambda: self.uplink.takes("state"))
        self.uplink.offer("state", messages.state(Snapshot(40), [], [0, 0, 0], 10, 17))
        await asyncio.to_thread(self.run, 0.2)


class Thief:
    """Hears everything, and publishes in the name of bus-1 with all that bus-2 has."""

    def __init__(self, broker, is_enrolled):
        self.heard: dict[str, dict] = {}
        """By name: the newest payload of bus-1."""
        key = fields(FLEET, THIEF)["mac_key"]
        self._key = bytes.fromhex(key) if is_enrolled else None
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="laemchabang-bus-2")
        self._client.on_connect = lambda client, *_: client.subscribe("schoolbus/#", 1)
        self._client.on_message = self._message
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    def _message(self, client, data, message):
        if message.topic.startswith(ROOT) and message.payload:
            body = json.loads(message.payload)
            body.pop("mac", None)
            self.heard[message.topic.removeprefix(ROOT)] = body

    def says(self, name, body):
        """In the name of bus-1, sealed with the key of bus-2 if it has one."""
        topic, payload = ROOT + name, json.dumps(body).encode()
        if self._key is not None:
            digest = hmac.new(self._key, topic.encode() + b"\n" + payload[:-1], "sha256").digest()
            payload = payload[:-1] + b',"mac":"' + base64.b64encode(digest[:8])[:11] + b'"}'
        sent = self._client.publish(topic, payload, 1, retain=name in ("state", "status"))
        sent.wait_for_publish(10)

    async def hears(self, name):
        return await until(lambda: self.heard.get(name), f"a {name}")

    def leave(self):
        self._client.disconnect()
        self._client.loop_stop()
