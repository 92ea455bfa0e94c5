"""Timeline: reports a story as it happens: what is done on the left, what comes of it beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from firmware.messages import text
from sim import wording
from sim.bus.rig import Rig

Listener = Callable[[str, str, str], None]
"""(time of day, what is done or "", what comes of it or "")."""


class Timeline:
    """`listener` may be set at any time; with None nothing is reported."""

    def __init__(self, rig: Rig):
        self.listener: Listener | None = None
        self._rig = rig
        self._on: set[str] = set()
        self._heard: set[tuple[str, int]] = set()
        rig.on_event = self._happens
        self._hear = rig.peer.hear
        rig.peer.hear = self._overhear  # type: ignore[method-assign]

    def tell(self, done: str) -> None:
        """Something is done to the bus."""
        self._say(done, "")

    def answer(self, said: str) -> None:
        """The bus has answered a command."""
        self._say("", f"  the bus answers: {said}")

    def says(self, said: str) -> None:
        """The bus says something that is no event."""
        self._say("", f"  the bus says: {said}")

    def glance(self) -> None:
        """Which outputs have changed since the last glance?"""
        vehicle = self._rig.vehicle
        names = ("horn", "buzzer", "lamp")
        on = {name for name in names if vehicle.bus is not None and vehicle.board.sounds(name)}
        for changed, state in ((on - self._on, "on"), (self._on - on, "off")):
            if changed:
                self._say("", f"  {', '.join(sorted(changed))} {state}")
        self._on = on

    def _say(self, done: str, came: str) -> None:
        if self.listener is not None:
            self.listener(self._rig.world.local_clock, done, came)

    def _happens(self, event: Any) -> None:
        said = wording.event(event.kind, event.state, json.loads(text(event.data)))
        self._say("", f"{event.severity}: {said}")

    def _overhear(self, message: Any, now_ms: int) -> None:
        self._hear(message, now_ms)
        if message.topic.endswith("/event"):
            event = json.loads(message.payload)
            key = (event["epoch"], event["seq"])
            again = ", once more" if key in self._heard else ""
            self._heard.add(key)
            exercise = ", an exercise" if event.get("exercise") else ""
            what = wording.event(event["kind"], event["state"], {})
            self._say("", f"  the city hears: {what}{exercise}{again}")
