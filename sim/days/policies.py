"""The city's policies for a virtual board: one after another, in parts, as docs/mqtt.md has it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import paho.mqtt.client as mqtt

from sim.bus.city import City
from sim.network.subscriber import Heard

_PART = 600  # characters
_PATIENCE_S = 600.0  # of the board's time


class Policies:
    """`send` offers a pack, again whenever the bus connects: one that sleeps hears nothing. Give
    `heard` what the bus says, and call `step` now and then."""

    def __init__(self, client: mqtt.Client, city: City, fleet: str, bus: str):
        self._client = client
        self._city = city
        self._to = f"{fleet}/{bus}"
        self._root = f"schoolbus/{fleet}/{bus}/cmd/"
        self._parts: list[str] = []
        self._at = 0
        self._said_s = 0.0
        self.taken = 0

    def send(self, pack: dict[str, Any], now_s: float) -> None:
        text = json.dumps(pack)
        self._parts = [text[at : at + _PART] for at in range(0, len(text), _PART)]
        self._sha256 = hashlib.sha256(text.encode()).hexdigest()
        self._at = 0
        self._say(now_s)

    @property
    def is_sending(self) -> bool:
        return bool(self._parts)

    def step(self, now_s: float) -> None:
        if self._parts and now_s - self._said_s >= _PATIENCE_S:
            self._at = 0  # the bus may have started again, and answers what it has
            self._say(now_s)

    def heard(self, heard: Heard, now_s: float) -> None:
        if not self._parts:
            return
        if heard.name == "status" and heard.message.get("online"):
            self._at = 0
            self._say(now_s)
        elif heard.name == "reply" and heard.message.get("id") == self._ident:
            self._go_on(heard.message["ok"], now_s)

    def _go_on(self, is_ok: bool, now_s: float) -> None:
        self._at = self._at + 1 if is_ok else 0
        if self._at > len(self._parts):
            self._parts = []
            self.taken += 1
        else:
            self._say(now_s)

    @property
    def _ident(self) -> str:
        return f"{self._sha256[:8]}-{self._at}"

    def _say(self, now_s: float) -> None:
        self._said_s = now_s
        whole = {"sha256": self._sha256, "parts": len(self._parts)}
        if self._at == 0:
            payload = self._city.command("policy", whole, ident=self._ident, to=self._to)
            self._client.publish(self._root + "policy", payload, 1)
            return
        body = {"v": 1, "id": self._ident, **whole, "part": self._at,
                "data": self._parts[self._at - 1]}  # fmt: skip
        self._client.publish(self._root + "part", json.dumps(body).encode(), 1)
