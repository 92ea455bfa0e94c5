"""The sheets of a report, from the sums of its days and what is read beside them.

A sheet makes its rows anew each time they are gone through: the rows of a fleet's month would need
much memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timezone
from typing import Any, NamedTuple

from station.clock import LOCAL, parse_iso
from station.reports.facts import Count, Data, Event, Sums, day_number
from station.reports.words import Kind

Row = list[Any]
_Key = tuple[int | None, str]
"""(day, bus)"""
_1970 = date(1970, 1, 1).toordinal()


class Sheet(NamedTuple):
    """`columns` are keys of words.py; a cell is a str, a number, a date, a local time or None.
    left_out: events that are not counted, because the station cannot read what they say."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]
    left_out: int = 0


class _Rows:
    def __init__(self, make: Callable[[], Iterator[Row]]):
        self._make = make

    def __iter__(self) -> Iterator[Row]:
        return self._make()


class _OutOfService(Data):
    seats: list[Count | str] | None = None
    until: str | None = None


class Report:
    """Of one fleet, or of one bus of it, over some local days."""

    def __init__(self, fleet: str, first: int, last: int):
        """first, last: numbers of days (facts.day_number)."""
        self._fleet, self._span = fleet, range(first, last + 1)
        self._days: list[tuple[int, str, str]] = []
        self._seats: dict[tuple[Any, int], Row | None] = {}
        self._alarms: list[dict[str, Any]] = []
        self._left_out: Counter[str] = Counter()

    def day(self, bus: str, day: int, sums: str) -> None:
        """sums: as facts.Sums.text() made it."""
        if sums:
            self._days.append((day, bus, sums))

    def out_of_service(self, event: Event) -> None:
        """In the order of seq, also those before the span. One row an occurrence, on the day it
        began or was reported again after a restart."""
        is_in_span = day_number(event.placed_ms) in self._span
        try:
            self._grant(event, is_in_span)
        except (ValueError, OverflowError):
            self._left_out["out_of_service"] += is_in_span

    def _grant(self, event: Event, is_in_span: bool) -> None:
        if event.is_odd:
            raise ValueError("a time that cannot be right")
        data = _OutOfService.model_validate(event.data)
        until = None if not data.until else _moment(data.until)
        seat, at = data.seats[0] if data.seats else None, _local(event.at_ms)
        new = [at and at.date(), self._fleet, event.bus, seat, at, None, None]
        key = (event.journal, event.occ)
        row = self._seats.setdefault(key, new if is_in_span else None)
        if row is None:
            return
        if event.state == "cleared":
            row[6] = at
        elif until:
            row[5] = until

    def alarm(self, alarm: dict[str, Any]) -> None:
        """A row of the table `alarms`, with its `bus`, in any order."""
        self._alarms.append(alarm)

    def sheets(self) -> list[Sheet]:
        """-> summary, trips, stops, overspeed, out_of_service, alarms."""
        self._days.sort()
        self._alarms.sort(key=_raised_ms)
        left_out = self._left_out + Counter()
        for _, _, text in self._days:
            if '"left_out"' in text:
                left_out += Sums(text).left_out
        seats = [row for row in self._seats.values() if row is not None]
        seats.sort(key=lambda row: (row[0] is None, row[0] or date.min, row[2]))
        return [
            Sheet(
                "summary",
                ("date", "fleet", "bus", "trips", "distance_km", "stops", "boarded", "overspeeds",
                 "top_kmh", "alarms", "unacknowledged", "ack_mean_s"),
                self._summary(), left_out["trips"] + left_out["stops"] + left_out["overspeed"],
            ),
            Sheet(
                "trips", ("date", "fleet", "bus", "trip", "from", "to", "distance_km", "stops"),
                self._rows(_trips), left_out["trips"],
            ),
            Sheet("stops", ("date", "fleet", "bus", "stop", "visits", "boarded", "alighted"),
                  self._rows(_stops), left_out["stops"]),
            Sheet("overspeed", ("date", "fleet", "bus", "at", "top_kmh", "lasted_s"),
                  self._rows(_fast), left_out["overspeed"]),
            Sheet("out_of_service", ("date", "fleet", "bus", "seat", "from", "until", "to"),
                  seats, left_out["out_of_service"]),
            Sheet(
                "alarms",
                ("date", "fleet", "bus", "kind", "exercise", "at", "heard", "cleared",
                 "acknowledged", "ack_s", "by", "note"),
                _Rows(lambda: (self._alarm(alarm) for alarm in self._alarms)),
            ),
        ]  # fmt: skip

    def _rows(self, of_day: Callable[[Sums], Iterator[tuple[bool, Row]]]) -> _Rows:
        """By day and bus; rows of which no day is known come last."""

        def make() -> Iterator[Row]:
            without: list[Row] = []
            for day, bus, text in self._days:
                for is_known, row in of_day(Sums(text)):
                    if is_known:
                        yield [_date(day), self._fleet, bus, *row]
                    else:
                        without.append([None, self._fleet, bus, *row])
            yield from sorted(without, key=lambda row: row[2])

        return _Rows(make)

    def _alarm(self, alarm: dict[str, Any]) -> Row:
        at_ms = None if alarm["clock"] == "odd" else alarm["raised_ms"]
        return [
            _date(day_number(_raised_ms(alarm))), self._fleet, alarm["bus"], Kind(alarm["kind"]),
            alarm["exercise"], _local(at_ms), _local(alarm["heard_ms"]),
            _local(alarm["cleared_ms"]), _local(alarm["acked_ms"]), _ack_s(alarm),
            alarm["acked_by"], alarm["note"],
        ]  # fmt: skip

    def _summary(self) -> list[Row]:
        """One row a bus and day. Drills are not counted as alarms."""
        sums: defaultdict[_Key, Counter[str]] = defaultdict(Counter)
        for day, bus, text in self._days:
            of_day = Sums(text)
            for is_known in (True, False):
                _add(of_day, is_known, sums, (day if is_known else None, bus))
        acks: defaultdict[_Key, list[int]] = defaultdict(list)
        for alarm in self._alarms:
            if alarm["exercise"]:
                continue
            key = (day_number(_raised_ms(alarm)), alarm["bus"])
            sums[key]["alarms"] += 1
            seconds = _ack_s(alarm)
            if seconds is None:
                sums[key]["open"] += 1
            else:
                acks[key].append(seconds)
        return [
            [
                _date(day), self._fleet, bus, total["trips"], round(total["m"] / 1000, 1),
                total["stops"], total["boarded"], total["fast"], total["top"] or None,
                total["alarms"], total["open"],
                round(sum(acks[day, bus]) / len(acks[day, bus])) if acks[day, bus] else None,
            ]
            for (day, bus), total in sorted(
                sums.items(), key=lambda item: (item[0][0] is None, item[0][0] or 0, item[0][1])
            )
        ]  # fmt: skip


