"""parts.dialer in virtual time, and the sockets that it opens.

A blocking connect cannot wait for a clock that stands still while it runs. So it runs as far as
the network has answered, is broken off, and runs again from its start once more has arrived; what
its socket did before is played back to it. This needs no thread, and a fault meets the dial at
the instant it happens.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import umqtt.simple

from sim.network.network import Network, TcpWire

_DNS_MS = 20  # the resolver is the carrier's own, near the bus
_DNS_GIVES_UP_MS = 60_000
_NO_NAME = -2  # EAI_NONAME
_WAITS = object()


class _BreakOff(BaseException):
    """Leaves a connect that has to wait; it is not an Exception, so no handler there stops it."""


class VirtualDialer:
    """drivers.radio.dial.Dialer's shape. One dial at a time."""

    def __init__(self, network: Network):
        self.network = network
        self._connect: Callable[[], Any] | None = None

    def start(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._played: list[tuple[bool, Any]] = []  # (raised, result) of each finished step
        self._step: Callable[[], Any] | None = None
        self._sockets: list[VirtualSocket] = []
        self._outcome: Any = None
        self._run()

    def poll(self, now_ms: int) -> Any:
        if self._connect is None:
            return None
        if self._outcome is None and self._advance():
            self._run()
        if self._outcome is None:
            return None
        outcome, self._connect = self._outcome, None
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    def abandon(self) -> None:
        if self._connect is not None:
            self._connect = None
            for sock in self._sockets:
                sock.close()

    def _run(self) -> None:
        assert self._connect is not None
        self._at = 0
        tls = sys.modules["ussl"]
        real, umqtt.simple.socket = umqtt.simple.socket, self
        sys.modules["ussl"] = ModuleType("ussl")
        sys.modules["ussl"].wrap_socket = self.wrap_socket  # type: ignore[attr-defined]
        try:
            self._outcome = self._connect()
            for sock in self._sockets:
                sock.dialer = None
        except OSError as error:
            self._outcome = error
        except _BreakOff:
            pass
        finally:
            umqtt.simple.socket = real
            sys.modules["ussl"] = tls

    def _advance(self) -> bool:
        """Whether the step that was waited for is done."""
        assert self._step is not None
        try:
            result = self._step()
        except OSError as error:
            self._played.append((True, error))
            return True
        if result is _WAITS:
            return False
        self._played.append((False, result))
        return True

    def play(self, make: Callable[[], Callable[[], Any]]) -> Any:
        """The result of the next step. make() begins it; what it returns is asked until done."""
        if self._at == len(self._played):
            self._step = make()
            if not self._advance():
                raise _BreakOff
        raised, result = self._played[self._at]
        self._at += 1
        if raised:
            raise result
        return result

    def ready_in(self, delay_ms: int, result: Any) -> Callable[[], Any]:
        """A step that takes this long."""
        due_ms = self.network.now_ms + delay_ms
        self.network.call_at(due_ms, _nothing)
        return lambda: result if self.network.now_ms >= due_ms else _WAITS

    # What umqtt.simple takes for its modules `socket` and `ussl`.

    def socket(self) -> VirtualSocket:
        def make() -> Callable[[], VirtualSocket]:
            sock = VirtualSocket(self)
            self._sockets.append(sock)
            return lambda: sock

        return self.play(make)

    def getaddrinfo(self, host: str, port: int) -> list[tuple]:
        return self.play(lambda: self._resolve([(2, 1, 0, "", (host, port))]))

    def wrap_socket(self, sock: VirtualSocket, **_: Any) -> VirtualSocket:
        return self.play(lambda: self._shake_hands(sock))

    def _resolve(self, answer: list[tuple]) -> Callable[[], Any]:
        network = self.network
        due_ms = network.now_ms + _DNS_MS
        give_up_ms = network.now_ms + _DNS_GIVES_UP_MS
        network.call_at(due_ms, _nothing)

        def look() -> Any:
            lost = network.dns == "hangs" or network.is_silent
            if network.now_ms >= (give_up_ms if lost else due_ms):
                if lost or network.dns == "fails":
                    raise OSError(_NO_NAME, "name not known")
                return answer
            return _WAITS

        return look

    def _shake_hands(self, sock: VirtualSocket) -> Callable[[], Any]:
        done = self.ready_in(4 * self.network.delay_ms, sock)
        return sock.timed(lambda: _WAITS if self.network.tls == "stalls" else done())


class VirtualSocket:
    """A socket as MicroPython shapes it. While a dialer holds it, it blocks; then it never does."""

    def __init__(self, dialer: VirtualDialer):
        self.dialer: VirtualDialer | None = dialer
        self._network = dialer.network
        self._timeout_ms: int | None = None
        self._wire: TcpWire | None = None

    def settimeout(self, seconds: float | None) -> None:
        self._timeout_ms = None if seconds is None else int(seconds * 1000)

    def setsockopt(self, level: int, option: int, value: int) -> None:
        pass

    def setblocking(self, on: bool) -> None:
        assert not on, "nothing blocks in virtual time"

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close_bus()
            self._wire = None

    def connect(self, address: tuple) -> None:
        assert self.dialer is not None
        self.dialer.play(self._handshake)

    def write(self, data: Any, n: int | None = None) -> int | None:
        data = bytes(data if n is None else data[:n])
        if self.dialer is not None:
            return self.dialer.play(lambda: lambda: self._open_wire().write(data))
        return self._open_wire().write(data)

    def read(self, n: int) -> bytes:
        """Only while dialling."""
        assert self.dialer is not None
        return self.dialer.play(lambda: self.timed(lambda: self._whole(n)))

    def readinto(self, buf: Any) -> int | None:
        wire = self._wire
        if wire is None:
            raise OSError(errno.EBADF, "closed")
        arrived = wire.arrived
        if arrived:
            n = min(len(arrived), len(buf))
            buf[:n] = arrived[:n]
            del arrived[:n]
            return n
        if wire.is_reset:
            raise OSError(errno.ECONNRESET, "connection reset")
        return 0 if wire.has_ended else None

    def timed(self, look: Callable[[], Any]) -> Callable[[], Any]:
        """The step, with this socket's timeout."""
        if self._timeout_ms is None:
            return look
        due_ms = self._network.now_ms + self._timeout_ms
        self._network.call_at(due_ms, _nothing)

        def look_in_time() -> Any:
            result = look()
            if result is _WAITS and self._network.now_ms >= due_ms:
                raise OSError(errno.ETIMEDOUT, "timed out")
            return result

        return look_in_time

    def _handshake(self) -> Callable[[], Any]:
        network = self._network
        assert self.dialer is not None
        arrived = self.dialer.ready_in(2 * network.delay_ms, None)

        def look() -> Any:
            if network.is_silent or arrived() is _WAITS:
                return _WAITS
            if network.refuses:
                raise OSError(errno.ECONNREFUSED, "connection refused")
            self._wire = network.open_wire()
            return None

        return self.timed(look)

    def _whole(self, n: int) -> Any:
        wire = self._open_wire()
        if len(wire.arrived) >= n or wire.has_ended:
            taken = bytes(wire.arrived[:n])
            del wire.arrived[:n]
            return taken
        if wire.is_reset:
            raise OSError(errno.ECONNRESET, "connection reset")
        return _WAITS

    def _open_wire(self) -> TcpWire:
        if self._wire is None:
            raise OSError(errno.ENOTCONN, "not connected")
        return self._wire


def _nothing() -> None:
    """An event that only makes time stop here."""
