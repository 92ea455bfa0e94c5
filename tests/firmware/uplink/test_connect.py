"""The uplink's neighbours: both shapes of umqtt.simple, the tests' brokers."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

import pytest
from lines import BROKER, Line

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


class Refused(Exception):
    pass


def umqtt(outcome, knows_timeout):
    """A module shaped as umqtt.simple 1.8 (connect with a timeout) or 1.3.4 (without)."""
    module: Any = ModuleType("umqtt.simple")

    class Client:
        def __init__(self, client_id, server, port, user, password, keepalive, ssl, ssl_params):
            self.given = (client_id, server, port, user, password, keepalive, ssl, ssl_params)
            self.sock = None

        def set_last_will(self, *will):
            self.will = will

        def _go(self, clean, timeout):
            module.client = self
            module.clean = clean
            self.sock = module.sock = Sock()
            if knows_timeout:
                self.sock.settimeout(timeout)
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
    """(outcome, knows_timeout, **broker) -> (a Connect on that umqtt.simple, the module)."""
    import firmware.uplink.connect

    def make(outcome, knows_timeout, **broker):
        module = umqtt(outcome, knows_timeout)
        monkeypatch.setitem(sys.modules, "umqtt.simple", module)
        importlib.reload(firmware.uplink.connect)
        settings = {**BROKER, **broker}
        return firmware.uplink.connect.Connect(settings, "f-b", b"status", b"gone"), module

    yield make
    monkeypatch.undo()
    importlib.reload(firmware.uplink.connect)


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
    call, module = connect(None, knows_timeout, user="bus", password="", tls=True, port=8883)
    call()
    assert module.client.given[3:5] == (b"bus", b"")
    assert module.client.given[6:] == (True, {"server_hostname": "broker.example"})


@both
def test_with_an_authority_the_broker_has_to_prove_itself(connect, knows_timeout, tmp_path):
    ca = tmp_path / "ca"
    for content, handed in ((b"\x30\x82", b"\x30\x82"), (b"-----BEGIN", "-----BEGIN")):
        ca.write_bytes(content)
        call, module = connect(None, knows_timeout, tls=True, ca=str(ca))
        call()
        assert module.client.given[7] == {
            "server_hostname": "broker.example", "cert_reqs": 2, "cadata": handed,
        }  # fmt: skip


@both
def test_an_authority_that_cannot_be_read_is_no_consent(connect, knows_timeout, tmp_path):
    call, _ = connect(None, knows_timeout, tls=True, ca=str(tmp_path / "none"))
    with pytest.raises(OSError, match=r"broker\.ca: the file .* cannot be read"):
        call()


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
        (MemoryError(), "memory"),
        (OSError(113, "no route"), "no route"),
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
