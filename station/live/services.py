"""The services that the station needs, the broker and the database: which answer, since when.
Whether notices go out, and whether any process takes the records."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from station.clock import Clock, iso
from station.db.database import Database, is_away
from station.live.hub import Hub

log = logging.getLogger(__name__)


@dataclass
class Service:
    ok: bool
    since_ms: int


class Services:
    """Browsers are sent every change."""

    def __init__(self, clock: Clock, hub: Hub, database: Database, escalate_min: int):
        now_ms = clock.now_ms()
        self._clock = clock
        self._hub = hub
        self._shown = database.shown
        self._escalate_min = escalate_min
        self.broker = Service(False, now_ms)
        self.database = Service(False, now_ms)
        self.notices = Service(True, now_ms)
        """Whether they go out (station/notices/heartbeat.py)."""
        self.leader = Service(True, now_ms)
        """Whether a process leads: this one, or another (station/live/leadership.py)."""

    def note(self, service: Service, ok: bool) -> None:
        if service.ok != ok:
            service.ok, service.since_ms = ok, self._clock.now_ms()
            self._hub.send("station", "", self.view())

    def is_database_away(self, error: BaseException) -> bool:
        """Whether this error means that the database is away; if so, notes it."""
        if not is_away(error):
            return False
        if self.database.ok:
            log.warning("The database %s does not answer (%s).", self._shown, type(error).__name__)
        self.note(self.database, False)
        return True

    def view(self) -> dict[str, Any]:
        """As the API shows it (station/api/shapes.py)."""
        return {
            "broker": {"ok": self.broker.ok, "since": iso(self.broker.since_ms)},
            "database": {"ok": self.database.ok, "since": iso(self.database.since_ms)},
            "notices": {"ok": self.notices.ok, "since": iso(self.notices.since_ms)},
            "leader": {"ok": self.leader.ok, "since": iso(self.leader.since_ms)},
            "escalate_min": self._escalate_min,
        }
