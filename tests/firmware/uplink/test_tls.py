"""TLS to a real broker, on both Pythons: who is spoken to, and the sentence for each refusal.

The VM runs tests/support/vm_uplink.py, in the same ways and with the same sentences.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import shutil
import socketserver
import threading
from datetime import datetime, timezone

import pytest
from certificates import certified
from live_uplink import LiveUplink
from tls import mosquitto
from vm import micropython

from firmware.identity import Identity
from sim.bus import identities
from sim.network import brokers
from sim.network.proxy import Proxy

pytestmark = pytest.mark.skipif(
    brokers.executable("mosquitto") is None, reason="mosquitto is missing"
)
FLEET, BUS = "laemchabang", "bus-1"


class Town:
    """Authorities, brokers by what is wrong with their certificate, and identities of a bus."""

    def __init__(self, folder):
        self.folder = folder
        self.city, self.stranger = certified("city", days=(-900, 900)), certified("stranger")
        self.bus = certified(f"{FLEET}/{BUS}", self.city)
        self.foreign = certified(f"{FLEET}/{BUS}", self.stranger)
        self._open = contextlib.ExitStack()
        self._ports = {}
        self._certificates = {
            "good": certified("localhost", self.city, host="localhost"),
            "not yet": certified("localhost", self.city, (3, 300), "localhost"),
            "expired": certified("localhost", self.city, (-300, -1), "localhost"),
            "mutual": certified("localhost", self.city, host="localhost"),
        }

    def port(self, kind):
        if kind not in self._ports:
            self._ports[kind] = self._open.enter_context(self._broker(kind))
        return self._ports[kind]

    def _broker(self, kind):
        folder = self.folder / kind.replace(" ", "-")
        folder.mkdir()
        settings = "allow_anonymous true\n"
        if kind == "http":
            return web()
        if kind != "plain":
            certificate, key = self._certificates[kind].save(folder, "broker")
            settings += f"certfile {certificate}\nkeyfile {key}\n"
        if kind == "mutual":
            ca, _ = self.city.save(folder, "city")
            settings += f"cafile {ca}\nrequire_certificate true\n"
        return mosquitto(folder, settings)

    def identity(self, ca=True, cert=None, key=None):
        """identity.json. ca: of the city, of a stranger (None), or none at all (False)."""
        changes = {"ca": "" if ca is False else (self.city if ca else self.stranger).der}
        if cert is not None:
            changes.update(cert=cert.der, key=key or cert.key_der)
        return identities.fields(FLEET, BUS, **changes)

    def close(self):
        self._open.close()


@contextlib.contextmanager
def web():
    """A server that speaks HTTP on its port."""
    server = socketserver.TCPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    server.RequestHandlerClass.log_message = lambda *_: None
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    town = Town(tmp_path_factory.mktemp("tls"))
    yield town
    town.close()


def on_cpython(port, identity, host):
    """-> how often the broker acknowledged, and why the connection failed."""
    live = LiveUplink(host, port, identity and Identity(identity), tls=True, connect_timeout_s=5)
    live.alarm(3)
    live.run_until(lambda: live.drained() or live.uplink.attempts_failed)
    acked, failure = live.uplink.outgoing.acked, live.uplink.failure
    live.hang_up()
    return acked, failure


def in_the_vm(port, identity, host, folder, year=None):
    """The same; year: in which the VM believes to be."""
    path = folder / "identity.json"
    path.write_text(json.dumps(identity))
    before = ("faketime", "-f", f"{year}-06-01 00:00:00") if year else ()
    done = micropython("tests/support/vm_uplink.py", str(port), str(path), host, before=before)
    told = json.loads(done.stdout) if done.stdout.startswith("{") else None
    assert told is not None, done.stdout + done.stderr
    return told["acked"], told["failure"]


CASES = {  # broker, identity, host -> the sentence, or None: everything arrives
    "good": ("good", {}, "localhost", None),
    "good with a certificate": ("mutual", {"cert": "bus"}, "localhost", None),
    "the key in PKCS8": ("mutual", {"cert": "bus", "pkcs8": True}, "localhost", None),
    "no identity": ("good", None, "localhost",
                    "TLS needs an identity: make enrol writes identity.json."),
    "no authority": ("good", {"ca": False}, "localhost",
                     "identity.json has no ca: the broker cannot be verified."),
    "unknown authority": ("good", {"ca": None}, "localhost",
                          "The broker's certificate is from an unknown authority."),
    "another name": ("good", {}, "127.0.0.1",
                     "The broker's certificate is not for the name 127.0.0.1."),
    "not yet": ("not yet", {}, "localhost",
                "The broker's certificate is not valid yet: the bus's clock says TODAY."),
    "expired": ("expired", {}, "localhost",
                "The broker's certificate has expired: the bus's clock says TODAY."),
    "no certificate": ("mutual", {}, "localhost",
                       "The broker refuses this bus's certificate in the TLS handshake."),
    "a stranger's certificate": ("mutual", {"cert": "foreign"}, "localhost",
                                 "The broker refuses this bus's certificate in the TLS handshake."),
    "no TLS": ("plain", {}, "localhost", "Port %d of the broker does not answer in TLS."),
    "the web": ("http", {}, "localhost", "Port %d of the broker does not answer in TLS."),
    "nothing there": (None, {}, "localhost", "Nothing listens on port %d of localhost."),
    "no such name": ("good", {}, "no-such-host.invalid",
                     "The network does not know the name no-such-host.invalid."),
    "a broken certificate": ("mutual", {"cert": "bus", "key": "MAA="}, "localhost",
                             "A certificate or the key in identity.json cannot be used: "
                             "invalid key."),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_who_is_spoken_to_and_why_not_the_same_on_both_pythons(town, case, tmp_path):
    kind, changes, host, sentence = CASES[case]
    identity = None
    if changes is not None:
        changes = dict(changes)
        cert = getattr(town, changes.pop("cert")) if "cert" in changes else None
        if changes.pop("pkcs8", False):
            changes["key"] = cert.pkcs8
        identity = town.identity(cert=cert, **changes)
    port = town.port(kind) if kind else brokers.free_port()
    if sentence is not None:
        today = str(datetime.now(timezone.utc).date())
        sentence = sentence.replace("%d", str(port)).replace("TODAY", today)
    for acked, failure in (
        on_cpython(port, identity, host),
        in_the_vm(port, identity, host, tmp_path),
    ):
        if sentence is None:
            assert acked > 0, failure
        else:
            assert (acked, failure) == (0, sentence)


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is missing")
@pytest.mark.parametrize(
    ("year", "sentence"),
    [
        (2000, "The broker's certificate is not valid yet: the bus's clock says 2000-06-01."),
        (2049, "The broker's certificate has expired: the bus's clock says 2049-06-01."),
    ],
)
def test_a_bus_with_a_wrong_clock_says_what_its_clock_says(town, year, sentence, tmp_path):
    told = in_the_vm(town.port("good"), town.identity(), "localhost", tmp_path, year)
    assert told == (0, sentence)


def test_after_a_handshake_that_stalls_everything_arrives(town):
    with Proxy("localhost", town.port("good")) as proxy:
        proxy.is_mute = True
        live = LiveUplink("localhost", proxy.port, Identity(town.identity()), tls=True,
                          connect_timeout_s=5, backoff_max_s=1)  # fmt: skip
        live.alarm(30)
        live.position(300)
        live.run_until(lambda: live.uplink.attempts_failed > 0)
        assert live.uplink.outgoing.acked == 0
        proxy.is_mute = False
        live.drain()
        live.hang_up()
