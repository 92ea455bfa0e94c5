"""TLS to a real broker: whoever the authority does not vouch for is not spoken to."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import time

import pytest
from live_uplink import LiveUplink
from vm import micropython

from sim import brokers

pytestmark = [
    pytest.mark.skipif(brokers.executable("mosquitto") is None, reason="mosquitto is missing"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing"),
]
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def authority(folder, name):
    """-> its certificate, self-signed, PEM."""
    path = folder / f"{name}.pem"
    subject = ("-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", path)
    openssl("req", "-x509", *_KEY, *subject)
    return path


def vouched(folder, ca, host):
    """The broker's certificate for this host -> (certificate, key)."""
    request, certificate, key = (folder / f"broker.{ending}" for ending in ("csr", "pem", "key"))
    names = folder / "names"
    names.write_text(f"subjectAltName=DNS:{host}")
    openssl("req", *_KEY, "-subj", f"/CN={host}", "-keyout", key, "-out", request)
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca.with_suffix(".key"),
            "-CAcreateserial", "-days", "2", "-extfile", names, "-out", certificate)  # fmt: skip
    return certificate, key


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """-> (port of a broker on localhost that speaks TLS only, folder of certificates)."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = vouched(folder, authority(folder, "city"), "localhost")
    authority(folder, "stranger")
    openssl("x509", "-in", folder / "city.pem", "-outform", "DER", "-out", folder / "city.der")
    port = brokers.free_port()
    config = folder / "config"
    config.write_text(
        f"listener {port} 127.0.0.1\nuser {getpass.getuser()}\nallow_anonymous true\n"
        f"certfile {certificate}\nkeyfile {key}\n"
    )
    process = subprocess.Popen(
        [brokers.executable("mosquitto"), "-c", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield port, folder
    process.terminate()
    process.wait(10)


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
    [("stranger.pem", "localhost"), ("city.pem", "127.0.0.1"), ("none", "localhost")],
)
def test_a_stranger_another_name_or_no_file_gets_nothing(tls, ca, host):
    port, folder = tls
    live = bus(port, folder / ca, host)
    live.run_until(lambda: live.uplink.dials_failed > 0)
    assert live.uplink.acked == 0
    if ca == "none":
        assert "broker.ca: the file" in str(live.uplink.failure)
    live.hang_up()


def test_the_vm_too_speaks_only_to_whom_the_authority_vouches_for(tls):
    port, folder = tls
    for name, status in (("city.der", 0), ("stranger.pem", 1)):
        began = time.monotonic()
        done = micropython("tests/vm_uplink.py", str(port), str(folder / name))
        told = f"{name}: {done.stdout} {done.stderr} {time.monotonic() - began:.1f} s"
        assert done.returncode == status, told
