"""What a dead spot of the town does to a real socket: nothing leaves the bus there, so the broker
does not see either that the bus closes its connection. It sees it when the bus connects again, or
by its own keepalive. Without this the computer's network would end the connection at once, the last
will would come, and the station would call the bus dark in every dead spot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.radio.dial import Dialer


class TownDialer(Dialer):
    """has_network: whether packets leave the bus now."""

    def __init__(self, has_network: Callable[[], bool]):
        super().__init__()
        self._has_network = has_network
        self._lost: list[Any] = []

    def poll(self, now_ms: int) -> Any:
        sock = super().poll(now_ms)
        if sock is None:
            return None
        for lost in self._lost:
            lost.close()  # the broker has taken the new one in its place
        self._lost.clear()
        return _Connection(sock, self._close)

    def _close(self, sock: Any) -> None:
        if self._has_network():
            sock.close()
        else:
            self._lost.append(sock)


class _Connection:
    def __init__(self, sock: Any, close: Callable[[Any], None]):
        self._sock = sock
        self._close = close

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def close(self) -> None:
        self._close(self._sock)
