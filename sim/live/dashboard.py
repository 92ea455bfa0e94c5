"""What `python -m sim town` shows: the buses, and what the city hears of them.

On a terminal this is a picture, drawn again a few times a second (rich). In a pipe it is a line
for each event that the city hears and for each change of a bus.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sim import wording
from sim.world import town
from sim.world.roads import offset_m

_THAI_TIME = timezone(timedelta(hours=7))
_FRAMES_S = 5
_AROUND = 12  # lines that are not for messages: head, table, margins
_OTHER_COLUMNS = 73  # their width, all but the next stop's
_RELEASE_COLUMN = 16
_STOP_MIN = 10
_TOWN_M = 5000
_COLOURS = {"alarm": "bold white on red", "warning": "yellow", "info": "cyan"}
_PHASES = {"parked": "dim", "boarding": "cyan", "driving": "green", "checking": "yellow"}
_COUNTED = {"alarm": "alarms", "warning": "warnings", "info": "for information"}
_DOES = {
    "parked": "is parked",
    "boarding": "stands",
    "driving": "drives",
    "checking": "waits for its driver to check the seats",
}
_DOES_AT = {"boarding": "stops at", "driving": "drives to"}


class Row(NamedTuple):
    """One bus as the dashboard shows it. What is unknown is None."""

    bus: str
    phase: str
    speed_mms: int | None
    next_stop: str
    seats: int
    taken: int
    unknown: int
    signal_dbm: int | None
    connected: bool
    alarm_backlog: int
    track_backlog: int
    release: str = ""
    """The version that it runs, for a bus that can be given another one."""


def local_time(message: dict[str, Any]) -> str:
    """An event's time of day in Thailand; --:--:-- while the bus does not know it."""
    if message["at"] is None:
        return "--:--:--"
    at = datetime.strptime(message["at"], "%Y-%m-%dT%H:%M:%S.%f%z")
    return at.astimezone(_THAI_TIME).strftime("%H:%M:%S")


def where(message: dict[str, Any]) -> str:
    """Where an event happened: the nearest stop or school of the town, else the position."""
    if message["lat"] is None:
        return "place unknown"
    lat_e7, lon_e7 = message["lat"] * 1e7, message["lon"] * 1e7

    def metres(key: str) -> float:
        lat, lon = town.PLACES[key]
        return math.hypot(*offset_m(lat * 1e7, lon * 1e7, lat_e7, lon_e7))

    nearest = min([*town.STOPS, *town.SCHOOLS], key=metres)
    if metres(nearest) > _TOWN_M:
        return f"at {message['lat']:.5f}, {message['lon']:.5f}"
    name = town.place_name(nearest)
    return f"at {name}" if metres(nearest) < 150 else f"near {name}"


def told(message: dict[str, Any]) -> str:
    """An event in one line: what, what about it, and where if that was not said yet."""
    what = wording.event(message["kind"], message["state"], message["data"])
    what = " ".join(what.split())  # a fault may quote lines
    what = f"exercise: {what}" if message.get("exercise") else what
    there = where(message)
    return what if there.partition(" ")[2] in what else f"{what}; {there}"


def does(row: Row) -> str:
    """What a bus does now: "drives to City hall"."""
    if row.next_stop and row.phase in _DOES_AT:
        return f"{_DOES_AT[row.phase]} {row.next_stop}"
    return _DOES[row.phase]


class Plain:
    """Without a terminal: a line for each event heard, and one when a bus does something else."""

    def __init__(self) -> None:
        self._phases: dict[str, str] = {}
        self._releases: dict[str, str] = {}

    def __enter__(self) -> Plain:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hear(self, bus: str, message: dict[str, Any]) -> None:
        print(f"{local_time(message)} {bus} {message['severity']:7} {told(message)}", flush=True)

    def show(self, clock: str, rows: Iterable[Row]) -> None:
        for row in rows:
            if self._phases.get(row.bus) != row.phase:
                self._phases[row.bus] = row.phase
                print(f"{clock} {row.bus} {does(row)}", flush=True)
            if self._releases.setdefault(row.bus, row.release) != row.release:
                self._releases[row.bus] = row.release
                print(f"{clock} {row.bus} runs {row.release}", flush=True)

    def headline(self, text: str) -> None:
        """What happens now to all of them."""
        print(text, flush=True)


