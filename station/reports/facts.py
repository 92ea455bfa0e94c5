"""Makes the sheets of a report from the events and alarms of some days: counts, no names.

An event is a dict as a bus sent it (docs/mqtt.md) with `fleet`, `bus` and `at` as an aware
datetime or None; an alarm is one of GET /api/alarms with its times as datetimes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timezone
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from station.clock import LOCAL, parse_iso
from station.reports.words import Kind

Row = list[Any]
Count = Annotated[int, Field(ge=0, le=2**53)]
Number = Annotated[int | float, Field(ge=0, le=2**53)]


class Sheet(NamedTuple):
    """`columns` are keys of words.py; a cell is a str, a number, a date, a local time or None.
    left_out: events that are not counted, because the station cannot read what they say."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]
    left_out: int = 0


class _Data(BaseModel):
    """What a report needs of an event's `data`."""

    model_config = ConfigDict(strict=True)


class _TripStarted(_Data):
    trip: Count


class _TripEnded(_Data):
    trip: Count
    distance_m: Count
    stops: Count


class _StopServed(_Data):
    stop: Count | None = None
    place: str | None = None
    boarded: list[Any]
    alighted: list[Any]


class _Overspeed(_Data):
    top_kmh: Number
    lasted_s: Number | None


class _OutOfService(_Data):
    seats: list[Count | str] | None = None
    until: str | None = None


class Facts:
    """Takes events in the order of their seq, and alarms; what it keeps of them grows with the rows
    of the sheets. An event with odd data is left out, and counted in `left_out` of its sheet."""

    def __init__(self) -> None:
        self._trips: dict[Any, Row] = {}
        self._stops: dict[Any, Row] = {}
        self._fast: dict[Any, Row] = {}
        self._out: dict[Any, Row] = {}
        self._alarms: list[dict[str, Any]] = []
        self._left_out: Counter[str] = Counter()
        self._takes = {
            "trip_started": ("trips", self._trip_started),
            "trip_ended": ("trips", self._trip_ended),
            "stop_served": ("stops", self._stop),
            "overspeed": ("overspeed", self._overspeed),
            "seat_out_of_service": ("out_of_service", self._out_of_service),
        }

    def event(self, event: dict[str, Any]) -> None:
        sheet, take = self._takes[event["kind"]]
        try:
            take(event)
        except (ValueError, OverflowError):
            self._left_out[sheet] += 1

    def alarm(self, alarm: dict[str, Any]) -> None:
        self._alarms.append(alarm)

    def sheets(self) -> list[Sheet]:
        """-> summary, trips, stops, overspeed, out_of_service, alarms."""
        alarms, left_out = self._alarms, self._left_out
        trips, stops, fast, out = (
            _sorted(rows.values()) for rows in (self._trips, self._stops, self._fast, self._out)
        )
        listed = [_alarm(alarm) for alarm in sorted(alarms, key=_raised)]
        summary = _summary(trips, stops, fast, alarms)
        return [
            Sheet(
                "summary",
                ("date", "fleet", "bus", "trips", "distance_km", "stops", "boarded", "overspeeds",
                 "top_kmh", "alarms", "unacknowledged", "ack_mean_s"),
                summary, left_out["trips"] + left_out["stops"] + left_out["overspeed"],
            ),
            Sheet(
                "trips", ("date", "fleet", "bus", "trip", "from", "to", "distance_km", "stops"),
                trips, left_out["trips"],
            ),
            Sheet("stops", ("date", "fleet", "bus", "stop", "visits", "boarded", "alighted"),
                  stops, left_out["stops"]),
            Sheet("overspeed", ("date", "fleet", "bus", "at", "top_kmh", "lasted_s"),
                  fast, left_out["overspeed"]),
            Sheet("out_of_service", ("date", "fleet", "bus", "seat", "from", "until", "to"),
                  out, left_out["out_of_service"]),
            Sheet(
                "alarms",
                ("date", "fleet", "bus", "kind", "exercise", "at", "heard", "cleared",
                 "acknowledged", "ack_s", "by", "note"),
                listed,
            ),
        ]  # fmt: skip

    def _trip_started(self, event: dict[str, Any]) -> None:
        row = self._trip(event, _TripStarted.model_validate(event["data"]).trip)
        row[0], row[4] = _day(event["at"]), local(event["at"])

    def _trip_ended(self, event: dict[str, Any]) -> None:
        data = _TripEnded.model_validate(event["data"])
        row = self._trip(event, data.trip)
        row[5:] = [local(event["at"]), round(data.distance_m / 1000, 1), data.stops]

    def _trip(self, event: dict[str, Any], number: int) -> Row:
        """A trip counts on the day it began; one that has not ended has no distance yet."""
        key = (event["fleet"], event["bus"], event["epoch"], number)
        return self._trips.setdefault(key, [*_whose(event), number, None, None, None, None])

    def _stop(self, event: dict[str, Any]) -> None:
        data = _StopServed.model_validate(event["data"])
        if not data.place and data.stop is None:
            raise ValueError("a stop without a number")
        whose, stop = _whose(event), data.place or f"#{data.stop}"
        row = self._stops.setdefault((*whose, stop), [*whose, stop, 0, 0, 0])
        row[4] += 1
        row[5] += len(data.boarded)
        row[6] += len(data.alighted)

    def _overspeed(self, event: dict[str, Any]) -> None:
        """One row an occurrence, from its last event, which knows the most."""
        data = _Overspeed.model_validate(event["data"])
        new = [*_whose(event), local(event["at"]), None, None]
        row = self._fast.setdefault(_occurrence(event), new)
        row[4:] = [data.top_kmh, data.lasted_s]

    def _out_of_service(self, event: dict[str, Any]) -> None:
        """One row an occurrence, on the day it began or was reported again after a restart."""
        data = _OutOfService.model_validate(event["data"])
        until = None if not data.until else _moment(data.until)
        seat = data.seats[0] if data.seats else None
        new = [*_whose(event), seat, local(event["at"]), None, None]
        row = self._out.setdefault(_occurrence(event), new)
        if event["state"] == "cleared":
            row[6] = local(event["at"])
        elif until:
            row[5] = until


