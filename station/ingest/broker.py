"""Both sessions with the broker (station/ingest/mqtt.py), and whether it answers."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading

from station.clock import Clock
from station.ingest.mqtt import Session
from station.live.services import Services
from station.settings import Settings

log = logging.getLogger(__name__)


class Broker:
    """Both sessions. services.broker follows the present one: silence is judged by it."""

    def __init__(self, settings: Settings, clock: Clock, services: Services, leads: bool = True):
        """leads: this process takes the records. Each of the others has a name of its own."""
        self._services = services
        self._address = settings.broker
        records = {"event": 1, "track": 1}
        present = {"status": 1, "state": 0, "reply": 1}
        name = "present"
        if leads:
            present["fetch"] = 1
        else:
            name = f"page-{secrets.token_hex(4)}"
        self._leads = leads
        self._lock = threading.Lock()
        self._why = ""
        self._ends = False
        self.records = Session(settings, clock, "records", records, True, self._failed)
        self.present = Session(settings, clock, name, present, False, self._failed,
                               self._present_changed)  # fmt: skip

    def identify(self, own_id: str) -> None:
        """As Session.identify()."""
        self.records.identify(own_id)
        self.present.identify(own_id)

    def start(self) -> None:
        if self._leads:
            self.records.start()
        self.present.start()

    async def stop(self) -> None:
        """Both at the same time: a session that waits for its next try takes a second to stop."""
        self._ends = True
        sessions = (self.records, self.present)
        await asyncio.gather(*(asyncio.to_thread(session.stop) for session in sessions))

    def _failed(self, why: str) -> None:
        """The same reason is logged once, not once for each session and try."""
        with self._lock:
            is_new = why != self._why
            self._why = why
        if is_new:
            log.warning("The broker %s cannot be reached: %s", self._address, why)

    def _present_changed(self, connected: bool) -> None:
        if connected:
            self._why = ""
        broker = self._services.broker
        if connected != broker.ok and connected:
            log.info("The broker %s answers.", self._address)
        elif connected != broker.ok and not self._ends:
            log.warning("The broker %s does not answer.", self._address)
        self._services.note(broker, connected)
