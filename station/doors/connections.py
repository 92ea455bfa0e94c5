"""How many connections, and for how long each may keep the station waiting (HTTP/1.1, RFC 9112).

A connection waits as long as it has not sent a whole request; it is stalled while its browser takes
nothing of an answer. When there are too many connections, one that is stalled goes first, and then
the one that has waited longest, so that neither half-sent requests nor answers that are not read
keep out one that asks and reads at once. A stream that is read stands for as long as it likes.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any, NamedTuple

from uvicorn.protocols.http.h11_impl import H11Protocol

from station.addresses import is_among, plain, site


class Limits(NamedTuple):
    headers_s: float = 20
    """From the start of a connection, or the last answer, to the end of a request's headers."""
    reading_s: float = 60
    """A browser that takes nothing of its answer for so long is gone."""
    static_s: float = 10
    """The same for the files that everybody may load."""
    stalled_s: float = 2
    """One that takes nothing for so long makes room when there are too many."""
    of_one_address: int = 200
    """An office behind one address has many pages open, and all of them come at once after the
    station was restarted."""
    overall: int = 800
    """Below 1,024, which is what most systems allow a process."""


_SENT_AHEAD = 128 * 1024
"""Bytes of an answer that the system keeps for a connection. By itself it would keep megabytes, and
the station would notice only after those that nothing is read."""


def protocol(limits: Limits, proxies: list[str]) -> type[H11Protocol]:
    """uvicorn's protocol with these limits. A named proxy, which speaks for many, has only the
    overall one."""

    class Guarded(H11Protocol):
        site = ""
        _due: asyncio.TimerHandle | None = None
        _stalled: asyncio.TimerHandle | None = None
        stalled_since_s: float | None = None

        @property
        def is_waiting(self) -> bool:
            return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

        def connection_made(self, transport) -> None:
            super().connection_made(transport)
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT_AHEAD
            )
            host = plain(self.client[0]) if self.client else ""
            if self.client:
                self.client = host, self.client[1]
            self.site = "" if is_among(host, proxies) else site(host)
            self.since_s = self.loop.time()
            self._wait()
            standing: list[Any] = [one for one in self.connections if not _has_ended(one.transport)]
            if self.site:
                mine = [one for one in standing if one.site == self.site]
                if len(mine) > limits.of_one_address:
                    self._close_one(mine)
            if len(standing) > limits.overall:
                self._close_one(standing)

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
            self.stalled_since_s = self.loop.time()
            is_static = self.scope is not None and self.scope["path"].startswith("/static/")
            left_s = limits.static_s if is_static else limits.reading_s
            self._stalled = self.loop.call_later(left_s, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            self.stalled_since_s = None
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

        def _close_one(self, connections: list[Any]) -> None:
            """The one that has been stalled longest; or else the one that has waited longest, which
            is the one that has just come if no other waits."""
            since_s = self.loop.time() - limits.stalled_s
            stalled = [one for one in connections if (one.stalled_since_s or since_s) < since_s]
            waiting = [one for one in connections if one.is_waiting]
            if stalled:
                min(stalled, key=lambda one: one.stalled_since_s).transport.abort()
            else:
                min(waiting, key=lambda one: one.since_s).transport.abort()

    return Guarded


def _has_ended(transport) -> bool:
    """False: the end of the last answer still waits for the browser."""
    return transport.is_closing() and not transport.get_write_buffer_size()
