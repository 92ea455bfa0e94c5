"""What the station itself can reach, and since when; told to whoever listens when it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from station.clock import Clock, iso


@dataclass
class Part:
    ok: bool
    since_ms: int


class Health:
    def __init__(self, clock: Clock, escalate_min: int):
        now_ms = clock.now_ms()
        self._clock = clock
        self._escalate_min = escalate_min
        self.broker = Part(False, now_ms)
        self.database = Part(False, now_ms)
        self.told: Callable[[dict[str, Any]], None] = lambda view: None

    def note(self, part: Part, ok: bool) -> None:
        if part.ok != ok:
            part.ok, part.since_ms = ok, self._clock.now_ms()
            self.told(self.view())

    def view(self) -> dict[str, Any]:
        return {
            "broker": {"ok": self.broker.ok, "since": iso(self.broker.since_ms)},
            "database": {"ok": self.database.ok, "since": iso(self.database.since_ms)},
            "escalate_min": self._escalate_min,
        }
