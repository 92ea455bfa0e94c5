"""A bad network on real sockets: stands between a bus and a broker, both on this computer.

It has the faults of sim/network/network.py, under the same names. One thread of its own moves the
bytes; every method may be called from any other.
"""

from __future__ import annotations

import heapq
import queue
import random
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from sim.network.mqtt_strict import split
from sim.network.peer_link import packet_bytes
from sim.network.puback import Acks

HOST = "127.0.0.1"
_UP, _DOWN = 0, 1
_CHUNK, _HEADERS = 4096, 40  # bytes of a read; of IPv4 and TCP around each segment
_CONNACK, _PUBACK = 0x20, 0x40
_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on `port` of 127.0.0.1. Attributes hold for what passes from now on; times in ms."""

    def __init__(
        self, host: str, port: int, delay_ms: float = 0, bandwidth_bps: int | None = None, seed=1
    ):
        self.delay_ms = delay_ms
        """One way: the round trip is twice as long."""
        self.jitter_ms = 0
        self.bandwidth_bps = bandwidth_bps
        """Each way; None: no limit."""
        self.is_silent = False
        """Nothing passes, and no connection is closed."""
        self.hangs_up = False
        """Accepts a connection and closes it."""
        self.is_mute = False
        """Accepts a connection and never answers, as a TLS handshake that stalls."""
        self.cut_down_after: int | None = None
        """After so many more bytes to the bus a FIN follows, even inside a packet."""
        self.connack: bytes | None = None
        """What the bus gets in place of a CONNACK."""
        self.acks: Acks | None = None
        """How each PUBACK is changed (sim/network/puback.py); None: it passes."""
        self.carried_up = (0, 0.0)
        """Bytes from the bus in all, and when the last of them has passed the narrow place
        (time.monotonic(), s). Between two such moments never more than the bandwidth carries."""
        self.broker = (host, port)
        self._rng = random.Random(seed)
        self._selector = selectors.DefaultSelector()
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._bell, self._ear = socket.socketpair()
        self._ear.setblocking(False)
        self._selector.register(self._ear, selectors.EVENT_READ, self._obey)
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._free_s = [0.0, 0.0]
        self._pairs: list[_Pair] = []
        self._runs = True
        self._listener: socket.socket | None = None
        self.port = 0
        self._listen()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def reset(self) -> None:
        """RST on every connection, to both ends."""

        def order() -> None:
            for pair in list(self._pairs):
                pair.close(reset=True)

        self._tell(order)

    def forget(self) -> None:
        """A NAT forgets every connection: both ends stay open, and nothing passes any more."""

        def order() -> None:
            for pair in self._pairs:
                pair.forget()

        self._tell(order)

    def refuse(self, refuses: bool = True) -> None:
        """Close the port, or open it again."""
        self._tell(self._deafen if refuses else self._listen)

    def stop(self) -> None:
        """Close everything."""

        def end() -> None:
            self._runs = False

        self._tell(end)
        self._thread.join()
        for pair in list(self._pairs):
            pair.close()
        self._deafen()
        self._selector.close()
        self._bell.close()
        self._ear.close()

    # In the proxy's own thread

    def _run(self) -> None:
        while self._runs:
            timeout = None
            if self.is_silent:
                timeout = 0.01
            elif self._due:
                timeout = max(0.0, self._due[0][0] - time.monotonic())
            for key, _ in self._selector.select(timeout):
                if not self.is_silent or key.fileobj is self._ear:
                    key.data()
            while self._due and not self.is_silent and self._due[0][0] <= time.monotonic():
                heapq.heappop(self._due)[2]()

    def _tell(self, order: Callable[[], None]) -> None:
        """Run it in the proxy's thread; returns when it is done."""
        done = threading.Event()

        def carry_out() -> None:
            order()
            done.set()

        self._orders.put(carry_out)
        self._bell.send(b"!")
        done.wait(5)

    def _obey(self) -> None:
        self._ear.recv(64)
        while not self._orders.empty():
            self._orders.get()()

    def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.socket()
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind((HOST, self.port))
            self._listener.listen()
            self._listener.setblocking(False)
            self.port = self._listener.getsockname()[1]
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def _deafen(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self) -> None:
        assert self._listener is not None
        bus, _ = self._listener.accept()
        if self.hangs_up:
            bus.close()
            return
        try:
            broker = socket.create_connection(self.broker, 2)
        except OSError:
            bus.close()
            return
        pair = _Pair(self, bus, broker)
        self._pairs.append(pair)
        if not self.is_mute:
            pair.watch()

    def after(self, direction: int, size: int, extra_ms: float, call: Callable[[], None]) -> None:
        """call() when so many bytes have crossed."""
        at_s = max(time.monotonic(), self._free_s[direction])
        if self.bandwidth_bps:
            at_s += (size + _HEADERS) * 8 / self.bandwidth_bps
            self._free_s[direction] = at_s
        if direction == _UP:
            self.carried_up = (self.carried_up[0] + size, at_s)
        at_s += (self.delay_ms + extra_ms) / 1000
        if self.jitter_ms:
            at_s += self._rng.uniform(0, self.jitter_ms / 1000)
        self._order += 1
        heapq.heappush(self._due, (at_s, self._order, call))

    def watch(self, sock: socket.socket, call: Callable[[], None]) -> None:
        self._selector.register(sock, selectors.EVENT_READ, call)

    def unwatch(self, sock: socket.socket) -> None:
        with suppress(KeyError, ValueError):
            self._selector.unregister(sock)

    def gone(self, pair: _Pair) -> None:
        self._pairs.remove(pair)


