"""Requests to one bus that an officer waits for (docs/mqtt.md, cmd/<name>).

A request is sent to a bus that is connected, and its reply is awaited for some seconds. The broker
keeps a request for a bus in a tunnel, which does it within a minute of its sending or not at all:
its answer still comes, but is shown no more. So the page says that the bus has not answered yet.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, NamedTuple

from station.identity.signing import Signer
from station.ingest.mqtt import Session
from station.live.live_bus import LiveBus

ANSWER_S = 15.0


class Answer(NamedTuple):
    """What the bus said: whether it does it, and a sentence."""

    ok: bool
    message: str


class Commands:
    def __init__(self, session: Session, signer: Signer):
        self._session = session
        self._signer = signer
        self._waiting: dict[tuple[str, str, str], asyncio.Future[Answer]] = {}
        """By fleet, bus and id."""

    async def ask(self, bus: LiveBus, name: str, request: dict[str, Any], by: str) -> Answer:
        """by: the user's name. TimeoutError: the bus has not answered yet. signing.NoKey."""
        ident = secrets.token_hex(8)
        key = (*bus.key, ident)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[key] = answer
        try:
            to = f"{bus.fleet}/{bus.bus}"
            payload = await self._signer.sign(name, request, ident=ident, to=to, by=by)
            topic = f"schoolbus/{to}/cmd/{name}"
            self._session.publish(topic, payload, retain=False)
            return await asyncio.wait_for(answer, ANSWER_S)
        except asyncio.TimeoutError as error:  # before Python 3.11 it is not TimeoutError
            raise TimeoutError(f"The bus {bus.fleet}/{bus.bus} has not answered.") from error
        finally:
            del self._waiting[key]

    def answered(self, fleet: str, bus: str, body: dict[str, Any]) -> None:
        """A reply of a bus: to a request of this station, or to another's."""
        answer = self._waiting.get((fleet, bus, body["id"] or ""))
        if answer is not None and not answer.done():
            answer.set_result(Answer(body["ok"], body["message"]))
