"""The network between one bus and the broker, in virtual time, with its faults.

TCP as a program sees it: bytes arrive late, in order, or not at all. Nothing here waits: a queue
of events holds what is under way, and `advance` lets it arrive.
"""

from __future__ import annotations

import errno
import heapq
import random
from collections import deque
from collections.abc import Callable

from sim.network.peer import Peer
from sim.network.peer_link import Connection

_MSS = 1436
SEND_BUFFER = 4 * _MSS
"""Bytes that a socket takes before they are acknowledged, as lwIP on the ESP32."""

_HEADERS = 40  # bytes of IPv4 and TCP around each segment
_UP, _DOWN = 0, 1


class Network:
    """Times in ms. The attributes may be changed at any time; they hold for what is sent next.

    seed: for the jitter. The same calls give the same bytes at the same times.
    """

    def __init__(self, peer: Peer, delay_ms: int = 50, bandwidth_bps: int | None = None, seed=1):
        self.peer = peer
        self.now_ms = 0
        self.delay_ms = delay_ms
        """One way: the round trip is twice as long."""
        self.jitter_ms = 0
        self.bandwidth_bps = bandwidth_bps
        """Each way; None: no limit."""
        self.refuses = False
        """Connections to the broker's port are refused."""
        self.dns = "answers"
        """answers, fails or hangs."""
        self.tls = "answers"
        """The handshake: answers or stalls."""
        self.cut_down_after: int | None = None
        """After so many more bytes to the bus a FIN follows, even inside a packet."""
        self.wires: list[TcpWire] = []
        self.bytes_up = 0
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._order = 0
        self._free_us = [0, 0]
        self._segment = [(0, 0), (0, 0)]  # the last one: when it starts, bytes in it
        self._held: list[tuple[int, int, TcpWire, bytes | None]] = []
        self._is_silent = False
        self._rng = random.Random(seed)

    def advance(self, now_ms: int) -> None:
        """Let everything arrive that is due."""
        events = self._events
        while events and events[0][0] <= now_ms:
            self.now_ms, _, call = heapq.heappop(events)
            call()
        self.now_ms = now_ms

    def next_event_ms(self) -> int | None:
        """When the next thing happens by itself, or None."""
        return self._events[0][0] if self._events else None

    def call_at(self, at_ms: int, call: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._events, (max(at_ms, self.now_ms), self._order, call))

    @property
    def is_silent(self) -> bool:
        """Packets vanish without an error. TCP sends them again once this is over."""
        return self._is_silent

    @is_silent.setter
    def is_silent(self, silent: bool) -> None:
        self._is_silent = silent
        if not silent:
            held, self._held = self._held, []
            for direction, since_ms, wire, data in held:
                self._transmit(direction, wire, data, _retransmission_ms(since_ms, self.now_ms))

    def reset(self) -> None:
        """RST on every connection, to both ends."""
        for wire in list(self.wires):
            wire.reset()

    def forget(self) -> None:
        """A NAT forgets every connection: from now on their packets vanish for good."""
        for wire in self.wires:
            wire.is_forgotten = True

    def cut_power(self) -> None:
        """The bus is gone without closing; the broker notices by its own timeout."""
        self.forget()
        self.wires.clear()

    def open_wire(self) -> TcpWire:
        """A TCP connection from the bus, now established."""
        wire = TcpWire(self)
        self.wires.append(wire)
        wire.far = self.peer.accept(wire)
        return wire

    def carry(self, direction: int, wire: TcpWire, data: bytes | None) -> None:
        """data goes to the other end; None: FIN."""
        if wire.is_forgotten:
            return
        if self._is_silent:
            self._held.append((direction, self.now_ms, wire, data))
        else:
            self._transmit(direction, wire, data, self.now_ms)

    def _transmit(self, direction: int, wire: TcpWire, data: bytes | None, at_ms: int) -> None:
        size = len(data) if data else 0
        at_us = max(at_ms * 1000, self._free_us[direction])
        if self.bandwidth_bps:
            at_us += self._bytes_of(direction, at_us, size) * 8_000_000 // self.bandwidth_bps
            self._free_us[direction] = at_us
        delay_ms = self.delay_ms
        if self.jitter_ms:
            delay_ms += self._rng.randrange(self.jitter_ms + 1)
        arrival_ms = max(-(-at_us // 1000) + delay_ms, wire.last_ms[direction])  # in order
        wire.last_ms[direction] = arrival_ms
        if direction == _UP:
            self.bytes_up += size
            wire.on_its_way.append((arrival_ms + self.delay_ms, size))
            self.call_at(arrival_ms, lambda: wire.reaches_broker(data))
        else:
            self.call_at(arrival_ms, lambda: wire.reaches_bus(data))

    def _bytes_of(self, direction: int, starts_us: int, size: int) -> int:
        """With headers, unless it still fits into a segment that waits for its turn."""
        segment_us, filled = self._segment[direction]
        if segment_us > self.now_ms * 1000 and filled + size <= _MSS:
            self._segment[direction] = (segment_us, filled + size)
            return size
        self._segment[direction] = (starts_us, size % _MSS)
        return size + _HEADERS * max(1, -(-size // _MSS))


class TcpWire:
    """One TCP connection: the bus's end as a socket uses it, the broker's end as the peer does."""

    def __init__(self, network: Network):
        self._network = network
        self.far: Connection | None = None
        self.arrived = bytearray()
        self.has_ended = False  # FIN came from the broker
        self.is_reset = False
        self.is_forgotten = False
        self.last_ms = [0, 0]
        self.on_its_way: deque[tuple[int, int]] = deque()
        self._pending = 0
        self._is_closed = False

    # The bus's end

    def write(self, data: bytes) -> int | None:
        """Bytes taken into the send buffer, None if it is full. OSError: the connection is gone."""
        if self.is_reset:
            raise OSError(errno.ECONNRESET, "connection reset")
        network = self._network
        while self.on_its_way and self.on_its_way[0][0] <= network.now_ms:
            self._pending -= self.on_its_way.popleft()[1]
        taken = data[: SEND_BUFFER - self._pending]
        if len(taken) < len(data) and self.on_its_way:
            network.call_at(self.on_its_way[0][0], _nothing)  # then a write can succeed again
        if not taken:
            return None
        self._pending += len(taken)
        network.carry(_UP, self, bytes(taken))
        return len(taken)

    def close_bus(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            if self in self._network.wires:
                self._network.wires.remove(self)
            if not self.is_reset:
                self._network.carry(_UP, self, None)

    # The broker's end

    @property
    def now_ms(self) -> int:
        return self._network.now_ms

    def send(self, data: bytes) -> None:
        network = self._network
        if network.cut_down_after is None:
            network.carry(_DOWN, self, data)
            return
        whole = data[: network.cut_down_after]
        network.cut_down_after -= len(whole)
        network.carry(_DOWN, self, whole)
        if len(whole) < len(data):
            network.cut_down_after = None
            network.carry(_DOWN, self, None)
            self.call_in(0, self._far_ended)

    def close(self) -> None:
        self._network.carry(_DOWN, self, None)

    def call_in(self, delay_ms: int, call: Callable[[], None]) -> None:
        self._network.call_at(self._network.now_ms + delay_ms, call)

    # In between

    def reset(self) -> None:
        self.is_reset = True
        self.call_in(0, self._far_ended)

    def reaches_broker(self, data: bytes | None) -> None:
        assert self.far is not None
        if self.is_reset:
            return
        if data is None:
            self.far.ended()
        else:
            self.far.receive(data)

    def reaches_bus(self, data: bytes | None) -> None:
        if data is None:
            self.has_ended = True
        elif not self.has_ended:
            self.arrived += data

    def _far_ended(self) -> None:
        assert self.far is not None
        self.far.ended()


def _nothing() -> None:
    """An event that only gives `advance` a time to stop at."""


def _retransmission_ms(since_ms: int, now_ms: int) -> int:
    """When TCP tries again what it first sent at `since`: after 1, 3, 7, ... 127 s (RFC 6298)."""
    wait_ms = 1000
    at_ms = since_ms + wait_ms
    while at_ms < now_ms:
        wait_ms = min(2 * wait_ms, 64_000)
        at_ms += wait_ms
    return at_ms
