"""The strict peer: each clause that a client can break, broken once, is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.network.peer import Peer, matches
from sim.network.peer_link import packet_bytes

CONNECT = b"\x10\x0f\x00\x04MQTT\x04\x00\x00\x3c\x00\x03bus"
WILL = b"\x10\x16\x00\x04MQTT\x04\x2c\x00\x3c\x00\x03bus\x00\x01w\x00\x02ab"


class Pipe:
    """A transport without a network: what the peer sends is in `said`."""

    def __init__(self) -> None:
        self.said = b""
        self.is_closed = False
        self.now_ms = 0
        self.calls: list[tuple[int, Callable[[], None]]] = []

    def send(self, data: bytes) -> None:
        self.said += data

    def close(self) -> None:
        self.is_closed = True

    def call_in(self, delay_ms: int, call: Callable[[], None]) -> None:
        if delay_ms:
            self.calls.append((self.now_ms + delay_ms, call))
        else:
            call()

    def wait(self, ms: int) -> None:
        self.now_ms += ms
        due = [call for at, call in self.calls if at <= self.now_ms]
        self.calls = [(at, call) for at, call in self.calls if at > self.now_ms]
        for call in due:
            call()


def connected(peer: Peer, connect: bytes = CONNECT):
    pipe = Pipe()
    link = peer.accept(pipe)
    link.receive(connect)
    return pipe, link


def publish(packet_id: int, payload: bytes = b"x", dup: bool = False) -> bytes:
    head = 0x3A if dup else 0x32
    return packet_bytes(head, b"\x00\x01t" + packet_id.to_bytes(2, "big") + payload)


BROKEN_ALONE = [
    ("MQTT-3.1.0-1", b"\xc0\x00"),
    ("MQTT-3.1.0-2", CONNECT + CONNECT),
    ("MQTT-3.1.2-1", CONNECT.replace(b"MQTT", b"MQIs")),
    ("MQTT-3.1.2-2", CONNECT.replace(b"MQTT\x04", b"MQTT\x03")),
    ("MQTT-3.1.2-3", CONNECT.replace(b"\x04\x00\x00\x3c", b"\x04\x01\x00\x3c")),
    ("MQTT-3.1.2-13", CONNECT.replace(b"\x04\x00\x00\x3c", b"\x04\x08\x00\x3c")),
    ("MQTT-3.1.2-14", WILL.replace(b"\x04\x2c", b"\x04\x3c")),
    ("MQTT-3.1.2-15", CONNECT.replace(b"\x04\x00\x00\x3c", b"\x04\x20\x00\x3c")),
    ("MQTT-3.1.2-22", CONNECT.replace(b"\x04\x00\x00\x3c", b"\x04\x40\x00\x3c")),
    ("MQTT-3.1.3-7", b"\x10\x0c\x00\x04MQTT\x04\x00\x00\x3c\x00\x00"),
    ("MQTT-1.5.3-1", CONNECT.replace(b"bus", b"b\xffs")),
    ("MQTT-1.5.3-2", CONNECT.replace(b"bus", b"b\x00s")),
    ("MQTT-2.2.3", b"\x10\x10" + CONNECT[2:] + b"x"),
    ("MQTT-2.2.3", b"\x10\xff\xff\xff\xff\x01"),
    ("MQTT-2.2.2-1", b"\x11" + CONNECT[1:]),
    ("MQTT-2.2.1", CONNECT + b"\x00\x00"),
    ("MQTT-2.2.1", CONNECT + b"\x20\x02\x00\x00"),
    ("MQTT-3.3.1-4", CONNECT + b"\x36\x05\x00\x01t\x00\x01"),
    ("MQTT-3.3.1-2", CONNECT + b"\x38\x03\x00\x01t"),
    ("MQTT-3.3.2-2", CONNECT + b"\x30\x03\x00\x01#"),
    ("MQTT-3.3.2-2", CONNECT + b"\x30\x05\x00\x03a/+"),
    ("MQTT-4.7.3-1", CONNECT + b"\x30\x02\x00\x00"),
    ("MQTT-2.3.1-1", CONNECT + b"\x32\x05\x00\x01t\x00\x00"),
    ("MQTT-2.2.3", CONNECT + b"\x32\x04\x00\x01t\x00"),
    ("MQTT-3.8.1-1", CONNECT + b"\x80\x06\x00\x01\x00\x01t\x01"),
    ("MQTT-3.8.3-3", CONNECT + b"\x82\x02\x00\x01"),
    ("MQTT-3.8.3-4", CONNECT + b"\x82\x06\x00\x01\x00\x01t\x03"),
    ("MQTT-2.3.1-1", CONNECT + b"\x82\x06\x00\x00\x00\x01t\x01"),
    ("MQTT-4.7.1-2", CONNECT + b"\x82\x08\x00\x01\x00\x03#/t\x01"),
    ("MQTT-4.7.1-3", CONNECT + b"\x82\x08\x00\x01\x00\x03t+a\x01"),
    ("MQTT-3.10.1-1", CONNECT + b"\xa0\x05\x00\x01\x00\x01t"),
    ("MQTT-3.10.3-2", CONNECT + b"\xa2\x02\x00\x01"),
    ("MQTT-2.3.1-6", CONNECT + b"\x40\x02\x00\x09"),
    ("MQTT-2.2.2-1", CONNECT + b"\xc1\x00"),
    ("MQTT-3.14.1-1", CONNECT + b"\xe1\x00"),
    ("MQTT-3.14.4-2", CONNECT + b"\xe0\x00\xc0\x00"),
]


@pytest.mark.parametrize(("clause", "stream"), BROKEN_ALONE)
def test_names_the_clause_and_hangs_up(clause, stream):
    peer = Peer()
    pipe, _ = connected(peer, stream)
    assert len(peer.violations) == 1
    assert f"[{clause}]" in peer.violations[0]
    assert pipe.is_closed
    with pytest.raises(AssertionError, match=clause):
        peer.check()


def test_a_correct_client_is_served():
    peer = Peer()
    pipe, link = connected(peer, WILL)
    link.receive(b"\x82\x08\x00\x07\x00\x03a/#\x01" + publish(5) + b"\xc0\x00\xe0\x00")
    peer.check()
    assert pipe.said == b"\x20\x02\x00\x00\x90\x03\x00\x07\x01\x40\x02\x00\x05\xd0\x00"
    assert peer.city == [(0, "t", b"x")]  # no will: it said DISCONNECT


def test_a_packet_id_in_use_may_not_be_used_again():
    peer = Peer()
    peer.acks = lambda packet_id: []
    _, link = connected(peer)
    link.receive(publish(5) + publish(5, b"y"))
    assert "[MQTT-2.3.1-2]" in peer.violations[0]


def broken_with_two_unacknowledged() -> Peer:
    peer = Peer()
    peer.acks = lambda packet_id: []
    _, link = connected(peer)
    link.receive(publish(5, b"first") + publish(6, b"second"))
    link.ended()
    return peer


def test_what_is_sent_again_keeps_its_text():
    peer = broken_with_two_unacknowledged()
    _, link = connected(peer)
    link.receive(publish(5, b"other", dup=True))
    assert "[MQTT-4.4.0-1]" in peer.violations[0]


def test_what_is_sent_again_keeps_its_order():
    peer = broken_with_two_unacknowledged()
    _, link = connected(peer)
    link.receive(publish(6, b"second", dup=True))
    assert "[MQTT-4.6.0-1]" in peer.violations[0]


def test_what_is_not_sent_again_is_counted():
    peer = broken_with_two_unacknowledged()
    _, link = connected(peer)
    link.receive(publish(5, b"first", dup=True) + publish(9, b"new"))
    peer.check()
    assert peer.forgotten == 1


def test_pubacks_of_a_client_come_in_order():
    peer = Peer()
    _, link = connected(peer)
    link.receive(b"\x82\x06\x00\x07\x00\x01c\x01")
    peer.publish("c", b"1")
    peer.publish("c", b"2")
    link.receive(b"\x40\x02\x00\x02")
    assert "[MQTT-4.6.0-2]" in peer.violations[0]


def test_a_session_keeps_what_the_city_said_until_it_is_acknowledged():
    peer = Peer()
    pipe, link = connected(peer)
    link.receive(b"\x82\x06\x00\x07\x00\x01c\x01")
    link.ended()
    peer.publish("c", b"hi")
    pipe, link = connected(peer)
    assert pipe.said == b"\x20\x02\x01\x00\x3a\x07\x00\x01c\x00\x01hi"
    link.receive(b"\x40\x02\x00\x01")
    link.ended()
    pipe, _ = connected(peer)
    assert pipe.said == b"\x20\x02\x01\x00"
    peer.check()


def test_a_clean_session_leaves_nothing():
    peer = Peer()
    clean = CONNECT.replace(b"\x04\x00\x00\x3c", b"\x04\x02\x00\x3c")
    _, link = connected(peer, clean)
    link.ended()
    pipe, _ = connected(peer)
    assert pipe.said == b"\x20\x02\x00\x00"


def test_a_second_client_of_that_name_throws_the_first_out_and_its_will_is_said():
    peer = Peer()
    first, _ = connected(peer, WILL)
    second, _ = connected(peer, WILL)
    assert first.is_closed and not second.is_closed
    assert peer.city == [(0, "w", b"ab")] and peer.retained == {"w": b"ab"}


def test_silence_of_one_and_a_half_keepalives_ends_the_connection():
    peer = Peer()
    pipe, link = connected(peer, WILL)
    pipe.wait(60_000)
    link.receive(b"\xc0\x00")
    pipe.wait(89_999)
    assert not pipe.is_closed
    pipe.wait(1)
    pipe.wait(1)
    assert pipe.is_closed and peer.city[0][1] == "w"


def test_retained_messages_go_to_new_subscribers_and_an_empty_one_erases():
    peer = Peer()
    _, link = connected(peer)
    link.receive(b"\x31\x04\x00\x01rx")
    pipe, link = connected(peer, CONNECT.replace(b"bus", b"two"))
    link.receive(b"\x82\x06\x00\x07\x00\x01r\x01")
    assert pipe.said.endswith(b"\x31\x04\x00\x01rx")
    link.receive(b"\x31\x03\x00\x01r")
    assert peer.retained == {}


@pytest.mark.parametrize(
    ("name", "topic", "fits"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a", False),
        ("a", "a/b", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "a", True),
        ("a/+/c", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("+/b", "a/b", True),
    ],
)
def test_filters(name, topic, fits):
    assert matches(name, topic) is fits
