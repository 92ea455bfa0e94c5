"""How many connections, and for how long each may keep the station waiting (HTTP/1.1, RFC 9112).

A connection waits as long as it has not sent a whole request. When there are too many connections,
the one that has waited longest goes, so that half-sent requests never keep out one that is sent at
once.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from uvicorn.protocols.http.h11_impl import H11Protocol

from station.addresses import is_among, site


class Limits(NamedTuple):
    headers_s: float = 20
    """From the start of a connection, or the last answer, to the end of a request's headers."""
    reading_s: float = 60
    """A browser that takes nothing of its answer for so long is gone."""
    of_one_address: int = 200
    """An office behind one address has many pages open, and all of them come at once after the
    station was restarted."""
    overall: int = 800
    """Below 1,024, which is what most systems allow a process."""


def protocol(limits: Limits, proxies: list[str]) -> type[H11Protocol]:
    """uvicorn's protocol with these limits. A named proxy, which speaks for many, has only the
    overall one."""

    class Guarded(H11Protocol):
        site = ""
        _due: asyncio.TimerHandle | None = None
        _stalled: asyncio.TimerHandle | None = None

        @property
        def is_waiting(self) -> bool:
            return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

        def connection_made(self, transport) -> None:
            super().connection_made(transport)
            host = self.client[0] if self.client else ""
            self.site = "" if is_among(host, proxies) else site(host)
            self.since_s = self.loop.time()
            self._wait()
            standing: list[Any] = [
                one for one in self.connections if not one.transport.is_closing()
            ]
            if self.site:
                mine = [one for one in standing if one.site == self.site]
                if len(mine) > limits.of_one_address:
                    _close_one(mine)
            if len(standing) > limits.overall:
                _close_one(standing)

        def connection_lost(self, exc: Exception | None) -> None:
            for timer in (self._due, self._stalled):
                if timer is not None:
                    timer.cancel()
            super().connection_lost(exc)

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self.since_s = self.loop.time()
            self._wait()

        def shutdown(self) -> None:
            if self.is_waiting:
                self.transport.abort()
            else:
                super().shutdown()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._stalled = self.loop.call_later(limits.reading_s, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._stalled is not None:
                self._stalled.cancel()

        def _wait(self) -> None:
            if self._due is not None:
                self._due.cancel()
            self._due = self.loop.call_later(limits.headers_s, self._late)

        def _late(self) -> None:
            """A body that is late is answered (station/doors/bodies.py)."""
            if self.cycle is None or self.cycle.response_complete:
                self.transport.abort()

    return Guarded


def _close_one(connections: list[Any]) -> None:
    """The one that has waited longest; if no other waits, it is the one that has just come."""
    waiting = [one for one in connections if one.is_waiting]
    min(waiting, key=lambda one: one.since_s).transport.abort()
