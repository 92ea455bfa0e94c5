"""The station beside the town: a process of its own, as in a city, on 127.0.0.1.

It gets nothing from the simulator but MQTT messages and, on its standard input, the time in the
town. When that input closes, for whatever reason, the station ends. The database is new each time,
in a temporary folder.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sim.bus.city import City
from sim.network.brokers import HOST, free_port

_PORT = 8080
_READY_S = 90  # a busy computer
_END_S = 10
_TELL_S = 0.05
PERSON = "demo"


class StationProcess:
    """For a with block. OSError, with its last output, if it does not start."""

    def __init__(self, broker: tuple[str, int], utc_ms: int, db: str | None = None,
                 more: dict[str, str] | None = None,
                 policy: tuple[str, dict[str, Any]] | None = None,
                 release: tuple[str, Path] | None = None):  # fmt: skip
        """more: settings (STATION_...) for a fleet with identities (sim/network/secured.py); else
        the station takes what no bus has sealed. policy: a fleet, and its stops, schools, zones
        and routes for the map. release: the public release key, and a release file."""
        self._files = Path(tempfile.mkdtemp(prefix="busguard-station-"))
        self._told_s = 0.0
        self._environment = {
            **os.environ,
            "STATION_DB": db or str(self._files / "station.db"),
            "STATION_BROKER": f"{broker[0]}:{broker[1]}",
            "STATION_CLIENT_ID": f"busguard-town-{os.getpid()}",
            **({"STATION_CITY_KEY": City().pem, "STATION_ACCEPT_UNSEALED": "1"}
               if more is None else more),
            **({} if release is None else {"STATION_RELEASE_KEY": release[0]}),
        }  # fmt: skip
        self._process: subprocess.Popen[str] | None = None
        self.password = secrets.token_hex(10)
        try:
            self.address = self._start(utc_ms, self._first(policy, release))
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> StationProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def tell(self, utc_ms: int, every_s: float = _TELL_S) -> None:
        """The time in the town; now and then is enough."""
        if time.monotonic() - self._told_s < every_s or self._process is None:
            return
        self._told_s = time.monotonic()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{utc_ms}\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it has ended; the town goes on

    def command(self, *words: str) -> subprocess.Popen[str]:
        """One of an administrator, beside the running station. Nobody waits for it here."""
        return subprocess.Popen(
            [sys.executable, "-m", "station", *words], env=self._environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def stop(self) -> None:
        """End it, and remove its files."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            try:
                process.stdin.close()
                process.wait(_END_S)
            except (OSError, subprocess.TimeoutExpired):
                process.kill()
                process.wait()
        shutil.rmtree(self._files, ignore_errors=True)

    def _first(self, policy: tuple[str, dict[str, Any]] | None,
               release: tuple[str, Path] | None) -> list[list[str]]:  # fmt: skip
        """Commands of an operator, before the station itself."""
        commands = [["admin", PERSON]]
        if policy is not None:
            fleet, pack = policy
            file = self._files / "policy.json"
            file.write_text(json.dumps(pack))
            commands.append(["policy", fleet, str(file)])
        if release is not None:
            commands.append(["release", "add", str(release[1])])
        return commands

    def _start(self, utc_ms: int, first: list[list[str]]) -> str:
        """All in one process: each command would take a second to begin."""
        log = self._files / "log"
        port = _PORT if _is_free(_PORT) else free_port()
        serve = ["serve", "--http", f"{HOST}:{port}", "--clock", str(utc_ms)]
        lines = [f"if main({command!r}): sys.exit(2)" for command in (*first, serve)]
        code = "\n".join(["import sys", "from station.__main__ import main", *lines])
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=out, stderr=out,
                text=True, env=self._environment, start_new_session=True,
            )  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(self.password + "\n")
        self._process.stdin.flush()
        until = time.monotonic() + _READY_S
        while time.monotonic() < until and self._process.poll() is None:
            if _answers(port):
                return f"http://{HOST}:{port}/"
            time.sleep(0.05)
        raise OSError(f"the station did not start: {log.read_text(errors='replace')[-500:]}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    """Whether a web server is there."""
    try:
        with socket.create_connection((HOST, port), 1) as link:
            link.settimeout(2)
            link.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            return link.recv(5) == b"HTTP/"
    except OSError:
        return False
