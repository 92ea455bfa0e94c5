"""The same faults on real sockets, through a proxy, with a real broker behind it.

Beside P2 this holds P4: however the uplink fails, no turn waits for it. How soon it recovers
is held in virtual time (test_uplink_faults.py): on the wall clock it is a busy computer's, so
here it is only printed, with the slowest turns (pytest -rP).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import paho.mqtt.client as mqtt
import pytest
from live_uplink import City, LiveUplink

from sim import brokers, puback, usocket
from sim.proxy import Proxy

CAP_S = 1
TIMEOUT_S = 1
PATIENCE_S = 30  # for what has to happen, on however busy a computer
STUCK_MS = 900  # a turn that waited for the network, DNS or TLS would wait for TIMEOUT_S at least


@pytest.fixture(scope="module")
def broker():
    with brokers.start() as broker:
        yield broker


@pytest.fixture
def scene(broker):
    """A bus in the middle of a backlog, behind a proxy, and the city that listens."""
    city = City(broker.host, broker.port)
    with Proxy(broker.host, broker.port, delay_ms=10) as proxy:
        bus = LiveUplink(
            "127.0.0.1",
            proxy.port,
            backoff_max_s=CAP_S,
            ack_timeout_s=TIMEOUT_S,
            connect_timeout_s=TIMEOUT_S,
        )
        bus.alarm(30)
        bus.position(3000)
        bus.run_until(lambda: bus.uplink.acked > 8, PATIENCE_S)
        yield Scene(bus, city, proxy)
        bus.hang_up()
    city.leave(forget=True)


class Scene(NamedTuple):
    bus: LiveUplink
    city: City
    proxy: Proxy

    def recovers(self) -> None:
        """From now on it gets through again, everything arrives, and no turn waited."""
        bus = self.bus
        acked = bus.uplink.acked
        bus.alarm()
        bus.info()  # behind it no position is held back
        took_s = bus.run_until(lambda: bus.uplink.acked > acked, PATIENCE_S)
        bus.drain(PATIENCE_S)
        bus.check(self.city, PATIENCE_S)
        slow_ms, worst_ms = bus.slowest_turns_ms()
        print(f"recovered after {took_s:.2f} s; turns {slow_ms:.1f}, worst {worst_ms:.1f} ms")
        assert worst_ms <= STUCK_MS
        assert bus.uplink.resent <= bus.uplink.breaks * bus.config["broker"]["window"]

    def lives(self, seconds: float) -> None:
        for _ in range(int(seconds * 5)):
            self.bus.alarm()
            self.bus.position()
            self.bus.run(0.2)


def test_rst(scene):
    for _ in range(3):
        scene.proxy.reset()
        scene.lives(0.6)
    scene.recovers()
    assert scene.bus.uplink.breaks >= 2


@pytest.mark.parametrize("n", [1, 3, 6])
def test_fin_inside_a_packet(scene, n):
    scene.proxy.cut_down_after = n
    scene.lives(0.4)
    scene.recovers()
    assert scene.bus.uplink.breaks >= 1


def test_silence(scene):
    scene.proxy.is_silent = True
    scene.lives(TIMEOUT_S + 1)
    scene.bus.run_until(lambda: not scene.bus.uplink.connected, PATIENCE_S)
    scene.proxy.is_silent = False
    scene.recovers()


def test_a_nat_that_forgets(scene):
    scene.proxy.forget()
    scene.recovers()
    assert scene.bus.uplink.breaks >= 1


def only_dials(attribute: str, value: object, normal: object = False):
    def fault(proxy: Proxy, on: bool) -> None:
        setattr(proxy, attribute, value if on else normal)

    return fault


DIAL_FAULTS: dict[str, Callable[[Proxy, bool], None]] = {
    "accept then close": only_dials("hangs_up", True),
    "accept and say nothing": only_dials("is_mute", True),
    "refused": lambda proxy, on: proxy.refuse(on),
    "CONNACK 5": only_dials("connack", b"\x20\x02\x00\x05", None),
    "CONNACK malformed": only_dials("connack", b"\x20\x03\x00\x00\x00", None),
}


@pytest.mark.parametrize("name", DIAL_FAULTS)
def test_dials_that_fail(scene, name):
    DIAL_FAULTS[name](scene.proxy, True)
    scene.proxy.reset()
    scene.lives(0.8)
    assert not scene.bus.uplink.connected
    DIAL_FAULTS[name](scene.proxy, False)
    scene.recovers()


@pytest.mark.parametrize(
    "acks",
    [puback.doubled, puback.shuffled(300), puback.with_strangers, puback.delayed(400)],
    ids=["doubled", "out of order", "for unknown ids", "late"],
)
def test_strange_pubacks_break_nothing(scene, acks):
    scene.proxy.acks = acks
    scene.lives(1)
    scene.recovers()
    assert scene.bus.uplink.breaks == 0


def test_pubacks_that_get_lost(scene):
    scene.proxy.acks = puback.lost(5)
    scene.lives(0.6)
    scene.proxy.acks = None
    scene.recovers()
    assert scene.bus.uplink.breaks >= 1


@pytest.mark.parametrize("hangs", [False, True], ids=["fails", "hangs"])
def test_dns(scene, hangs, monkeypatch):
    answer = threading.Event()

    def resolve(*_):
        if hangs:
            answer.wait(2.5)
        raise OSError(-2, "name not known")

    with monkeypatch.context() as patch:
        patch.setattr(usocket, "getaddrinfo", resolve)
        scene.proxy.reset()
        scene.lives(2 if hangs else 1)
        assert not scene.bus.uplink.connected
    scene.recovers()
    answer.set()


def test_a_tls_handshake_that_stalls(broker):
    with Proxy(broker.host, broker.port) as proxy:
        proxy.is_mute = True
        bus = LiveUplink("127.0.0.1", proxy.port, tls=True, connect_timeout_s=TIMEOUT_S)
        bus.alarm()
        bus.run_until(lambda: bus.uplink.dials_failed > 0, PATIENCE_S)
        assert max(bus.slowest_turns_ms()) <= STUCK_MS
        bus.hang_up()


def test_another_client_of_the_same_id(scene):
    other = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="laemchabang-bus-1")
    for _ in range(2):
        other.connect(*scene.proxy.broker)
        other.loop(0.1)
        scene.bus.run_until(lambda: not scene.bus.uplink.connected, PATIENCE_S)
        scene.lives(0.4)
        scene.bus.run_until(lambda: scene.bus.uplink.connected, PATIENCE_S)
    other.loop(0.1)
    scene.recovers()
    assert scene.bus.uplink.breaks >= 2


def test_delay_jitter_and_a_thin_link(scene):
    scene.proxy.jitter_ms = 150
    scene.proxy.bandwidth_bps = 256_000
    scene.lives(1)
    scene.recovers()
    assert scene.bus.uplink.breaks == 0
