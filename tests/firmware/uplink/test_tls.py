"""TLS to a real broker: the bus refuses a broker without a certificate of the authority."""

from __future__ import annotations

import shutil
import time

import pytest
from live_uplink import LiveUplink
from tls import authority, mosquitto, openssl, vouched
from vm import micropython

from sim.network import brokers
from sim.network.proxy import Proxy

pytestmark = [
    pytest.mark.skipif(brokers.executable("mosquitto") is None, reason="mosquitto is missing"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing"),
]


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """-> (port of a broker on localhost that speaks TLS only, folder of certificates)."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = vouched(folder, authority(folder, "city"), "localhost")
    authority(folder, "stranger")
    for name in ("city", "stranger"):
        der = ("-outform", "DER", "-out", folder / f"{name}.der")
        openssl("x509", "-in", folder / f"{name}.pem", *der)
    with mosquitto(folder, f"allow_anonymous true\ncertfile {certificate}\nkeyfile {key}") as port:
        yield port, folder


def bus(port, ca, host="localhost"):
    live = LiveUplink(host, port, tls=True, ca=str(ca), connect_timeout_s=5)
    live.alarm(3)
    return live


@pytest.mark.parametrize("name", ["city.pem", "city.der"])
def test_a_broker_that_is_vouched_for_gets_everything(tls, name):
    port, folder = tls
    live = bus(port, folder / name)
    live.drain()
    live.hang_up()


@pytest.mark.parametrize(
    ("ca", "host"),
    [
        ("stranger.pem", "localhost"),
        ("stranger.der", "localhost"),
        ("city.pem", "127.0.0.1"),
        ("city.der", "127.0.0.1"),
        ("none", "localhost"),
    ],
)
def test_a_stranger_another_name_or_no_file_gets_nothing(tls, ca, host):
    port, folder = tls
    live = bus(port, folder / ca, host)
    live.run_until(lambda: live.uplink.attempts_failed > 0)
    assert live.uplink.outgoing.acked == 0
    if ca == "none":
        assert "broker.ca: the file" in str(live.uplink.failure)
    live.hang_up()


def test_after_a_handshake_that_stalls_everything_arrives(tls):
    port, folder = tls
    with Proxy("localhost", port) as proxy:
        proxy.is_mute = True
        live = LiveUplink("localhost", proxy.port, tls=True, ca=str(folder / "city.pem"),
                          connect_timeout_s=5, backoff_max_s=1)  # fmt: skip
        live.alarm(30)
        live.position(300)
        live.run_until(lambda: live.uplink.attempts_failed > 0)
        assert live.uplink.outgoing.acked == 0
        proxy.is_mute = False
        live.drain()
        live.hang_up()


def test_the_vm_too_speaks_only_to_whom_the_authority_vouches_for(tls):
    """All in DER, which this VM reads: only the certificate, or the name, makes the difference."""
    port, folder = tls
    for name, host, why in (
        ("city.der", "localhost", None),
        ("stranger.der", "localhost", "is not correctly signed"),
        ("city.der", "127.0.0.1", "does not match"),
        ("city.der", "localhost", None),
    ):
        began = time.monotonic()
        done = micropython("tests/support/vm_uplink.py", str(port), str(folder / name), host)
        told = f"{name}: {done.stdout} {done.stderr} {time.monotonic() - began:.1f} s"
        assert done.returncode == (why is not None), told
        if why is not None:
            assert "sent 0 " in done.stdout and f"failure TLS: The certificate {why}" in (
                done.stdout.replace("Common Name (CN) ", "")
            ), told
