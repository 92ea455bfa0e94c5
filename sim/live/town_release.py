"""A release for the town: its fleet is updated while it drives, and one bus gets bad code.

The first bus takes it in the depot, before it departs; once it has proven itself, all the others
fetch it on their way and change over at the end of their morning. In one of them the code is bad on
purpose: it comes back (sim/bus/bad_code.py). The station does the rollout, by the commands of an
administrator.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import firmware
from firmware.update import change
from firmware.update.offer import KEPT as OFFER
from sim.bus import bad_code, releases
from sim.live.run import FLEET, LiveBus
from sim.live.station_process import StationProcess
from sim.program.release import packed

OLD = firmware.VERSION
_CHANGED = ("rules", "gnss")
_FIRST = "1"  # its number at the station
_AGAIN_S = 1.0
_STOP_SHARE = 10
"""Percent, as the station has it: one bus of six is more, so the rollout stops by itself."""
_MADE_S = 1_795_305_600  # 2026-11-22
_NOTES = {
    "en": "Made up for the simulated town. In one bus its code is bad on purpose.",
    "th": "รุ่นสมมติสำหรับเมืองจำลอง มีรถหนึ่งคันที่ตั้งใจให้โปรแกรมเสีย",
}


def _next(version: str) -> str:
    head, _, last = version.rpartition(".")
    return f"{head}.{int(last) + 1}"


NEW = _next(OLD)
STANDS_MS = 600_000
"""So long the first bus waits for it at most."""


class TownRelease:
    """For a with block. Call `step` all the time."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="busguard-release-")
        self.file = Path(self._folder.name, f"busguard-{NEW}.release")
        self.file.write_bytes(packed(releases.small(NEW, _CHANGED, notes=_NOTES, made_s=_MADE_S)))
        self._ident = releases.release_id(releases.image(NEW, _CHANGED))[:16]
        self.key = releases.public()
        self._buses: Sequence[LiveBus] = ()
        self._station: StationProcess | None = None
        self._starting: subprocess.Popen[str] | None = None
        self._due_s = 0.0
        self._is_begun = False
        self._said = ""

    def __enter__(self) -> TownRelease:
        return self

    def __exit__(self, *_: object) -> None:
        if self._starting is not None:
            self._starting.kill()
            self._starting.communicate()
        self._folder.cleanup()

    def begin(self, station: StationProcess, buses: Sequence[LiveBus]) -> None:
        """The last bus but one gets bad code."""
        self._station, self._buses = station, buses
        self.bad = buses[-2 if len(buses) > 1 else 0]
        self.bad.starting.bad[self._ident] = bad_code.CRASHES

    def may_go(self) -> bool:
        """The first bus stands in the depot until it has changed over."""
        return not self._buses or self._buses[0].starting.version == NEW

    def step(self, utc_ms: int) -> None:
        """Tells the station the time in the town, and starts the rollout as soon as it knows every
        bus."""
        if self._station is None:
            return
        self._station.tell(utc_ms)
        if self._is_begun:
            return
        if self._starting is not None:
            self._look_at(self._starting)
        elif time.monotonic() >= self._due_s and all(map(_is_connected, self._buses)):
            self._starting = self._station.command(
                "release", "start", _FIRST, "--fleet", FLEET, "--stage", self._buses[0].name,
                "--stage", "all", "--least-min", "0",
                "--stop-share", str(_STOP_SHARE), "--yes", "--clock", str(utc_ms),
            )  # fmt: skip

    def _look_at(self, starting: subprocess.Popen[str]) -> None:
        """The station may not know a bus yet."""
        if starting.poll() is None:
            return
        self._said, _ = starting.communicate()
        self._is_begun = starting.returncode == 0
        self._starting, self._due_s = None, time.monotonic() + _AGAIN_S

    @property
    def is_over(self) -> bool:
        """Every bus runs it or came back from it, or is offered it no more: the rollout stopped."""
        has_stopped = any(map(_why_back, self._buses))
        return not self._is_begun or all(
            bus.release == NEW or _why_back(bus) or (has_stopped and not bus.files.has(OFFER))
            for bus in self._buses
        )

    def summary(self) -> list[str]:
        """Which bus runs which release, which came back and why, and what the station says."""
        if not self._is_begun:
            return [f"Release {NEW} was not rolled out. {self._said.strip()}"]
        lines = [f"Release {NEW}, over the air:"]
        for bus in self._buses:
            why = _why_back(bus)
            came = f", came back from {NEW}: {why}" if why else ""
            lines.append(f"  {bus.name} runs {bus.release}{came}")
        count = sum(_why_back(bus) is not None for bus in self._buses)
        share = round(100 * count / len(self._buses))
        rule = f"a rollout stops by itself above {_STOP_SHARE} % of those that took it"
        buses = "1 bus" if len(self._buses) == 1 else f"{len(self._buses)} buses"
        lines.append(f"Of {buses} {count} came back ({share} %); {rule}.")
        return lines + self._of_station()

    def _of_station(self) -> list[str]:
        assert self._station is not None
        with self._station.command("release", "progress", "--fleet", FLEET) as asking:
            said, _ = asking.communicate()
        return ["What the station says of it:", *(f"  {line}" for line in said.splitlines())]


def _why_back(bus: LiveBus) -> str | None:
    """As the bus has kept it."""
    kept = change.read(bus.files)
    return kept and kept.why


def _is_connected(bus: LiveBus) -> bool:
    return bus.bus is not None and bus.bus.uplink.connected
