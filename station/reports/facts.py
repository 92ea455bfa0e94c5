"""Makes the sheets of a report from the events and alarms of some days: counts, no names.

An event is a dict as a bus sent it (docs/mqtt.md) with `fleet`, `bus` and `at` as an aware
datetime or None; an alarm is one of GET /api/alarms with its times as datetimes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from station.clock import LOCAL
from station.reports.words import Kind

Row = list[Any]


class Sheet(NamedTuple):
    """`columns` are keys of words.py; a cell is a str, a number, a date, a local time or None."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]


def sheets(events: Iterable[dict[str, Any]], alarms: Iterable[dict[str, Any]]) -> list[Sheet]:
    """Events in the order of their seq -> summary, trips, stops, overspeed, out_of_service,
    alarms."""
    events, alarms = list(events), list(alarms)
    trips, stops, fast = _trips(events), _stops(events), _overspeed(events)
    out = _out_of_service(events)
    listed = [_alarm(alarm) for alarm in sorted(alarms, key=_raised)]
    summary = _summary(trips, stops, fast, alarms)
    return [
        Sheet(
            "summary",
            ("date", "fleet", "bus", "trips", "distance_km", "stops", "boarded", "overspeeds",
             "top_kmh", "alarms", "unacknowledged", "ack_mean_s"),
            summary,
        ),
        Sheet(
            "trips", ("date", "fleet", "bus", "trip", "from", "to", "distance_km", "stops"), trips
        ),
        Sheet("stops", ("date", "fleet", "bus", "stop", "visits", "boarded", "alighted"), stops),
        Sheet("overspeed", ("date", "fleet", "bus", "at", "top_kmh", "lasted_s"), fast),
        Sheet("out_of_service", ("date", "fleet", "bus", "seat", "from", "until", "to"), out),
        Sheet(
            "alarms",
            ("date", "fleet", "bus", "kind", "exercise", "at", "heard", "cleared", "acknowledged",
             "ack_s", "by", "note"),
            listed,
        ),
    ]  # fmt: skip


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


def _trips(events: list[dict[str, Any]]) -> list[Row]:
    """A trip counts on the day it began; one that has not ended has no distance yet."""
    rows: dict[tuple[str, ...], Row] = {}
    for event in events:
        if event["kind"] not in ("trip_started", "trip_ended"):
            continue
        number = event["data"]["trip"]
        key = (event["fleet"], event["bus"], event["epoch"], str(number))
        row = rows.setdefault(key, [*_whose(event), number, None, None, None, None])
        if event["kind"] == "trip_started":
            row[0], row[4] = _day(event["at"]), local(event["at"])
        else:
            row[5] = local(event["at"])
            row[6] = round(event["data"]["distance_m"] / 1000, 1)
            row[7] = event["data"]["stops"]
    return _sorted(rows.values())


def _stops(events: list[dict[str, Any]]) -> list[Row]:
    rows: dict[tuple[Any, ...], Row] = {}
    for event in events:
        if event["kind"] != "stop_served":
            continue
        data = event["data"]
        whose, stop = _whose(event), data.get("place") or f"#{data['stop']}"
        row = rows.setdefault((*whose, stop), [*whose, stop, 0, 0, 0])
        row[4] += 1
        row[5] += len(data["boarded"])
        row[6] += len(data["alighted"])
    return _sorted(rows.values())


def _overspeed(events: list[dict[str, Any]]) -> list[Row]:
    """One row an occurrence, from its last event, which knows the most."""
    rows: dict[tuple[Any, ...], Row] = {}
    for event in events:
        if event["kind"] != "overspeed":
            continue
        key = (event["fleet"], event["bus"], event["epoch"], event["occ"])
        row = rows.setdefault(key, [*_whose(event), local(event["at"]), None, None])
        row[4], row[5] = event["data"]["top_kmh"], event["data"]["lasted_s"]
    return _sorted(rows.values())


def _out_of_service(events: list[dict[str, Any]]) -> list[Row]:
    """One row an occurrence, on the day it began or was reported again after a restart."""
    rows: dict[tuple[Any, ...], Row] = {}
    for event in events:
        if event["kind"] != "seat_out_of_service":
            continue
        key = (event["fleet"], event["bus"], event["epoch"], event["occ"])
        seat = (event["data"].get("seats") or [None])[0]
        row = rows.setdefault(key, [*_whose(event), seat, local(event["at"]), None, None])
        if event["state"] == "cleared":
            row[6] = local(event["at"])
        elif event["data"].get("until"):
            row[5] = local(datetime.fromisoformat(event["data"]["until"].replace("Z", "+00:00")))
    return _sorted(rows.values())


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
