"""Several station processes on one PostgreSQL database and one broker, as a city runs them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.bus.city import City
from sim.network.brokers import HOST, free_port

_READY_S = 60
_END_S = 10
_ASK_S = 0.05


class Process:
    """`python -m station serve` on 127.0.0.1."""

    def __init__(self, environment: dict[str, str], log: Path, lease_s: float | None,
                 *words: str):  # fmt: skip
        """lease_s: a shorter lease than a city's."""
        self.port = free_port()
        self.log = log
        lines = ["import sys", "from station.__main__ import main", "from station.db import lease"]
        if lease_s is not None:
            lines.append(f"lease.LEASE_S, lease._LENGTHEN_S = {lease_s}, {lease_s / 4}")
            lines.append(f"lease.DEAF_S = {lease_s}")
        lines.append(f"sys.exit(main({['serve', '--http', f'{HOST}:{self.port}', *words]!r}))")
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "\n".join(lines)], stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, env=environment, start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def health(self) -> dict[str, Any]:
        """What /healthz says, with any status; empty: there is no answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except (OSError, ValueError):
            return {}

    def is_ready(self, role: str) -> bool:
        said = self.health()
        return said.get("role") == role and bool(said.get("ok"))

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> None:
        if self._process.poll() is None:
            self.send(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()


class Stations:
    """For a with block. OSError, with the last output, if one does not start."""

    def __init__(self, database: str, brokers: Sequence[tuple[str, int]],
                 lease_s: float | None = None, more: dict[str, str] | None = None):  # fmt: skip
        """more: settings (STATION_...)."""
        self._files = Path(tempfile.mkdtemp(prefix="busguard-stations-"))
        self._lease_s = lease_s
        self._started: list[Process] = []
        self._environment = {
            **os.environ, "STATION_DB": database, "STATION_CITY_KEY": City().pem,
            "STATION_BROKER": ",".join(f"{host}:{port}" for host, port in brokers),
            "STATION_ACCEPT_UNSEALED": "1", **(more or {}),
        }  # fmt: skip

    def __enter__(self) -> Stations:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._started:
            one.end()
        shutil.rmtree(self._files, ignore_errors=True)

    def start(self, role: str, *words: str, **more: str) -> Process:
        """Waits until it has this role. more: settings of this one alone."""
        log = self._files / f"log-{len(self._started)}"
        one = Process({**self._environment, **more}, log, self._lease_s, *words)
        self._started.append(one)
        self.until(lambda: one.is_ready(role), f"the station as {role}", _READY_S)
        return one

    def until(self, is_so: Callable[[], Any], what: str, seconds: float = 30) -> float:
        """-> after how many seconds it was so."""
        begun = time.monotonic()
        while not is_so():
            if time.monotonic() > begun + seconds:
                logs = [one.log.read_text(errors="replace")[-1500:] for one in self._started]
                raise OSError(f"{what} did not come about: " + "\n---\n".join(logs))
            time.sleep(_ASK_S)
        return time.monotonic() - begun
