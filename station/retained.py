"""What the broker still keeps for a board that a person has ended: the station takes it off.

A thief may have left retained messages, which the broker sends to everyone anew. A bus itself
retains only `status` and `state`: those go when no identity of the bus is valid, for the next board
replaces them.
"""

from __future__ import annotations

import asyncio

from station.identity.register import Identity, Register
from station.ingest.mqtt import Session

_LOOK_S = 2.0
_NEVER_RETAINED = ("event", "track", "reply", "fetch")
_RETAINED = ("status", "state")


class Retained:
    def __init__(self, register: Register, session: Session):
        self._register = register
        self._session = session
        self._done: set[int] = set()
        """Identities whose messages were taken off since this station started."""

    async def watch(self) -> None:
        while True:
            if self._session.ready:
                self.take_off()
            await asyncio.sleep(_LOOK_S)

    def take_off(self) -> None:
        for one in self._register.ended_by_person():
            if one.id not in self._done:
                self._done.add(one.id)
                self._take_off(one)

    def _take_off(self, one: Identity) -> None:
        is_valid = bool(self._register.valid(one.fleet, one.bus))
        for name in _NEVER_RETAINED if is_valid else _NEVER_RETAINED + _RETAINED:
            self._session.publish(f"schoolbus/{one.fleet}/{one.bus}/{name}", b"")
