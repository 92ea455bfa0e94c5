"""One client's connection to the peer (sim/network/peer.py), and the session behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from sim.network import mqtt_strict
from sim.network.mqtt_strict import Publish, Violation
from sim.network.puback import Acks


class Transport(Protocol):
    """The broker's end of a connection."""

    @property
    def now_ms(self) -> int: ...

    def send(self, data: bytes) -> None: ...

    def close(self) -> None: ...

    def call_in(self, delay_ms: int, call: Callable[[], None]) -> None: ...


@dataclass
class Session:
    """What outlives a connection of one client."""

    filters: dict[str, int] = field(default_factory=dict)
    outgoing: dict[int, Publish] = field(default_factory=dict)
    """QoS 1 messages to the client that it has not acknowledged, oldest first."""
    waiting: dict[int, Publish] = field(default_factory=dict)
    """QoS 1 messages of the client that no PUBACK was sent for, oldest first."""
    last_id: int = 0


class Broker(Protocol):
    """What a connection uses of its broker (sim/network/peer.py says what each is)."""

    violations: list[str]
    publishes: list[Publish]
    retained: dict[str, bytes]
    sessions: dict[str, Session]
    links: dict[str, Connection]
    connects: list[int]
    acks: Acks
    connack: bytes | None
    is_mute: bool
    forgotten: int
    bytes_in: int

    def hear(self, message: Publish, now_ms: int) -> None: ...


