"""Certificates of our own, and a mosquitto on localhost that speaks TLS with them."""

from __future__ import annotations

import contextlib
import getpass
import socket
import subprocess
import time

from sim.network import brokers

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


@contextlib.contextmanager
def mosquitto(folder, settings):
    """Yields its port; it ends with the block."""
    port = brokers.free_port()
    config = folder / "config"
    config.write_text(f"listener {port} 127.0.0.1\nuser {getpass.getuser()}\n{settings}\n")
    process = subprocess.Popen(
        [brokers.executable("mosquitto"), "-c", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _await(port, process):
    """Until it listens."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise AssertionError("mosquitto does not listen")