class _Pair:
    """One connection through the proxy: a socket to the bus, one to the broker."""

    def __init__(self, proxy: Proxy, bus: socket.socket, broker: socket.socket):
        self._proxy = proxy
        self._socks = (bus, broker)
        self._reply = bytearray()  # from the broker, not yet cut into packets
        self._waiting: tuple[list, list] = ([], [])  # what crosses, in order: data, or None: FIN
        self._is_closed = False
        for sock in self._socks:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def watch(self) -> None:
        bus, broker = self._socks
        self._proxy.watch(bus, lambda: self._read(_UP))
        self._proxy.watch(broker, lambda: self._read(_DOWN))

    def forget(self) -> None:
        for sock in self._socks:
            self._proxy.unwatch(sock)
        self._waiting = ([], [])

    def close(self, reset: bool = False) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        for sock in self._socks:
            self._proxy.unwatch(sock)
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
            sock.close()
        self._proxy.gone(self)

    def _read(self, direction: int) -> None:
        try:
            data = self._socks[direction].recv(_CHUNK)
        except OSError:
            self.close(reset=True)
            return
        if not data:
            self._proxy.unwatch(self._socks[direction])
            self._cross(direction, None)
        elif direction == _UP or (self._proxy.acks is None and self._proxy.connack is None):
            self._cross(direction, data)
        else:
            self._tamper(data)

    def _cross(self, direction: int, data: bytes | None, extra_ms: float = 0) -> None:
        """Jitter delays, but TCP keeps the order: what arrives first waits for its turn."""
        if extra_ms:
            self._proxy.after(
                direction, len(data or b""), extra_ms, lambda: self._cross(_DOWN, data)
            )
            return
        waiting = self._waiting[direction]
        waiting.append(data)

        def arrive() -> None:
            if waiting and waiting is self._waiting[direction]:
                self._write(direction, waiting.pop(0))

        self._proxy.after(direction, len(data or b""), 0, arrive)

    def _tamper(self, data: bytes) -> None:
        self._reply += data
        while (packet := split(self._reply)) is not None:
            first, body = packet
            if first == _CONNACK and self._proxy.connack is not None:
                self._cross(_DOWN, self._proxy.connack)
                self._cross(_DOWN, None)
            elif first == _PUBACK and self._proxy.acks is not None:
                for delay_ms, packet_id in self._proxy.acks(int.from_bytes(body, "big")):
                    answer = packet_bytes(_PUBACK, packet_id.to_bytes(2, "big"))
                    self._cross(_DOWN, answer, delay_ms)
            else:
                self._cross(_DOWN, packet_bytes(first, body))

    def _write(self, direction: int, data: bytes | None) -> None:
        if self._is_closed:
            return
        limit = self._proxy.cut_down_after
        if direction == _DOWN and limit is not None and data is not None:
            self._proxy.cut_down_after = limit - len(data) if len(data) < limit else None
            if len(data) >= limit:
                with suppress(OSError):
                    self._socks[0].sendall(data[:limit])
                data = None
        try:
            if data is None:
                self.close()
            else:
                self._socks[1 - direction].sendall(data)
        except OSError:
            self.close(reset=True)
