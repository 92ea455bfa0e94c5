"""Tells the operator once that a proxy stands in front which was not named (STATION_PROXIES): all
who come through it count as one address, and share its limits."""

from __future__ import annotations

import logging

from station.addresses import is_among

log = logging.getLogger(__name__)
_NEAR = ["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
"""Where a proxy may stand; from elsewhere anybody can send its headers."""


class UnnamedProxy:
    """ASGI middleware."""

    def __init__(self, app, proxies: list[str]):
        self._app = app
        self._proxies = proxies
        self._was_told = False

    async def __call__(self, scope, receive, send) -> None:
        if not self._was_told and scope["type"] == "http" and scope.get("client"):
            host = scope["client"][0]
            forwards = any(name == b"x-forwarded-for" for name, _ in scope["headers"])
            if forwards and is_among(host, _NEAR) and not is_among(host, self._proxies):
                self._was_told = True
                log.warning("%s forwards requests of others, and is not believed: if it is your "
                            "proxy, name it (STATION_PROXIES=%s).", host, host)  # fmt: skip
        await self._app(scope, receive, send)
