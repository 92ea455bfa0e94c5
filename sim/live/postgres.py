"""A PostgreSQL server on 127.0.0.1, in a temporary folder, for as long as it is needed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from sim.network.brokers import HOST, free_port


def programs() -> Path | None:
    """Where initdb and postgres are: Debian has them in a folder of the version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    there = str(found[-1]) if found else shutil.which("initdb")
    return Path(there).parent if there else None


class Cluster:
    """One server and its databases. It does not run as root: PostgreSQL refuses that."""

    def __init__(self, bin_folder: Path):
        self._bin = bin_folder
        self._files = Path(tempfile.mkdtemp(prefix="busguard-postgres-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            os.chown(self._files, pwd.getpwnam(self._user).pw_uid, -1)
        self.port = free_port()
        self._process: subprocess.Popen | None = None
        self._count = 0
        self._address: str | None = None
        try:
            self._run("initdb", "-D", self._data, "-U", "station", "-A", "trust", "--no-sync",
                      "-E", "UTF8", "--locale=C")  # fmt: skip
            self.start()
        except BaseException:
            self.stop()
            raise

    @property
    def _data(self) -> str:
        return str(self._files / "data")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments], check=False, user=self._user, cwd=self._files,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True,  # Ctrl-C is meant for us
        )  # fmt: skip
        if done.returncode:
            raise OSError(f"{program} failed: {done.stderr.strip()[-500:]}")

    def start(self) -> None:
        options = {"listen_addresses": HOST, "port": self.port, "fsync": "off",
                   "unix_socket_directories": str(self._files)}  # fmt: skip
        words = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        self._process = subprocess.Popen(
            [str(self._bin / "postgres"), "-D", self._data, *words], user=self._user,
            cwd=self._files, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        ready = [str(self._bin / "pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        until = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode:
            assert time.monotonic() < until, "postgres did not start"
            time.sleep(0.05)

    def halt(self) -> None:
        """Ends it as if its computer were switched off."""
        process, self._process = self._process, None
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # a full computer: it waits for a child of its own
            _kill_all(process)

    def new(self) -> str:
        """The address of a database that is empty."""
        self._count += 1
        name = f"station_{self._count}"
        self._run("createdb", "-h", HOST, "-p", str(self.port), "-U", "station", name)
        return f"postgresql://station@{HOST}:{self.port}/{name}"

    def emptied(self) -> str:
        """The address of one database, the same each time; everything in it is dropped."""
        if self._address is None:
            self._address = self.new()
        else:
            self._run("psql", "-q", "-d", self._address, "-c", "SET client_min_messages TO error; "
                      "DROP SCHEMA public CASCADE; CREATE SCHEMA public")  # fmt: skip
        return self._address

    def stop(self) -> None:
        if self._process is not None:
            self.halt()
        shutil.rmtree(self._files, ignore_errors=True)


def _kill_all(process: subprocess.Popen) -> None:
    """The server and its children, each of which is a session of its own."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for number in [str(process.pid), *children.read_text().split()]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(number), signal.SIGKILL)
    process.wait(20)
    time.sleep(1)  # what they share is given back by the last one of them
