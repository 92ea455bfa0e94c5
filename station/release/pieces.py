"""Answers the buses that ask for a piece of a release (docs/mqtt.md, fetch and cmd/piece).

So many pieces a second go out over all buses, the bus that has waited longest first, that no
command ever waits long behind them. A bus that is offered nothing is given nothing.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import Any

from station.ingest.mqtt import Session
from station.live.live_bus import Key
from station.release.file import Set

BYTES = 600
A_SECOND = 20
"""About 20 KB a second of the station's way to its broker."""
_WAITING = 1000
"""Buses that wait for a piece at most; the others ask again by themselves."""


class Pieces:
    def __init__(self, session: Session):
        self._session = session
        self.offered: dict[Key, Set] = {}
        """What each bus may be given pieces of now; set before the offer leaves, because the bus
        asks at once."""
        self._asked: dict[Key, dict[str, Any]] = {}
        """By bus, in the order in which they asked."""
        self._filled = asyncio.Event()

    def asked(self, key: Key, body: dict[str, Any]) -> None:
        """A `fetch` of a bus. A newer one takes the place of the one before."""
        if body["state"] != "fetching" or "at" not in body:
            self._asked.pop(key, None)
        elif key in self.offered and (key in self._asked or len(self._asked) < _WAITING):
            self._asked[key] = body
            self._filled.set()

    @property
    def fleets(self) -> set[str]:
        """That are offered something."""
        return {fleet for fleet, _ in self.offered}

    def offers(self, fleet: str, sets: dict[Key, Set]) -> None:
        """From now on this is what the fleet's buses may be given."""
        others = {key: of for key, of in self.offered.items() if key[0] != fleet}
        self.offered = {**others, **sets}

    async def watch(self) -> None:
        while True:
            while not self._asked:
                self._filled.clear()
                await self._filled.wait()
            key = next(iter(self._asked))
            self._send(key, self._asked.pop(key))
            await asyncio.sleep(1 / A_SECOND)

    def _send(self, key: Key, body: dict[str, Any]) -> None:
        of, at = self.offered.get(key), body["at"]
        if of is None or body["release"] != of.short or at >= len(of.image):
            return
        data = of.image[at : at + min(body.get("bytes", BYTES), BYTES)]
        piece = {"v": 1, "id": of.short, "at": at, "data": b64encode(data).decode()}
        text = json.dumps(piece, separators=(",", ":"))
        self._session.publish(f"schoolbus/{key[0]}/{key[1]}/cmd/piece", text, retain=False)