def _moment(text: str) -> datetime:
    """ValueError, OverflowError: no such moment exists."""
    return datetime.fromtimestamp(parse_iso(text) / 1000, timezone.utc).astimezone(LOCAL)


def _occurrence(event: dict[str, Any]) -> tuple[Any, ...]:
    return event["fleet"], event["bus"], event["epoch"], event["occ"]


def local(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(LOCAL)


def _day(at: datetime | None) -> date | None:
    """The local day, None if the bus had no clock."""
    return None if at is None else at.astimezone(LOCAL).date()


def _whose(event: dict[str, Any]) -> tuple[date | None, str, str]:
    return _day(event["at"]), event["fleet"], event["bus"]


def _sorted(rows: Iterable[Row]) -> list[Row]:
    """By day and bus; rows without a day come last."""
    return sorted(rows, key=lambda row: (row[0] is None, row[0] or date.min, row[1], row[2]))


def _raised(alarm: dict[str, Any]) -> datetime:
    """When it began; an alarm of a bus without a clock counts from when it was heard."""
    return alarm["raised_at"] or alarm["heard_at"]


def _ack_s(alarm: dict[str, Any]) -> int | None:
    """Seconds from when the station heard of it until it was acknowledged: what the officer on duty
    can answer for."""
    if alarm["acked_at"] is None:
        return None
    return round((alarm["acked_at"] - alarm["heard_at"]).total_seconds())


def _alarm(alarm: dict[str, Any]) -> Row:
    return [
        _day(_raised(alarm)), alarm["fleet"], alarm["bus"], Kind(alarm["kind"]), alarm["exercise"],
        local(alarm["raised_at"]), local(alarm["heard_at"]), local(alarm["cleared_at"]),
        local(alarm["acked_at"]), _ack_s(alarm), alarm["acked_by"], alarm["note"],
    ]  # fmt: skip


def _summary(
    trips: list[Row], stops: list[Row], fast: list[Row], alarms: list[dict[str, Any]]
) -> list[Row]:
    """One row a bus and day. Drills are not counted as alarms."""
    sums: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    acks: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in trips:
        total = sums[tuple(row[:3])]
        total["trips"] += 1
        total["km"] += row[6] or 0
        total["stops"] += row[7] or 0
    for row in stops:
        sums[tuple(row[:3])]["boarded"] += row[5]
    for row in fast:
        total = sums[tuple(row[:3])]
        total["fast"] += 1
        total["top"] = max(total["top"], row[4])
    for alarm in alarms:
        if alarm["exercise"]:
            continue
        key = (_day(_raised(alarm)), alarm["fleet"], alarm["bus"])
        sums[key]["alarms"] += 1
        seconds = _ack_s(alarm)
        if seconds is None:
            sums[key]["open"] += 1
        else:
            acks[key].append(seconds)
    return _sorted(
        [
            *key, total["trips"], round(total["km"], 1), total["stops"], total["boarded"],
            total["fast"], total["top"] or None, total["alarms"], total["open"],
            round(sum(acks[key]) / len(acks[key])) if acks[key] else None,
        ]
        for key, total in sums.items()
    )  # fmt: skip
