"""The uplink's neighbours: both shapes of umqtt.simple, the tests' brokers."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

import pytest
from lines import ACCEPTED, BROKER, Line

from sim.bus.identities import identity_for
from sim.network import brokers


class Sock(Line):
    def __init__(self, arrived=b""):
        super().__init__(arrived)
        self.timeouts: list = []
        self.options: list = []

    def settimeout(self, seconds):
        self.timeouts.append(seconds)

    def setsockopt(self, *option):
        self.options.append(option)

    def write(self, data):
        self.sent += data
        self.writes += 1

    def read(self, n):
        taken, self.arrived = self.arrived[:n], self.arrived[n:]
        return taken


class TlsSock:
    """Wraps a real socket, and has no settimeout."""

    def __init__(self, below):
        assert isinstance(below, Sock)
        self.write, self.read, self.close = below.write, below.read, below.close


class Refused(Exception):
    pass


def umqtt(outcome, knows_timeout):
    """A module shaped as umqtt.simple 1.8 (connect with a timeout) or 1.3.4 (without)."""
    module: Any = ModuleType("umqtt.simple")
    module.connack = ACCEPTED

    class Client:
        def __init__(self, client_id, server, port, user, password, keepalive, ssl, ssl_params):
            self.given = (client_id, server, port, user, password, keepalive, ssl, ssl_params)
            self.sock = None

        def set_last_will(self, *will):
            self.will = will

        def _go(self, clean, timeout):
            module.client = self
            module.clean = clean
            self.sock = module.sock = Sock(module.connack)
            if knows_timeout:
                self.sock.settimeout(timeout)
            if self.given[6]:
                self.sock = module.tls_sock = TlsSock(self.sock)
            self.sock.write(bytearray(b"\x10\x0c\0\0\0\0"), 3)
            self.sock.write(b"\x04MQTT\x04")
            module.answer = self.sock.read(4)
            if isinstance(outcome, Exception):
                raise outcome

    class Newer(Client):
        def connect(self, clean=True, timeout=None):
            self._go(clean, timeout)

    class Older(Client):
        def connect(self, clean=True):
            self._go(clean, None)

    module.MQTTClient = Newer if knows_timeout else Older
    module.MQTTException = Refused
    return module


@pytest.fixture
def connect(monkeypatch):
    """(outcome, knows_timeout, identity, **broker) -> (a Connect on that umqtt.simple, module)."""
    import firmware.uplink.connect

    def make(outcome, knows_timeout, identity=None, **broker):
        module = umqtt(outcome, knows_timeout)
        monkeypatch.setitem(sys.modules, "umqtt.simple", module)
        importlib.reload(firmware.uplink.connect)
        settings = {**BROKER, **broker}
        call = firmware.uplink.connect.Connect(settings, "f-b", b"status", b"gone", identity)
        return call, module

    yield make
    monkeypatch.undo()
    importlib.reload(firmware.uplink.connect)


def identity(**changes):
    return identity_for({"fleet": "f", "bus": "b"}, ca="MAA=", **changes)


both = pytest.mark.parametrize("knows_timeout", [True, False], ids=["1.8", "1.3.4"])


@both
def test_every_socket_has_a_deadline_and_no_nagle_on_either_umqtt(connect, knows_timeout):
    call, module = connect(None, knows_timeout)
    assert call() is module.sock
    assert set(module.sock.timeouts) == {20}
    assert module.sock.options == [(6, 1, 1)]
    assert module.clean is False
    assert module.client.given == (b"f-b", "broker.example", 1883, None, None, 60, False, {})
    assert module.client.will == (b"status", b"gone", True, 1)


@both
def test_user_password_and_tls_are_handed_over(connect, knows_timeout):
    with_password = identity(password="secret")
    call, module = connect(None, knows_timeout, with_password, tls=True, port=0)
    call()
    assert module.client.given[2:5] == (8883, b"f/b", b"secret")
    how = {"server_hostname": "broker.example", "cert_reqs": 2, "cadata": b"0\0"}
    assert module.client.given[6:] == (True, how)
    with_certificate = identity(cert="MAE=", key="MAI=")
    call, module = connect(None, knows_timeout, with_certificate, tls=True, port=1)
    call()
    assert module.client.given[2:5] == (1, None, None)
    assert module.client.given[6:] == (True, {**how, "cert": b"0\x01", "key": b"0\x02"})


@both
def test_without_tls_the_password_goes_out_and_no_certificate(connect, knows_timeout):
    call, module = connect(None, knows_timeout, identity(password="secret"), port=0)
    call()
    assert module.client.given[2:5] == (1883, b"f/b", b"secret")
    assert module.client.given[6:] == (False, {})


@both
@pytest.mark.parametrize("tls", [False, True])
def test_a_connect_is_one_write(connect, knows_timeout, tls):
    call, module = connect(None, knows_timeout, identity(), tls=tls)
    assert call() is (module.tls_sock if tls else module.sock)
    assert (module.sock.sent, module.sock.writes) == (b"\x10\x0c\0\x04MQTT\x04", 1)
    assert module.answer == ACCEPTED


@both
@pytest.mark.parametrize("flags", [0, 1, 2, 3, 0x10, 0x80, 0x81, 0xFF])
def test_a_connack_with_reserved_bits_is_none(connect, knows_timeout, flags):
    call, module = connect(None, knows_timeout)
    module.connack = bytes((0x20, 2, flags, 0))
    if flags in (0, 1):  # session present, or not
        assert call() is module.sock
    else:
        with pytest.raises(OSError, match="reserved"):
            call()
        assert module.sock.is_closed


@both
def test_a_broker_that_cannot_be_verified_is_never_spoken_to(connect, knows_timeout):
    without = identity_for({"fleet": "f", "bus": "b"})
    for who, says in ((None, "TLS needs an identity"), (without, "identity.json has no ca")):
        call, module = connect(None, knows_timeout, who, tls=True)
        with pytest.raises(OSError, match=says):
            call()
        assert not hasattr(module, "sock")


@both
@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Refused(5), "not authorized"),
        (Refused(6), "code 6"),
        (Refused(77), "code 77"),
        (IndexError(), "no CONNACK"),
        (AssertionError(), "no CONNACK"),
        (TypeError("'NoneType' object isn't subscriptable"), "no CONNACK"),
        (UnicodeError("label too long"), "host"),
        (ValueError("invalid cert"), "A certificate or the key in identity.json cannot be used"),
        (ValueError("\nThe certificate is odd\n"), "is not accepted: The certificate is odd."),
        (MemoryError(), "memory"),
        (OSError(113, "no route"), "There is no way to broker.example."),
        (OSError(116), "broker.example does not answer in time."),
        (OSError(-202), "The network does not know the name broker.example."),
        (OSError("[addrinfo error -2]"), "The network does not know the name broker.example."),
        (OSError(111), "Nothing listens on port 1883 of broker.example."),
        (OSError(5, "odd"), "odd"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_whatever_umqtt_raises_is_an_oserror_and_the_socket_is_closed(
    connect, knows_timeout, error, says
):
    call, module = connect(error, knows_timeout)
    with pytest.raises(OSError, match=says):
        call()
    assert module.sock.is_closed


def test_a_broker_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(brokers, "executable", lambda kind: None)
    with pytest.raises(FileNotFoundError, match="mosquitto and nats-server"):
        brokers.start()
    with pytest.raises(FileNotFoundError, match="mosquitto"):
        brokers.start("mosquitto")


def test_a_broker_that_does_not_start_says_why_and_leaves_no_files():
    with (
        brokers.start("nats-server") as broker,
        pytest.raises(OSError, match=f"port {broker.port}"),
    ):
        brokers.start("nats-server", broker.port)


def test_a_broker_leaves_nothing_behind():
    broker = brokers.start("nats-server")
    files = broker._files
    assert brokers.answers(broker.host, broker.port) and files.exists()
    broker.stop()
    assert not brokers.answers(broker.host, broker.port) and not files.exists()
