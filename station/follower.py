"""What is true now, in a process that takes no records (--role page, and a standby).

It hears the buses in a session of its own, as the leader does, and judges by itself which of them
are silent: a page shows that even while no process leads. It raises no alarm, and keeps nothing.
"""

from __future__ import annotations

import asyncio

from station.alarms.silence import Silence
from station.commands import Commands
from station.ingest.came import Came
from station.ingest.contract import Message
from station.ingest.intake import Intake
from station.ingest.mqtt import Session
from station.live.live import Live

_AT_ONCE = 1000


class Follower:
    def __init__(self, session: Session, intake: Intake, live: Live, silence: Silence,
                 commands: Commands):  # fmt: skip
        self._session = session
        self._intake = intake
        self._live = live
        self._silence = silence
        self._commands = commands

    async def run(self) -> None:
        while True:
            for came in await self._session.take(_AT_ONCE):
                for message, _ in self._intake.sort([came]).messages:
                    self._show(message, came)
            self._live.unsaved.clear()  # the leader saves them
            await asyncio.sleep(0)

    def _show(self, message: Message, came: Came) -> None:
        fleet, bus, name, body, serial = message
        if name == "reply":
            self._commands.answered(fleet, bus, body)
        elif name in ("state", "status"):
            take = self._live.state if name == "state" else self._live.status
            if take(fleet, bus, body, came.retained, came.heard_ms, serial):
                self._silence.heard(fleet, bus)
