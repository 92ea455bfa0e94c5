"""A broker of three nodes on 127.0.0.1: nats-server, whose streams each node keeps.

One node may be killed: what was acknowledged is on the others.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from sim.network.brokers import HOST, answers, executable, free_port

_NODES = 3
_READY_S = 60
_END_S = 5
_CONFIG = """\
server_name: {name}
host: {host}
port: -1
jetstream {{ store_dir: {store!r}, sync_interval: "1s" }}
cluster {{ name: busguard, listen: "{host}:{route}", routes: {routes} }}
mqtt {{ host: {host}, port: {port}, stream_replicas: 3, consumer_replicas: 3 }}
"""


class NatsCluster:
    """For a with block. OSError if it does not come about."""

    def __init__(self) -> None:
        program = executable("nats-server")
        if program is None:
            raise FileNotFoundError("nats-server is missing; make setup installs it")
        self._files = Path(tempfile.mkdtemp(prefix="busguard-nats-"))
        routes = [free_port() for _ in range(_NODES)]
        self.addresses = [(HOST, free_port()) for _ in range(_NODES)]
        self._processes: list[subprocess.Popen[bytes]] = []
        known = "[" + ", ".join(f'"nats-route://{HOST}:{port}"' for port in routes) + "]"
        for number, (address, route) in enumerate(zip(self.addresses, routes, strict=True)):
            folder = self._files / f"node-{number}"
            folder.mkdir()
            config = folder / "nats.conf"
            config.write_text(_CONFIG.format(
                name=f"node-{number}", host=HOST, store=str(folder / "store"), route=route,
                routes=known, port=address[1],
            ))  # fmt: skip
            with (folder / "log").open("wb") as log:
                self._processes.append(subprocess.Popen(
                    [program, "-c", str(config)], stdout=log, stderr=log, start_new_session=True,
                ))  # fmt: skip
        try:
            self._await()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> NatsCluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def kill(self, number: int) -> None:
        """As if its computer lost power."""
        self._processes[number].kill()
        self._processes[number].wait()

    def stop(self) -> None:
        for one in self._processes:
            one.terminate()
        for one in self._processes:
            try:
                one.wait(_END_S)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
        shutil.rmtree(self._files, ignore_errors=True)

    def _await(self) -> None:
        until = time.monotonic() + _READY_S
        while not all(answers(*address) for address in self.addresses):
            if time.monotonic() > until:
                logs = [one.read_text(errors="replace")[-300:] for one in self._files.glob("*/log")]
                raise OSError("the three nodes did not become one broker: " + "\n".join(logs))
            time.sleep(0.2)
