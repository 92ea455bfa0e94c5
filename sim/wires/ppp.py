"""network.PPP as the ESP32 port has it, over a simulated UART. The frames are only tokens.

LCP and IPCP are not spoken: a configure or terminate request is its frame's first bytes,
and the modem's chip answers with one. What matters to a driver is as in the real one:
states, errors, that it reads the UART itself while it lives, and how long it takes to end.

Source: MicroPython 1.24 and later, extmod/network_ppp_lwip.c; lwIP PPP options (3 s between
requests, 10 to configure, 2 to terminate).
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

CONFIGURE = b"\x7e\xff\x7d\x23\xc0\x21\x01\x7e"
CONFIGURED = b"\x7e\xff\x7d\x23\x80\x21\x02\x7e"
TERMINATE = b"\x7e\xff\x7d\x23\xc0\x21\x05\x7e"
TERMINATED = b"\x7e\xff\x7d\x23\xc0\x21\x06\x7e"

_INACTIVE, _CONNECTING, _CONNECTED, _ERROR = 0, 3, 4, 2
_PEER_DEAD = 9  # PPPERR_CONNECT
_AGAIN_MS = 3000
_CONFIGURES, _TERMINATES = 10, 2


class PPP:
    """One link. `clock` gives the simulator's ms; nothing happens until it is asked."""

    SEC_NONE, SEC_PAP, SEC_CHAP = 0, 0xC023, 0xC223

    def __init__(self, uart: Any, clock: Callable[[], int]):
        self._uart = uart
        self._clock = clock
        self._state = _INACTIVE
        self._heard = b""
        self._asking = b""
        self._asked = 0
        self._next_ms = 0
        self.credentials: tuple[int, str | None, str | None] | None = None

    def connect(
        self, *, security: int = SEC_NONE, user: str | None = None, key: str | None = None
    ) -> None:
        if self._state in (_CONNECTING, _CONNECTED):
            raise OSError(errno.EALREADY, "already")
        if security not in (self.SEC_NONE, self.SEC_PAP, self.SEC_CHAP):
            raise ValueError("invalid auth")
        if security != self.SEC_NONE and not (isinstance(user, str) and isinstance(key, str)):
            raise TypeError("user and key have to be str")
        self.credentials = security, user, key
        self._state = _CONNECTING
        self._ask(CONFIGURE)

    def disconnect(self) -> None:
        if self._state in (_CONNECTING, _CONNECTED) and self._asking != TERMINATE:
            self._ask(TERMINATE)

    def isconnected(self) -> bool:
        self.poll()
        return self._state == _CONNECTED

    def status(self) -> int:
        self.poll()
        return -_PEER_DEAD if self._state == _ERROR else self._state

    def poll(self) -> None:
        """What the UART's interrupt and lwIP's timers do."""
        if self._state not in (_CONNECTING, _CONNECTED):
            return
        self._heard = (self._heard + (self._uart.read() or b""))[-256:]
        if TERMINATED in self._heard and self._asking == TERMINATE:
            self._state = _INACTIVE
        elif TERMINATE in self._heard:
            self._state = _ERROR
        elif CONFIGURED in self._heard and self._asking == CONFIGURE:
            self._state, self._asking = _CONNECTED, b""
        if self._state in (_INACTIVE, _ERROR) or not self._asking:
            return
        if self._clock() >= self._next_ms:
            if self._asked >= (_CONFIGURES if self._asking == CONFIGURE else _TERMINATES):
                self._state = _ERROR if self._asking == CONFIGURE else _INACTIVE
            else:
                self._send()

    def _ask(self, request: bytes) -> None:
        self._asking, self._asked, self._heard = request, 0, b""
        self._send()

    def _send(self) -> None:
        self._asked += 1
        self._next_ms = self._clock() + _AGAIN_MS
        self._uart.write(self._asking)
