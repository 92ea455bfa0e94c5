"""Buses that take a release piece by piece, as docs/mqtt.md says, before a real station."""

from __future__ import annotations

import base64
import json
import threading
from hashlib import sha256

import paho.mqtt.client as mqtt
from signatures import is_the_citys
from station_told import EPOCH, NOW_MS

from station.clock import iso


class UpdatedBus:
    """It asks for its pieces one by one, and changes over when the test says so."""

    def __init__(self, broker, name="bus-01", fleet="lc", **more):
        self.name, self._root = name, f"schoolbus/{fleet}/{name}/"
        self.status = {"v": 1, "online": True, "at": iso(NOW_MS), "fw": "0.3.0", "epoch": EPOCH,
                       "boot": 17, "reset": "power_on", "start": "normal", "disabled": [],
                       "policy": None, "board": "devkit_wrover", "mpython": "1.29.0",
                       "release": None, **more}  # fmt: skip
        self.offers = []
        """What cmd/release said, in order."""
        self.pieces = []
        """(at, bytes) of each cmd/piece."""
        self.image = b""
        self.offer = None
        self.takes = True
        """It asks for pieces as soon as it is offered something."""
        self.refuses = None
        """A sentence with which it answers offers."""
        self.seq = 0
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._took
        hears = threading.Event()
        self._client.on_subscribe = lambda *_: hears.set()
        self._client.connect(broker.host, broker.port)
        self._client.subscribe(self._root + "cmd/#", 1)
        self._client.loop_start()
        assert hears.wait(10)

    def connects(self, **news):
        self.status |= news
        self.status = {key: value for key, value in self.status.items() if value != "gone"}
        self.say("status", self.status, retain=True)

    def restarts(self, **news):
        self.connects(boot=self.status["boot"] + 1, **news)

    def say(self, name, body, retain=False):
        self._client.publish(self._root + name, json.dumps(body), 1, retain).wait_for_publish(10)

    def fetch(self, state, **more):
        body = {"v": 1, "release": self.offer["manifest"][:16], "state": state, **more}
        self._client.publish(self._root + "fetch", json.dumps(body), 1)

    def asks(self, at=None, count=600, **more):
        at = len(self.image) if at is None else at
        self.fetch("fetching", at=at, bytes=count, have=at, need=9999, **more)

    def event(self, what, **data):
        self.seq += 1
        body = {
            "v": 1, "epoch": EPOCH, "seq": self.seq, "at": None, "clock": "none", "boot": 3,
            "up_ms": 100, "kind": "update", "severity": "info", "state": "raised",
            "occ": self.seq, "lat": None, "lon": None, "speed_kmh": None,
            "data": {"what": what, "version": "0.4.0", "from": "0.3.0", **data}, "why": {},
        }  # fmt: skip
        self.say("event", body)

    @property
    def is_whole(self):
        """The manifest that was offered stands at the beginning of what came."""
        head = self.image[: self.offer["bytes"]]
        return (
            len(head) == self.offer["bytes"] and sha256(head).hexdigest() == self.offer["manifest"]
        )

    def leave(self):
        self._client.disconnect()
        self._client.loop_stop()

    def _took(self, client, _, message):
        assert not message.retain
        name, body = message.topic.rpartition("/")[2], json.loads(message.payload)
        if name == "release":
            assert is_the_citys("release", message.payload)
            reply = {"v": 1, "id": body["id"], "ok": not self.refuses,
                     "message": self.refuses or "The bus takes it."}  # fmt: skip
            self._client.publish(self._root + "reply", json.dumps(reply), 1)
            if not self.refuses:
                self.offer = body if body["manifest"] else None
            self.offers.append(body)
            if self.offer and self.takes:
                self.asks()
        elif name == "piece":
            data = base64.b64decode(body["data"], validate=True)
            assert len(message.topic) + len(message.payload) < 950
            self.pieces.append((body["at"], len(data)))
            if self.offer and body["at"] == len(self.image):
                self.image += data
                if self.takes:
                    self.asks()