def _add(sums: Sums, is_known: bool, totals: defaultdict[_Key, Counter[str]], key: _Key) -> None:
    """What happened on a day that the bus knew, or on one that it did not know."""
    for knows, _, _, _, distance_m, stops in sums.trips:
        if knows == is_known:
            totals[key]["trips"] += 1
            totals[key]["m"] += distance_m or 0
            totals[key]["stops"] += stops or 0
    for (knows, _), counts in sums.stops.items():
        if knows == is_known:
            totals[key]["boarded"] += counts[1]
    for at_ms, top_kmh, _ in sums.fast:
        if (at_ms is not None) == is_known:
            totals[key]["fast"] += 1
            totals[key]["top"] = max(totals[key]["top"], top_kmh)


def _trips(sums: Sums) -> Iterator[tuple[bool, Row]]:
    for is_known, number, from_ms, to_ms, distance_m, stops in sums.trips:
        km = None if distance_m is None else round(distance_m / 1000, 1)
        yield is_known, [number, _local(from_ms), _local(to_ms), km, stops]


def _stops(sums: Sums) -> Iterator[tuple[bool, Row]]:
    for (is_known, stop), counts in sums.stops.items():
        yield is_known, [stop, *counts]


def _fast(sums: Sums) -> Iterator[tuple[bool, Row]]:
    for at_ms, top_kmh, lasted_s in sums.fast:
        yield at_ms is not None, [_local(at_ms), top_kmh, lasted_s]


def _moment(text: str) -> datetime:
    """ValueError, OverflowError: no such moment exists."""
    return datetime.fromtimestamp(parse_iso(text) / 1000, timezone.utc).astimezone(LOCAL)


def _local(utc_ms: int | None) -> datetime | None:
    return None if utc_ms is None else datetime.fromtimestamp(utc_ms / 1000, LOCAL)


def _date(day: int | None) -> date | None:
    return None if day is None else date.fromordinal(_1970 + day)


def _raised_ms(alarm: dict[str, Any]) -> int:
    """When it began; an alarm of a bus without a clock that can be right counts from when it was
    heard (station/db/moments.py)."""
    if alarm["raised_ms"] is None or alarm["clock"] == "odd":
        return alarm["heard_ms"]
    return alarm["raised_ms"]


def _ack_s(alarm: dict[str, Any]) -> int | None:
    """Seconds from when the station heard of it until it was acknowledged: what the officer on duty
    can answer for."""
    if alarm["acked_ms"] is None:
        return None
    return round((alarm["acked_ms"] - alarm["heard_ms"]) / 1000)
