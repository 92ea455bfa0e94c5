"""From the broker to the pages: how old the newest state is when a browser's stream has it.

Buses, station and browsers are processes of their own, as in a city. The station hands a page
no more than the newest state of a bus at a time: one that a newer one overtakes is not shown, and
counts here with the time until that newer one was there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sim.live.station_process import PERSON, StationProcess
from sim.network import brokers

_SECONDS = 20
_PAGES = 5
GOAL_MS = 500


def run(say: Callable[[str], None]) -> None:
    for buses in (100, 500):
        with brokers.start() as broker, StationProcess(
            (broker.host, broker.port), time.time_ns() // 1_000_000
        ) as station:  # fmt: skip
            _measure(say, buses, broker, station)


def _measure(say, buses: int, broker: brokers.Broker, station: StationProcess) -> None:
    reader = _start("station_reader", station.address, _PAGES)
    assert reader.stdin is not None and reader.stdout is not None
    try:
        reader.stdin.write(f"{PERSON}\n{station.password}\n")
        reader.stdin.flush()
        assert reader.stdout.readline().strip() == "ready"
        before_s, begin_s = cpu_s(station.pid), time.monotonic()
        told = _start("station_buses", broker.host, broker.port, buses, _SECONDS)
        sent = json.loads(told.communicate(timeout=_SECONDS * 5)[0])
        time.sleep(1)
        busy = (cpu_s(station.pid) - before_s) / (time.monotonic() - begin_s)
        came = json.loads(reader.communicate(timeout=60)[0])
    finally:
        reader.kill()
    ages, lost = ages_ms(sent, came)
    half, late = ages[len(ages) // 2], ages[len(ages) * 99 // 100]
    say(f"  {buses} buses x 1/s, broker to {_PAGES} pages: median {half:.0f} ms, "
        f"p99 {late:.0f} ms (goal <= {GOAL_MS}), longest {ages[-1]:.0f} ms")  # fmt: skip
    say(f"    {len(sent)} states told, {len(came)} shown, {lost} missed; the station used "
        f"{busy:.0%} of a core and {rss_mb(station.pid):.0f} MB; "
        f"load of this computer {os.getloadavg()[0]:.1f}")  # fmt: skip


def ages_ms(sent: list, came: list) -> tuple[list[float], int]:
    """[(bus, at ms)], [(bus, at ms, came ms)] -> (ms of each sent one until it or a newer one of
    its bus was there, ascending; how many never were)."""
    by_bus: dict[str, list[tuple[float, float]]] = {}
    for bus, at, ms in came:
        by_bus.setdefault(bus, []).append((at, ms))
    ages, lost = [], 0
    for bus, at in sent:
        first = next((ms for shown, ms in by_bus.get(bus, ()) if shown >= at), None)
        if first is None:
            lost += 1
        else:
            ages.append(first - at)
    return sorted(ages), lost


def _start(module: str, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"sim.bench.{module}", *map(str, words)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def cpu_s(pid: int) -> float:
    """Of a process since it started (proc(5): utime, stime); 0 where there is no /proc."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    words = stat.read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """In memory now; 0 where there is no /proc."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
