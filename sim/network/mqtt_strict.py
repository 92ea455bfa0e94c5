"""What an MQTT 3.1.1 client may send, read as strictly as the standard is written.

Source: OASIS Standard "MQTT Version 3.1.1". A packet that breaks it raises a
Violation that names the clause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Violation(Exception):
    def __init__(self, clause: str, what: str):
        super().__init__(f"[{clause}] {what}")
        self.clause = clause


@dataclass(frozen=True)
class Connect:
    client_id: str
    clean: bool
    keepalive_s: int
    will: Publish | None
    user: str | None
    password: bytes | None


@dataclass(frozen=True)
class Publish:
    topic: str
    payload: bytes
    qos: int
    retain: bool = False
    dup: bool = False
    packet_id: int = 0


@dataclass(frozen=True)
class Puback:
    packet_id: int


@dataclass(frozen=True)
class Subscribe:
    packet_id: int
    filters: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Unsubscribe:
    packet_id: int
    filters: tuple[str, ...]


@dataclass(frozen=True)
class Pingreq:
    pass


@dataclass(frozen=True)
class Disconnect:
    pass


Packet = Connect | Publish | Puback | Subscribe | Unsubscribe | Pingreq | Disconnect


def split(stream: bytearray) -> tuple[int, bytes] | None:
    """Take the first whole packet off the stream: (first byte, body), or None."""
    length = shift = 0
    for at in range(1, 5):
        if at >= len(stream):
            return None
        length |= (stream[at] & 0x7F) << shift
        if stream[at] < 0x80:
            break
        shift += 7
    else:
        raise Violation("MQTT-2.2.3", "remaining length of more than four bytes")
    end = at + 1 + length
    if len(stream) < end:
        return None
    first, body = stream[0], bytes(stream[at + 1 : end])
    del stream[:end]
    return first, body


def parse(first: int, body: bytes) -> Packet:
    """One packet of a client, every clause checked that it can break alone."""
    kind, flags = first >> 4, first & 0x0F
    if kind == 3:
        return _publish(flags, _Body(body))
    reader = _READERS.get(kind)
    if reader is None:
        raise Violation("MQTT-2.2.1", f"a client sends no packet of type {kind} here")
    needed = 0x02 if kind in (8, 10) else 0
    if flags != needed:
        clause = {8: "MQTT-3.8.1-1", 10: "MQTT-3.10.1-1", 14: "MQTT-3.14.1-1"}
        raise Violation(clause.get(kind, "MQTT-2.2.2-1"), f"reserved flags are {flags:04b}")
    rest = _Body(body)
    packet = reader(rest)
    rest.ends()
    return packet


class _Body:
    def __init__(self, data: bytes):
        self._data = data

    def ends(self) -> None:
        if self._data:
            raise Violation("MQTT-2.2.3", f"{len(self._data)} bytes too many")

    @property
    def is_empty(self) -> bool:
        return not self._data

    def take(self, n: int) -> bytes:
        if len(self._data) < n:
            raise Violation("MQTT-2.2.3", "the packet ends too early")
        taken, self._data = self._data[:n], self._data[n:]
        return taken

    def rest(self) -> bytes:
        return self.take(len(self._data))

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def data(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            text = self.data().decode("utf-8")
        except UnicodeDecodeError:
            raise Violation("MQTT-1.5.3-1", "a text is not UTF-8") from None
        if "\0" in text:
            raise Violation("MQTT-1.5.3-2", "a text holds U+0000")
        return text

    def packet_id(self) -> int:
        number = self.number()
        if number == 0:
            raise Violation("MQTT-2.3.1-1", "packet id 0")
        return number


def _topic(name: str) -> str:
    if not name:
        raise Violation("MQTT-4.7.3-1", "an empty topic")
    if "+" in name or "#" in name:
        raise Violation("MQTT-3.3.2-2", f"wildcard in the topic {name!r} of a PUBLISH")
    return name


def _filter(name: str) -> str:
    if not name:
        raise Violation("MQTT-4.7.3-1", "an empty topic filter")
    levels = name.split("/")
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        raise Violation("MQTT-4.7.1-2", f"# in the middle of {name!r}")
    if any("+" in level and level != "+" for level in levels):
        raise Violation("MQTT-4.7.1-3", f"+ does not stand alone in {name!r}")
    return name


def _connect(body: _Body) -> Connect:
    if body.text() != "MQTT":
        raise Violation("MQTT-3.1.2-1", "protocol name is not MQTT")
    if body.byte() != 4:
        raise Violation("MQTT-3.1.2-2", "protocol level is not 4")
    flags = body.byte()
    keepalive_s = body.number()
    has_will, will_qos, will_retain = flags & 4, flags >> 3 & 3, flags >> 5 & 1
    if flags & 1:
        raise Violation("MQTT-3.1.2-3", "the reserved connect flag is set")
    if not has_will and will_qos:
        raise Violation("MQTT-3.1.2-13", "QoS of a will, but no will")
    if will_qos == 3:
        raise Violation("MQTT-3.1.2-14", "will QoS 3")
    if not has_will and will_retain:
        raise Violation("MQTT-3.1.2-15", "a will to be retained, but no will")
    if flags & 0x40 and not flags & 0x80:
        raise Violation("MQTT-3.1.2-22", "a password, but no user")
    client_id = body.text()
    if not client_id and not flags & 2:
        raise Violation("MQTT-3.1.3-7", "no client id, but a session to be kept")
    will = None
    if has_will:
        topic = _topic(body.text())
        will = Publish(topic, body.data(), will_qos, bool(will_retain))
    user = body.text() if flags & 0x80 else None
    password = body.data() if flags & 0x40 else None
    return Connect(client_id, bool(flags & 2), keepalive_s, will, user, password)


def _publish(flags: int, body: _Body) -> Publish:
    qos = flags >> 1 & 3
    if qos == 3:
        raise Violation("MQTT-3.3.1-4", "PUBLISH with QoS 3")
    if flags & 8 and not qos:
        raise Violation("MQTT-3.3.1-2", "DUP with QoS 0")
    topic = _topic(body.text())
    packet_id = body.packet_id() if qos else 0
    return Publish(topic, body.rest(), qos, bool(flags & 1), bool(flags & 8), packet_id)


def _subscribe(body: _Body) -> Subscribe:
    packet_id = body.packet_id()
    filters = []
    while not body.is_empty:
        name = _filter(body.text())
        qos = body.byte()
        if qos > 2:
            raise Violation("MQTT-3.8.3-4", f"requested QoS 0x{qos:02x}")
        filters.append((name, qos))
    if not filters:
        raise Violation("MQTT-3.8.3-3", "SUBSCRIBE without a topic filter")
    return Subscribe(packet_id, tuple(filters))


def _unsubscribe(body: _Body) -> Unsubscribe:
    packet_id = body.packet_id()
    filters = []
    while not body.is_empty:
        filters.append(_filter(body.text()))
    if not filters:
        raise Violation("MQTT-3.10.3-2", "UNSUBSCRIBE without a topic filter")
    return Unsubscribe(packet_id, tuple(filters))


_READERS: dict[int, Callable[[_Body], Packet]] = {
    1: _connect,
    4: lambda body: Puback(body.packet_id()),
    8: _subscribe,
    10: _unsubscribe,
    12: lambda body: Pingreq(),
    14: lambda body: Disconnect(),
}
