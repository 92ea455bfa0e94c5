"""The sums of each bus's days, from its events: counts, no names.

A trip counts on the local day on which it began, with all its stops, also those after midnight. So
does an overspeed, from its first event. An event whose time cannot be right, or whose data cannot
be read, is left out and counted.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from station.clock import DAY_MS, LOCAL_MS
from station.db.report_tables import SUMMED_KINDS as SUMMED_KINDS

TRIP_KINDS = ("trip_started", "trip_ended", "stop_served")
SHEETS = dict(zip(SUMMED_KINDS, ("trips", "trips", "stops", "overspeed"), strict=True))
"""On which one of a report each kind counts."""
Count = Annotated[int, Field(ge=0, le=2**53)]
Number = Annotated[int | float, Field(ge=0, le=2**53)]


class Event(NamedTuple):
    bus: Any
    journal: Any
    kind: str
    state: str
    at_ms: int | None
    heard_ms: int
    is_odd: bool
    occ: int
    data: dict[str, Any]

    @property
    def placed_ms(self) -> int:
        """As station/db/moments.py has it."""
        return self.heard_ms if self.at_ms is None or self.is_odd else self.at_ms


class Data(BaseModel):
    """What a report needs of an event's `data`."""

    model_config = ConfigDict(strict=True)


class _TripStarted(Data):
    trip: Count


class _TripEnded(Data):
    trip: Count
    distance_m: Count
    stops: Count


class _StopServed(Data):
    stop: Count | None = None
    place: str | None = None
    boarded: list[Any]
    alighted: list[Any]


class _Overspeed(Data):
    top_kmh: Number
    lasted_s: Number | None


Key = tuple[Any, int]
"""(bus, day)"""


class Sums:
    """Of one bus and day. What begins each row of `trips` and the key of each stop: whether the
    bus knew the day; else it is the day on which the station heard of it."""

    def __init__(self, text: str = "") -> None:
        said = from_json(text) if text else {}
        self.trips: list[list[Any]] = said.get("trips", [])
        """[is the day known, number, from ms, to ms, distance in m, stops]"""
        self.stops: dict[tuple[bool, str], list[int]] = {
            (known, stop): counts for known, stop, *counts in said.get("stops", ())
        }
        """-> [visits, boarded, alighted]"""
        self.fast: list[list[Any]] = said.get("fast", [])
        """[at ms or None, top speed, seconds]"""
        self.left_out: Counter[str] = Counter(said.get("left_out", {}))
        """Sheet -> events."""

    def text(self) -> str:
        """ "": nothing happened."""
        parts = {
            "trips": self.trips,
            "stops": [[*key, *counts] for key, counts in self.stops.items()],
            "fast": self.fast,
            "left_out": self.left_out,
        }
        said = {name: part for name, part in parts.items() if part}
        return json.dumps(said, ensure_ascii=False) if said else ""


class _Trip(NamedTuple):
    journal: Any
    row: list[Any]
    sums: Sums


class Facts:
    """Takes the events of SUMMED_KINDS, one journal after the other, in the order of their seq."""

    def __init__(self) -> None:
        self.days: defaultdict[Key, Sums] = defaultdict(Sums)
        self._trip: _Trip | None = None
        self._fast: dict[tuple[Any, int], list[Any]] = {}
        self._takes = {
            "trip_started": self._trip_started,
            "trip_ended": self._trip_ended,
            "stop_served": self._stop,
            "overspeed": self._overspeed,
        }

    def event(self, event: Event) -> None:
        own = (event.bus, day_number(event.placed_ms))
        if event.kind == "trip_started" or (self._trip and self._trip.journal != event.journal):
            self._trip = None  # also by a start that cannot be read
        try:
            if event.is_odd:
                raise ValueError("a time that cannot be right")
            self._takes[event.kind](event, own)
        except (ValueError, OverflowError):
            self.days[own].left_out[SHEETS[event.kind]] += 1

    def _trip_started(self, event: Event, own: Key) -> None:
        number = _TripStarted.model_validate(event.data).trip
        sums = self.days[own]
        row = [event.at_ms is not None, number, event.at_ms, None, None, None]
        sums.trips.append(row)
        self._trip = _Trip(event.journal, row, sums)

    def _trip_ended(self, event: Event, own: Key) -> None:
        data = _TripEnded.model_validate(event.data)
        trip, self._trip = self._trip, None
        if trip is not None and trip.row[1] == data.trip:
            row = trip.row
        else:  # its beginning is not known
            row = [event.at_ms is not None, data.trip, None, None, None, None]
            self.days[own].trips.append(row)
        row[3:] = [event.at_ms, data.distance_m, data.stops]

    def _stop(self, event: Event, own: Key) -> None:
        data = _StopServed.model_validate(event.data)
        if not data.place and data.stop is None:
            raise ValueError("a stop without a number")
        is_known, sums = event.at_ms is not None, None
        if self._trip is not None:
            is_known, sums = self._trip.row[0], self._trip.sums
        stops = (sums or self.days[own]).stops
        counts = stops.setdefault((is_known, data.place or f"#{data.stop}"), [0, 0, 0])
        counts[0] += 1
        counts[1] += len(data.boarded)
        counts[2] += len(data.alighted)

    def _overspeed(self, event: Event, own: Key) -> None:
        """One row an occurrence, from its last event, which knows the most."""
        data = _Overspeed.model_validate(event.data)
        key = (event.journal, event.occ)
        if key not in self._fast:
            self._fast[key] = [event.at_ms, None, None]
            self.days[own].fast.append(self._fast[key])
        self._fast[key][1:] = [data.top_kmh, data.lasted_s]


def day_number(utc_ms: int) -> int:
    """Local days since 1970."""
    return (utc_ms + LOCAL_MS) // DAY_MS


def first_ms(day: int) -> int:
    return day * DAY_MS - LOCAL_MS