class Connection:
    """One client's connection, as the broker sees it."""

    def __init__(self, peer: Broker, transport: Transport):
        self._peer = peer
        self._transport = transport
        self._stream = bytearray()
        self._connect: mqtt_strict.Connect | None = None
        self._session = Session()
        self._owed: dict[int, Publish] = {}  # waiting from an earlier connection
        self._heard_ms = transport.now_ms
        self.is_open = True

    def receive(self, data: bytes) -> None:
        """Bytes from the client."""
        if not self.is_open:
            return
        self._heard_ms = self._transport.now_ms
        self._peer.bytes_in += len(data)
        self._stream += data
        try:
            while self.is_open and not self._peer.is_mute:
                packet = mqtt_strict.split(self._stream)
                if packet is None:
                    return
                self._handle(mqtt_strict.parse(*packet))
        except Violation as violation:
            who = self._connect.client_id if self._connect else "?"
            self._peer.violations.append(f"{self._transport.now_ms} ms, {who}: {violation}")
            self.end()

    def ended(self) -> None:
        """The client's end of the connection is gone."""
        self._over(says_will=True)

    def end(self) -> None:
        """Close it from here; not a normal DISCONNECT, so the will is published."""
        if self.is_open:
            self._over(says_will=True)
            self._transport.close()

    def die(self) -> None:
        """The broker goes down: no will is published."""
        self._over(says_will=False)
        self._transport.close()

    def send_publish(self, message: Publish) -> None:
        head = 0x30 | message.qos << 1 | message.retain | message.dup << 3
        body = _text(message.topic)
        if message.qos:
            body += message.packet_id.to_bytes(2, "big")
        self._transport.send(packet_bytes(head, body + message.payload))

    def _over(self, says_will: bool) -> None:
        if not self.is_open:
            return
        self.is_open = False
        connect = self._connect
        if connect is None or self._peer.links.get(connect.client_id) is not self:
            return
        del self._peer.links[connect.client_id]
        if connect.clean:
            del self._peer.sessions[connect.client_id]
        if says_will and connect.will is not None:
            self._peer.hear(connect.will, self._transport.now_ms)

    def _handle(self, packet: mqtt_strict.Packet) -> None:
        if isinstance(packet, mqtt_strict.Connect):
            if self._connect is not None:
                raise Violation("MQTT-3.1.0-2", "a second CONNECT")
            self._accept(packet)
        elif self._connect is None:
            raise Violation("MQTT-3.1.0-1", "the first packet is no CONNECT")
        elif isinstance(packet, Publish):
            self._publish(packet)
        elif isinstance(packet, mqtt_strict.Puback):
            self._puback(packet.packet_id)
        elif isinstance(packet, mqtt_strict.Subscribe):
            self._subscribe(packet)
        elif isinstance(packet, mqtt_strict.Unsubscribe):
            for name in packet.filters:
                self._session.filters.pop(name, None)
            self._transport.send(packet_bytes(0xB0, packet.packet_id.to_bytes(2, "big")))
        elif isinstance(packet, mqtt_strict.Pingreq):
            self._transport.send(b"\xd0\x00")
        else:
            self._over(says_will=False)
            if self._stream:
                self._peer.violations.append("[MQTT-3.14.4-2] bytes after DISCONNECT")
            self._transport.close()

    def _accept(self, connect: mqtt_strict.Connect) -> None:
        peer = self._peer
        if peer.connack is not None:
            self._transport.send(peer.connack)
            self.end()
            return
        before = peer.links.get(connect.client_id)
        if before is not None:
            before.end()  # [MQTT-3.1.4-2]
        present = connect.client_id in peer.sessions and not connect.clean
        if not present:
            peer.sessions[connect.client_id] = Session()
        self._session = peer.sessions[connect.client_id]
        self._owed = dict(self._session.waiting)
        self._connect = connect
        peer.links[connect.client_id] = self
        peer.connects.append(self._transport.now_ms)
        self._transport.send(bytes((0x20, 2, present, 0)))
        for message in list(self._session.outgoing.values()):  # [MQTT-4.4.0-1]
            self.send_publish(
                Publish(message.topic, message.payload, 1, dup=True, packet_id=message.packet_id)
            )
        if connect.keepalive_s:
            self._watch(connect.keepalive_s * 1500)

    def _watch(self, patience_ms: int) -> None:
        """[MQTT-3.1.2-24]: silence of one and a half times the keepalive ends the connection."""

        def look() -> None:
            if self.is_open:
                left_ms = self._heard_ms + patience_ms - self._transport.now_ms
                if left_ms <= 0:
                    self.end()
                else:
                    self._transport.call_in(left_ms, look)

        self._transport.call_in(patience_ms, look)

    def _publish(self, message: Publish) -> None:
        if message.qos == 2:
            raise Violation("MQTT-3.3.1", "this peer grants no QoS 2")
        if message.qos == 1:
            self._check_order(message)
            self._session.waiting[message.packet_id] = message
            for delay_ms, answer in self._peer.acks(message.packet_id):
                self._transport.call_in(delay_ms, partial(self._ack, answer))
        self._peer.publishes.append(message)
        self._peer.hear(message, self._transport.now_ms)

    def _check_order(self, message: Publish) -> None:
        """QoS 1: ids in use, and what was sent again, as it was and in its order."""
        number, waiting = message.packet_id, self._session.waiting
        if number in waiting and number not in self._owed:
            raise Violation("MQTT-2.3.1-2", f"packet id {number} is still in use")
        if not message.dup:  # so it has sent everything again, or lost it in a power cut
            self._peer.forgotten += len(self._owed)
            for old in self._owed:
                del waiting[old]
            self._owed.clear()
        elif number in self._owed:
            first = next(iter(self._owed))
            if first != number:
                raise Violation("MQTT-4.6.0-1", f"packet id {number} came again before {first}")
            if self._owed.pop(number).payload != message.payload:
                raise Violation("MQTT-4.4.0-1", f"packet id {number} came again with another text")
            del waiting[number]

    def _ack(self, packet_id: int) -> None:
        if self.is_open:
            self._session.waiting.pop(packet_id, None)
            self._transport.send(bytes((0x40, 2)) + packet_id.to_bytes(2, "big"))

    def _puback(self, packet_id: int) -> None:
        outgoing = self._session.outgoing
        if packet_id not in outgoing:
            raise Violation("MQTT-2.3.1-6", f"PUBACK for packet id {packet_id}, never sent")
        if next(iter(outgoing)) != packet_id:
            raise Violation("MQTT-4.6.0-2", f"PUBACK for packet id {packet_id} out of order")
        del outgoing[packet_id]

    def _subscribe(self, packet: mqtt_strict.Subscribe) -> None:
        granted = bytes(min(qos, 1) for _, qos in packet.filters)
        self._session.filters.update((name, min(qos, 1)) for name, qos in packet.filters)
        self._transport.send(packet_bytes(0x90, packet.packet_id.to_bytes(2, "big") + granted))
        for topic, payload in self._peer.retained.items():
            if any(matches(name, topic) for name, _ in packet.filters):
                self.send_publish(Publish(topic, payload, 0, retain=True))


def matches(name: str, topic: str) -> bool:
    """Topic filter, topic (MQTT 3.1.1, 4.7)."""
    levels = topic.split("/")
    for at, level in enumerate(name.split("/")):
        if level == "#":
            return True
        if at >= len(levels) or level not in ("+", levels[at]):
            return False
    return len(levels) == name.count("/") + 1


def packet_bytes(first: int, body: bytes) -> bytes:
    """A control packet on the wire."""
    length = bytearray()
    left = len(body)
    while True:
        left, digit = left >> 7, left & 0x7F
        length.append(digit | (0x80 if left else 0))
        if not left:
            return bytes((first,)) + bytes(length) + body


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data
