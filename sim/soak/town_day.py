"""The soak of the station: `python -m sim soak --town`. A school day of the town, from 05:00 to
21:00, live and faster than life, with the map and a bus's page open in a browser all the time.

It prints a line now and then: what the station and the page need of memory, what the browser's
console said, and how many buses the station called dark; the town's story has none that is.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from sim.live.dashboard import Plain
from sim.live.morning import access_to, account, map_policy, subscribed
from sim.live.run import FLEET, LiveBus, Run, Stop
from sim.live.station_process import PERSON, StationProcess
from sim.world.day import school_day
from sim.world.town_policy import policy_for
from sim.world.world import MISCHIEF, MONDAY_UTC_MS, World

_LINES = 60
"""At most about so many, however long it takes."""
_LEAST_S = 10
_READY_MS = 60_000
_HEAD = "town    station  map page  its nodes  bus page  console  alarms  dark"


class Figures(NamedTuple):
    clock: str
    station_mb: float
    map_mb: float
    nodes: int
    bus_mb: float
    errors: int
    alarms: int
    dark: int

    def __str__(self) -> str:
        return (f"{self.clock:5} {self.station_mb:6.0f} MB {self.map_mb:6.1f} MB {self.nodes:10} "
                f"{self.bus_mb:6.1f} MB {self.errors:8} {self.alarms:7} {self.dark:5}")  # fmt: skip


class Quiet(Plain):
    """What counts here is measured: it shows headlines only."""

    def hear(self, bus: str, message: dict[str, Any]) -> None:
        pass

    def show(self, clock: str, rows: Iterable[Any]) -> None:
        pass


class Watcher(threading.Thread):
    """Has both pages open. Every so often it looks at them and at the station, and acknowledges
    what alarms there are."""

    def __init__(self, chromium: str, station: StationProcess, world: World, every_s: float):
        super().__init__(daemon=True)
        self.figures: list[Figures] = []
        self.said: list[str] = []
        """By the console of the browser, if it is an error."""
        self.failure: Exception | None = None
        self._chromium = chromium
        self._station = station
        self._world = world
        self._every_s = every_s
        self._csrf: dict[str, str] = {}
        self._over = threading.Event()

    def end(self) -> None:
        self._over.set()
        self.join(60)

    def run(self) -> None:
        try:
            self._watch()
        except Exception as error:  # noqa: BLE001 - the thread that waits reports it
            self.failure = error

    def _watch(self) -> None:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=self._chromium, args=["--headless", "--no-sandbox", "--disable-gpu"]
            )
            context = browser.new_context()
            who = {"name": PERSON, "password": self._station.password}
            answer = context.request.post(self._station.address + "api/login", data=who)
            self._csrf = {"X-CSRF-Token": answer.json()["csrf"]}
            pages = []
            for place in ("", f"bus/{FLEET}/bus-01"):
                page = context.new_page()
                page.on("pageerror", lambda error: self.said.append(str(error)))
                page.on("console", self._note)
                page.goto(self._station.address + place)
                page.wait_for_selector(".leaflet-container", timeout=_READY_MS)
                pages.append((page, context.new_cdp_session(page)))
            while True:
                self.figures.append(self._look(context, pages))
                if self._over.is_set():
                    break
                until_s = time.monotonic() + self._every_s
                while time.monotonic() < until_s and not self._over.is_set():
                    pages[0][0].wait_for_timeout(200)  # its events are handled meanwhile
            browser.close()

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.said.append(message.text)

    def _look(self, context: Any, pages: Sequence[tuple[Any, Any]]) -> Figures:
        (map_mb, nodes), (bus_mb, _) = (_heap(session) for _, session in pages)
        answer = context.request.get(self._station.address + "api/alarms?limit=1000")
        alarms = answer.json()
        for alarm in alarms:  # as staff do: else the list only grows
            if not alarm["acked_at"]:
                ack = f"{self._station.address}api/alarms/{alarm['id']}/ack"
                context.request.post(ack, data={"note": None}, headers=self._csrf)
        dark = sum(alarm["kind"] == "going_dark" for alarm in alarms)
        figures = Figures(self._world.local_clock[:5], _memory_mb(self._station.pid), map_mb, nodes,
                          bus_mb, len(self.said), len(alarms), dark)  # fmt: skip
        print(figures, flush=True)
        return figures


def _heap(session: Any) -> tuple[float, int]:
    """After a garbage collection: MB of objects, and nodes of the document."""
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return found["JSHeapUsedSize"] / 1e6, int(found["Nodes"])


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


def run(args: argparse.Namespace) -> int:
    """0; 1 if the console had an error, a bus was called dark or a record did not arrive; 2 if
    something is missing here."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("python -m sim soak --town: no chromium here.", file=sys.stderr)
        return 2
    names = [f"bus-{number:02d}" for number in range(1, args.buses + 1)]
    worlds = [school_day(index, args.seed, habits=MISCHIEF) for index in range(args.buses)]
    with ExitStack() as stack:
        stop = stack.enter_context(Stop())
        try:
            access = stack.enter_context(access_to(None, names, MONDAY_UTC_MS))
            subscriber = stack.enter_context(subscribed(*access.station, tls=access.tls))
            station = stack.enter_context(StationProcess(
                access.station, worlds[0].start_utc_ms, more=access.settings,
                policy=(FLEET, map_policy(args.buses)),
            ))  # fmt: skip
        except OSError as error:
            print(f"python -m sim soak --town: {error}.", file=sys.stderr)
            return 2
        buses = [
            LiveBus(name, world, access.buses, policy=policy_for(number),
                    identity=access.identities.get(name))
            for number, (name, world) in enumerate(zip(names, worlds, strict=True))
        ]  # fmt: skip
        town = Run(buses, subscriber, args.speed, station.tell)
        print(f"A school day of {args.buses} buses, seed {args.seed}, {args.speed:g} times faster "
              f"than life, with two pages open.\n{_HEAD}", flush=True)  # fmt: skip
        whole_s = args.duration or 16 * 3600 / args.speed
        watcher = Watcher(chromium, station, worlds[0], max(_LEAST_S, whole_s / _LINES))
        watcher.start()
        stop.runs = True
        town.drive(Quiet(), args.duration, stop)
        is_stopped = stop.asked  # and Ctrl-C on a terminal ends the browser, too
        watcher.end()
        town.drain(Quiet(), stop)
        if watcher.failure is not None and not is_stopped:
            raise watcher.failure
        if town.slipped:
            print(f"This computer is too slow for {args.speed:g} times life.")
        return max(account(town.ledger, stop), _told(watcher))


def _told(watcher: Watcher) -> int:
    first, last = watcher.figures[min(1, len(watcher.figures) - 1)], watcher.figures[-1]
    for text in dict.fromkeys(watcher.said):
        print(f"console: {text}")
    print(f"Station {first.station_mb:.0f} -> {last.station_mb:.0f} MB; "
          f"page with the map {first.map_mb:.1f} -> {last.map_mb:.1f} MB, "
          f"{first.nodes} -> {last.nodes} nodes; page of a bus {first.bus_mb:.1f} -> "
          f"{last.bus_mb:.1f} MB; {last.errors} errors in the console; "
          f"{last.dark} of {last.alarms} alarms say that a bus went dark.")  # fmt: skip
    return 1 if last.errors or last.dark else 0