class Picture:
    """On a terminal. `show` may be called at any rate."""

    def __init__(self, title: str, console: Console | None = None):
        self._console = console or Console()
        self._title = title
        self._messages: deque[tuple[str, dict[str, Any]]] = deque(maxlen=200)
        self._counts = dict.fromkeys(_COLOURS, 0)
        self._live = Live(
            console=self._console, refresh_per_second=_FRAMES_S, vertical_overflow="crop"
        )

    def __enter__(self) -> Picture:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def hear(self, bus: str, message: dict[str, Any]) -> None:
        self._counts[message["severity"]] += 1
        if message["severity"] != "info":
            self._messages.append((bus, message))

    def show(self, clock: str, rows: Iterable[Row]) -> None:
        self._live.update(self.frame(clock, list(rows)))

    def headline(self, text: str) -> None:
        """In place of the title."""
        self._title = text

    def frame(self, clock: str, rows: list[Row]) -> Group:
        """The whole picture as it is now, as high as the terminal."""
        room = max(3, self._console.height - _AROUND - len(rows))
        head = Text.assemble((f" {clock} ", "bold reverse"), f"  {self._title}")
        others = _OTHER_COLUMNS + (_RELEASE_COLUMN if any(row.release for row in rows) else 0)
        buses = _buses(rows, max(_STOP_MIN, self._console.width - others))
        return Group(head, "", buses, "", self._heading(), *self._lines(room))

    def _heading(self) -> Text:
        counts = ", ".join(
            f"{self._counts[severity]} {words}" for severity, words in _COUNTED.items()
        )
        return Text.assemble(("What the city hears", "bold"), (f"   {counts}", "dim"))

    def _lines(self, room: int) -> list[Text]:
        lines = []
        for bus, message in list(self._messages)[-room:]:
            severity = message["severity"]
            style = _COLOURS[severity] if message["state"] != "cleared" else "green"
            line = Text.assemble(
                (f"{local_time(message)} {bus} ", "dim"), (f" {severity:7} ", style), " "
            )
            line.append(told(message))
            line.truncate(self._console.width, overflow="ellipsis")
            lines.append(line)
        return lines


def _buses(rows: list[Row], stop_width: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("bus", "phase", "km/h", "next stop", "seats taken", "signal", "to send"):
        table.add_column(name, justify="right" if name == "km/h" else "left", no_wrap=True)
    has_releases = any(row.release for row in rows)
    if has_releases:
        table.add_column("release", no_wrap=True)
    for row in rows:
        speed = "?" if row.speed_mms is None else str(round(row.speed_mms * 0.0036))
        phase = Text(row.phase, _PHASES[row.phase])
        stop = Text(row.next_stop or "-")
        stop.truncate(stop_width, overflow="ellipsis")
        cells: list[str | Text] = [
            row.bus,
            phase,
            speed,
            stop,
            _seats(row),
            _signal(row),
            _backlog(row),
        ]
        table.add_row(*cells, *([_release(row)] if has_releases else []))
    return table


def _seats(row: Row) -> Text:
    bar = math.ceil(row.taken / max(1, row.seats) * 10)
    text = Text.assemble(("█" * bar, "green"), ("·" * (10 - bar), "dim"), f" {row.taken:2}")
    if row.unknown:
        text.append(f" ?{row.unknown}", "yellow")
    return text


def _signal(row: Row) -> Text:
    if row.signal_dbm is None:
        return Text("none", "red")
    steps = min(4, max(1, (row.signal_dbm + 115) // 12))
    bars = "▂▄▆█"[:steps].ljust(4)
    return Text.assemble((bars, "green" if row.connected else "yellow"), f" {row.signal_dbm} dBm")


def _release(row: Row) -> Text:
    return Text(row.release, "yellow" if " " in row.release else "dim")


def _backlog(row: Row) -> Text:
    if row.alarm_backlog:
        return Text(f"{row.alarm_backlog} alarms, {row.track_backlog}", "yellow")
    return Text(str(row.track_backlog), "dim")
