"""The load of a city: how soon a page has a state and a committed warning, without hostile buses
and with them.

Broker, station, buses and page are processes of their own. 1 % of the buses are hostile: each sends
forty times as much as another, all sealed, and all of it does harm (sim/bench/load_buses.py). What
counts is how much later the others are heard.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from sim.bench.load_buses import name
from sim.bench.station_stream import ages_ms, cpu_s, rss_mb
from sim.bus.city import City
from sim.live.postgres import Cluster, programs
from sim.live.station_process import PERSON, StationProcess
from sim.network import brokers

GOAL = 1.5
_SIZES = ((500, 1.0), (5000, 5.0))
"""Buses, and the seconds between two states of each."""
_SECONDS, _SHORT_S = 20, 4
_CITY = """\
listener {port} {host}
allow_anonymous true
persistence true
persistence_location {folder}/store/
autosave_interval 1
max_queued_messages 0
max_inflight_messages 500
set_tcp_nodelay true
"""
"""As the station writes it for a city (station/broker/mosquitto.py), without TLS."""


class Figures(NamedTuple):
    ages: dict[str, list[float]]
    lost: int
    cores: float
    mb: float


def run(say: Callable[[str], None], seconds: int | None = None) -> None:
    """seconds: of each measurement; a few of them make the short bench, of 500 buses alone."""
    seconds = seconds or _SECONDS
    sizes = _SIZES if seconds > _SHORT_S else _SIZES[:1]
    for buses, every_s in sizes:
        say(f"Load: {buses} buses, a state every {every_s:g} s, sealed; for {seconds} s each")
        for kind in ("SQLite", "PostgreSQL"):
            with _database(kind) as db:
                if db is None:
                    say(f"  {kind}: not installed here")
                    continue
                clean = _measure(say, kind, db(), buses, every_s, seconds, is_hostile=False)
                other = _measure(say, kind, db(), buses, every_s, seconds, is_hostile=True)
                _compare(say, clean, other)


@contextmanager
def _database(kind: str) -> Iterator[Callable[[], str] | None]:
    """What makes an empty one of this kind."""
    with ExitStack() as stack:
        where = programs()
        if kind == "SQLite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="busguard-load-")))
            yield lambda: str(Path(tempfile.mkdtemp(dir=folder)) / "station.db")
        elif where is None:
            yield None
        else:
            cluster = Cluster(where)
            stack.callback(cluster.stop)
            yield cluster.new


@contextmanager
def _broker() -> Iterator[brokers.Broker]:
    program = brokers.executable("mosquitto")
    if program is None:
        with brokers.start() as broker:
            yield broker
        return
    with tempfile.TemporaryDirectory(prefix="busguard-load-") as folder:
        port = brokers.free_port()
        config = Path(folder) / "mosquitto.conf"
        config.write_text(_CITY.format(port=port, host=brokers.HOST, folder=folder))
        os.chmod(folder, 0o777)  # started by root, mosquitto is another user
        with brokers.Broker("mosquitto", program, port, config) as broker:
            yield broker


def _measure(say: Callable[[str], None], kind: str, db: str, buses: int, every_s: float,
             seconds: int, is_hostile: bool) -> Figures:  # fmt: skip
    bad = buses // 100 if is_hostile else 0
    names = "\n".join([name(n) for n in range(buses - bad)] + [name(n, True) for n in range(bad)])
    enrol = [sys.executable, "-m", "station.bench", "--enrol", "--db", db]
    subprocess.run(enrol, input=names, text=True, check=True, start_new_session=True)
    city = {"STATION_CITY_KEY": City().pem}
    with _broker() as broker, StationProcess(
        (broker.host, broker.port), time.time_ns() // 1_000_000, db, city
    ) as station, ExitStack() as stack:  # fmt: skip
        _await_sessions(station)
        reader = _start(stack, "load_reader", station.address)
        assert reader.stdin is not None and reader.stdout is not None
        reader.stdin.write(f"{PERSON}\n{station.password}\n")
        reader.stdin.flush()
        assert reader.stdout.readline().strip() == "ready"
        before_s, begin_s = cpu_s(station.pid), time.monotonic()
        where = (broker.host, broker.port)
        if bad:
            _start(stack, "load_buses", *where, bad, every_s, seconds, "hostile")
        told = _start(stack, "load_buses", *where, buses - bad, every_s, seconds)
        sent = _told(told, station)
        cores = (cpu_s(station.pid) - before_s) / (time.monotonic() - begin_s)
        time.sleep(2)
        mb = rss_mb(station.pid)
        came = json.loads(reader.communicate(timeout=60)[0])
    found = {what: ages_ms(sent[what], came[what]) for what in ("states", "events")}
    ages = {what: age for what, (age, _) in found.items()}
    figures = Figures(ages, sum(lost for _, lost in found.values()), cores, mb)
    _print(say, f"{kind}, {f'{bad} hostile' if bad else 'clean'}", figures)
    return figures


def _await_sessions(station: StationProcess) -> None:
    """Both are on the broker: it keeps no event from before."""
    for _ in range(100):
        with contextlib.suppress(OSError):  # 503, too
            urllib.request.urlopen(station.address + "healthz", timeout=10).close()
            break
        time.sleep(0.1)
    time.sleep(1)


def _told(process: subprocess.Popen[str], station: StationProcess) -> dict[str, list]:
    """What the buses sent, once they have."""
    while True:
        station.tell(time.time_ns() // 1_000_000)
        try:
            return json.loads(process.communicate(timeout=0.2)[0])
        except subprocess.TimeoutExpired:
            continue


def _start(stack: ExitStack, module: str, *words: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", f"sim.bench.{module}", *map(str, words)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    stack.callback(process.kill)
    return process


def _at(ages: list[float], percent: int) -> float:
    return ages[min(len(ages) - 1, len(ages) * percent // 100)] if ages else float("nan")


def _print(say: Callable[[str], None], title: str, figures: Figures) -> None:
    parts = [
        f"{what} p50 {_at(ages, 50):.0f} p99 {_at(ages, 99):.0f} ms ({len(ages):,})"
        for what, ages in figures.ages.items()
    ]
    say(f"  {title:22} {'; '.join(parts)}; {figures.lost} not shown; {figures.cores:.2f} cores, "
        f"{figures.mb:.0f} MB; load {os.getloadavg()[0]:.1f}")  # fmt: skip


def _compare(say: Callable[[str], None], clean: Figures, hostile: Figures) -> None:
    ratios = [
        f"{what} {_at(hostile.ages[what], 99) / _at(clean.ages[what], 99):.2f}"
        for what in ("states", "events")
    ]
    say(f"    p99 of the others beside hostile ones, times the clean one: {', '.join(ratios)} "
        f"(goal < {GOAL})")  # fmt: skip
