"""deploy/'s proxies, Caddy and nginx, in front of a station on 127.0.0.1."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from sim.network.brokers import free_port
from station.app import make_app
from station.doors.server import server
from station.settings import Settings
from station.station import Station

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
_SBIN = "/usr/sbin:/usr/bin:/usr/local/bin"


class Served:
    """A station that answers on a port, in a thread. Its broker is away."""

    def __init__(self, folder: Path, **settings):
        self.settings = Settings(broker=("127.0.0.1", 9), db=str(folder / "s.db"), **settings)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._began = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._began.wait(60)

    async def _run(self) -> None:
        self.station = Station(self.settings)
        self._loop = asyncio.get_running_loop()
        self._web = server(make_app(self.station), self.settings.proxies)
        running = asyncio.create_task(self._web.serve([self._listener]))
        while not self._web.started:
            await asyncio.sleep(0.02)
        self._began.set()
        await running

    def does(self, work):
        """What a coroutine, or a call in the station's own loop, answers."""

        async def whole():
            found = work()
            return await found if asyncio.iscoroutine(found) else found

        return asyncio.run_coroutine_threadsafe(whole(), self._loop).result(60)

    def stop(self) -> None:
        self._web.should_exit = True
        self._thread.join(30)


def installed(name: str) -> str:
    """Skips the test if it is not."""
    found = shutil.which(name) or shutil.which(name, path=_SBIN)
    if found is None:
        pytest.skip(f"{name} is missing (Debian: apt install {name})")
    return found


@contextlib.contextmanager
def caddy(folder: Path, station_port: int, certificate: Path, key: Path):
    """Yields the ports of the station's own host, and of the host with a path."""
    ports = free_port(), free_port()
    tls = f"\ttls {certificate} {key}\n"
    text = (DEPLOY / "Caddyfile").read_text()
    text = re.sub(r"^station\.example\.org {\n", f"https://localhost:{ports[0]} {{\n{tls}", text,
                  flags=re.M)  # fmt: skip
    text = re.sub(r"^example\.org {\n", f"https://localhost:{ports[1]} {{\n{tls}", text, flags=re.M)
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{station_port}")
    text = text.replace("/var/log/caddy", str(folder))
    config = folder / "Caddyfile"
    config.write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    words = [installed("caddy"), "run", "--adapter", "caddyfile", "--config", str(config)]
    with _running(words, ports, folder, homes):
        yield ports


@contextlib.contextmanager
def nginx(folder: Path, station_port: int, certificate: Path, key: Path):
    """As caddy(). The host with a path is written as the file's own comment says."""
    ports = free_port(), free_port()
    text = (DEPLOY / "nginx.conf").read_text()
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{station_port}")
    text = re.sub(r"ssl_certificate .*;", f"ssl_certificate {certificate};", text)
    text = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {key};", text)
    text = text.replace("station.example.org", "localhost")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    top = text.replace("listen 443 ssl", f"listen 127.0.0.1:{ports[0]} ssl")
    whole = text.partition("server {\n    listen 443")
    below = (whole[1] + whole[2]).replace("listen 443 ssl", f"listen 127.0.0.1:{ports[1]} ssl")
    below = below.replace("location / {", "location = /busguard { return 308 /busguard/; }\n"
                          "    location /busguard/ {")  # fmt: skip
    below = below.replace(f"proxy_pass http://127.0.0.1:{station_port};",
                          f"proxy_pass http://127.0.0.1:{station_port}/;")  # fmt: skip
    paths = "".join(f"{one}_temp_path {folder}/{one};\n"
                    for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off;\nuser root;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}{top}{below}}}\n"
    )
    words = [installed("nginx"), "-c", str(config), "-p", str(folder)]
    with _running(words, ports, folder, {}):
        yield ports


@contextlib.contextmanager
def _running(words, ports, folder: Path, environment):
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                   env={"PATH": _SBIN, **environment})  # fmt: skip
    try:
        until = time.monotonic() + 30
        for port in ports:
            while True:
                assert process.poll() is None, (folder / "proxy.log").read_text()[-2000:]
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert time.monotonic() < until, "the proxy does not listen"
                time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(20)
