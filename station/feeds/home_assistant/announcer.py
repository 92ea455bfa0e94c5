"""Keeps Home Assistant told of the buses that there are."""

from __future__ import annotations

import asyncio
import json

from station.feeds.home_assistant.discovery import Told, config_topic, discovery, told
from station.ingest.mqtt import Session
from station.live.live import Live
from station.live.live_bus import Key
from station.live.services import Services
from station.one_bad import over

BIRTH_TOPIC = "homeassistant/status"
_EVERY_S = 5
_AT_ONCE = 100
"""Messages a second: Home Assistant sets up a device with each."""


class Announcer:
    """Announces each bus, again when what it was told changes, and takes back those that are gone.
    Everything is said anew when Home Assistant has started (its birth message), or the broker was
    away, which may have forgotten it."""

    def __init__(self, services: Services, live: Live, session: Session, dark_after_s: int):
        self._services = services
        self._live = live
        self._session = session
        self._dark_after_s = dark_after_s
        self._announced: dict[Key, Told | None] = {}
        """None: it was taken back."""
        self._broker_since_ms = 0

    def listen(self) -> None:
        """Before the session starts."""
        self._session.listen(BIRTH_TOPIC, self._heard)

    async def watch(self) -> None:
        while True:
            is_all_said = self.announce()
            await asyncio.sleep(_EVERY_S if is_all_said else 1)

    def announce(self) -> bool:
        """False: more is to be said."""
        broker = self._services.broker
        if not broker.ok:
            return True
        if broker.since_ms != self._broker_since_ms:
            self._broker_since_ms = broker.since_ms
            self._announced.clear()
        wanted: dict[Key, Told | None] = dict.fromkeys([*self._announced, *self._live.gone()])
        for bus in self._live:
            with over("home_assistant"):
                wanted[bus.key] = told(bus, self._dark_after_s)
        absent = object()
        new = [key for key in wanted if self._announced.get(key, absent) != wanted[key]]
        for key in new[:_AT_ONCE]:
            self._say(key, wanted[key])
        return len(new) <= _AT_ONCE

    def _say(self, key: Key, now: Told | None) -> None:
        payload = "" if now is None else json.dumps(discovery(*key, now))
        self._session.publish(config_topic(*key), payload)
        self._announced[key] = now

    def _heard(self, payload: bytes) -> None:
        if payload == b"online":
            self._announced.clear()
