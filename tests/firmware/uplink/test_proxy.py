"""The same faults on real sockets, through a proxy, with a real broker behind it.

Beside P2 this holds P4: however the uplink fails, its turn does not wait.
How long it took to recover, and the slowest turns, are printed (pytest -rP); the bounds of the
recovery are held in virtual time (tests/firmware/uplink/test_faults.py).
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import paho.mqtt.client as mqtt
import pytest
from certificates import certified
from live_uplink import City, LiveUplink

from sim.bus.identities import identity_for
from sim.network import brokers, puback, usocket
from sim.network.proxy import Proxy

CAP_S = 1
TIMEOUT_S = 1
LATE_MS = 20
PATIENT = pytest.mark.parametrize("scene", [20], indirect=True, ids=["patient"])
"""What it waits for comes late on a busy computer, and must not be given up."""


@pytest.fixture(scope="module")
def broker():
    with brokers.start() as broker:
        yield broker


@pytest.fixture(autouse=True)
def in_the_tick(monkeypatch):
    """The names that the thread of the tick resolved."""
    resolved = []
    getaddrinfo = usocket.getaddrinfo

    def watched(*address):
        if threading.current_thread() is threading.main_thread():
            resolved.append(address)
        return getaddrinfo(*address)

    monkeypatch.setattr(usocket, "getaddrinfo", watched)
    yield
    assert not resolved


@pytest.fixture
def scene(broker, request):
    """A bus in the middle of a backlog, behind a proxy, and the city that listens."""
    city = City(broker.host, broker.port)
    with Proxy(broker.host, broker.port, delay_ms=10) as proxy:
        bus = LiveUplink(
            "127.0.0.1",
            proxy.port,
            backoff_max_s=CAP_S,
            ack_timeout_s=getattr(request, "param", TIMEOUT_S),
            connect_timeout_s=TIMEOUT_S,
        )
        bus.alarm(30)
        bus.position(3000)
        bus.run_until(lambda: bus.uplink.outgoing.acked > 8)
        yield Scene(bus, city, proxy)
        bus.hang_up()
    city.leave(forget=True)


class Scene(NamedTuple):
    bus: LiveUplink
    city: City
    proxy: Proxy

    def recovers(self) -> None:
        """From now on it gets through again, everything arrives, and no turn was long."""
        bus = self.bus
        acked = bus.uplink.outgoing.acked
        bus.alarm()
        bus.info()  # no position waits behind it
        took_s = bus.run_until(lambda: bus.uplink.outgoing.acked > acked)
        bus.drain()
        bus.check(self.city)
        slow_ms, worst_ms, clock_ms = bus.slowest_turns_ms()
        print(f"recovered after {took_s:.2f} s; turns {slow_ms:.1f}, worst {worst_ms:.1f} ms")
        print(f"worst on the wall clock {clock_ms:.1f} ms")
        assert slow_ms <= LATE_MS
        assert bus.uplink.outgoing.resent <= bus.uplink.breaks * bus.config["broker"]["window"]

    def breaks(self) -> None:
        self.bus.run_until(lambda: not self.bus.uplink.connected)

    def lives(self, seconds: float) -> None:
        for _ in range(int(seconds * 5)):
            self.bus.alarm()
            self.bus.position()
            self.bus.run(0.2)


@PATIENT
def test_rst(scene):
    for _ in range(2):
        scene.proxy.reset()
        scene.breaks()
        scene.lives(0.4)
        scene.bus.run_until(lambda: scene.bus.uplink.connected)
    scene.recovers()
    assert scene.bus.uplink.breaks == 2


@PATIENT
@pytest.mark.parametrize("n", [1, 3, 6])
def test_fin_inside_a_packet(scene, n):
    scene.proxy.cut_down_after = n
    scene.lives(0.4)
    scene.recovers()
    assert scene.bus.uplink.breaks == 1


def test_silence(scene):
    scene.proxy.is_silent = True
    scene.lives(1)
    scene.breaks()
    scene.proxy.is_silent = False
    scene.recovers()


def test_a_nat_that_forgets(scene):
    scene.proxy.forget()
    scene.recovers()
    assert scene.bus.uplink.breaks >= 1


def at_each_connect(attribute: str, value: object, normal: object = False):
    def fault(proxy: Proxy, on: bool) -> None:
        setattr(proxy, attribute, value if on else normal)

    return fault


CONNECT_FAULTS: dict[str, Callable[[Proxy, bool], None]] = {
    "accept then close": at_each_connect("hangs_up", True),
    "accept and say nothing": at_each_connect("is_mute", True),
    "refused": lambda proxy, on: proxy.refuse(on),
    "CONNACK 5": at_each_connect("connack", b"\x20\x02\x00\x05", None),
    "CONNACK malformed": at_each_connect("connack", b"\x20\x03\x00\x00\x00", None),
}


@pytest.mark.parametrize("name", CONNECT_FAULTS)
def test_attempts_that_fail(scene, name):
    CONNECT_FAULTS[name](scene.proxy, True)
    scene.proxy.reset()
    scene.breaks()
    scene.lives(0.8)
    assert not scene.bus.uplink.connected
    CONNECT_FAULTS[name](scene.proxy, False)
    scene.recovers()


@PATIENT
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
        assert threading.current_thread() is not threading.main_thread()
        if hangs:
            answer.wait(2.5)
        raise OSError(-2, "name not known")

    with monkeypatch.context() as patch:
        patch.setattr(usocket, "getaddrinfo", resolve)
        scene.proxy.reset()
        scene.breaks()
        scene.lives(2 if hangs else 1)
        assert not scene.bus.uplink.connected
    scene.recovers()
    answer.set()


def test_a_tls_handshake_that_stalls(broker):
    with Proxy(broker.host, broker.port) as proxy:
        proxy.is_mute = True
        authority = certified("city").der
        identity = identity_for({"fleet": "laemchabang", "bus": "bus-1"}, ca=authority)
        bus = LiveUplink("127.0.0.1", proxy.port, identity, tls=True, connect_timeout_s=TIMEOUT_S)
        bus.alarm()
        bus.run_until(lambda: bus.uplink.attempts_failed > 0)
        assert bus.slowest_turns_ms()[0] <= LATE_MS
        bus.hang_up()


@PATIENT
def test_another_client_of_the_same_id(scene):
    """nats-server refuses a client that is back within a second: the bus has to try again."""
    connected = lambda: scene.bus.uplink.connected  # noqa: E731
    for _ in range(2):
        scene.bus.run_until(connected)
        while connected():
            other = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="laemchabang-bus-1")
            other.connect(*scene.proxy.broker)
            scene.lives(0.4)
        other.disconnect()
    scene.recovers()
    assert scene.bus.uplink.breaks == 2


@PATIENT
def test_delay_jitter_and_a_thin_link(scene):
    scene.proxy.jitter_ms = 150
    scene.proxy.bandwidth_bps = 256_000
    scene.lives(1)
    scene.recovers()
    assert scene.bus.uplink.breaks == 0


def test_a_thin_link_never_seems_to_carry_more_than_it_can():
    """A burst is taken in at once, and counted when it passes: the bench divides by that."""
    size, bps = 100_000, 4_000_000
    with (
        socket.create_server(("127.0.0.1", 0)) as far,
        Proxy(*far.getsockname(), bandwidth_bps=bps) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port)) as near,
    ):
        began_s = time.monotonic()
        near.sendall(bytes(size))
        came, left = far.accept()[0], size
        with came:
            while left:
                left -= len(came.recv(left))
        carried, passed_s = proxy.carried_up
    assert carried == size
    assert carried * 8 / (passed_s - began_s) < bps
