"""The station: a process of its own (station/bench.py), with a broker and a PostgreSQL of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from sim import brokers
from sim.postgres import Cluster, programs


def run(say: Callable[[str], None]) -> None:
    with brokers.start() as broker:
        say(f"station ({broker.kind})")
        command = [
            sys.executable,
            "-m",
            "station.bench",
            "--broker",
            f"{broker.host}:{broker.port}",
        ]
        where = programs()
        cluster = Cluster(where) if where else None
        try:
            if cluster:
                command += ["--db", cluster.new()]
            subprocess.run(command, check=True)
        finally:
            if cluster:
                cluster.stop()
