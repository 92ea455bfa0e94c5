"""The station: what it takes in, how soon pages show it, what a page weighs, what a week costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from sim.bench import station_page, station_stream, station_week
from sim.live.postgres import Cluster, programs


def run(say: Callable[[str], None]) -> None:
    for name, module in (("taking in", "station.bench"),
                         ("a fleet's month as a workbook", "station.bench_report")):  # fmt: skip
        say(f"Station: {name}")
        _run(module)
    for name, part in (("from the broker to the pages", station_stream),
                       ("the first page", station_page),
                       ("a week of school days", station_week)):  # fmt: skip
        say(f"Station: {name}")
        part.run(say)


def _run(module: str) -> None:
    """A process of its own, for here nothing is imported from the station; on both databases."""
    where = programs()
    cluster = Cluster(where) if where else None
    try:
        more = ["--db", cluster.new()] if cluster else []
        subprocess.run([sys.executable, "-m", module, *more], check=True, start_new_session=True)
    finally:
        if cluster:
            cluster.stop()
