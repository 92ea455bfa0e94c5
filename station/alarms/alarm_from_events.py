"""The events of one occurrence, in whatever order they came -> one alarm.

Each time that an event comes, the alarm is worked out anew from all events of its occurrence, in
the order of seq. So the alarm is right in the end, even if an update or a `cleared` comes before
`raised`.
"""

from __future__ import annotations

from typing import Any

from station.db.moments import ODD

RANK = {"info": 0, "warning": 1, "alarm": 2}


def alarm_from(events: list[Any], starts: list[int], late_s: int) -> dict[str, Any] | None:
    """Rows of `events` of one kind and occurrence -> columns of `alarms`; None: all are `info`.
    starts: seqs of the journal's `started`. An alarm from before a start has ended with it: the
    bus sends no `cleared` for it. late_s: as in change.py."""
    events = sorted(events, key=lambda event: event.seq)
    if all(event.severity == "info" for event in events):
        return None
    first, last, describing = events[0], events[-1], _describing(events)
    worst = max((event.severity for event in events), key=RANK.__getitem__)
    heard_ms = min(event.heard_ms for event in events)
    raised_ms = first.at_ms if first.seq == first.occ else _earliest(events)
    alarm = {
        "occ": first.occ,
        "kind": first.kind,
        "severity": worst,
        "exercise": last.exercise,
        "clock": ODD if first.odd_clock else first.clock,
        "raised_ms": raised_ms,
        "heard_ms": heard_ms,
        "late": not first.odd_clock
        and raised_ms is not None
        and heard_ms - raised_ms > late_s * 1000,
        "cleared_ms": None,
        "ended_by": None,
        "lat": last.lat,
        "lon": last.lon,
        "accuracy_m": last.accuracy_m,
        "estimated": last.estimated,
        "data": describing.data,
        "why": describing.why,
    }
    if last.state == "cleared":
        alarm |= {"cleared_ms": _placed_ms(last), "ended_by": "bus"}
    elif any(start > last.seq for start in starts):
        alarm |= {"cleared_ms": _placed_ms(last), "ended_by": "restart"}
    return alarm


def _earliest(events: list[Any]) -> int | None:
    """Of those whose clock can be right, if there are any."""
    timed = [event for event in events if event.at_ms is not None]
    right = [event for event in timed if not event.odd_clock]
    return min((event.at_ms for event in right or timed), default=None)


def _placed_ms(event: Any) -> int:
    """As in station/db/moments.py."""
    return event.heard_ms if event.at_ms is None or event.odd_clock else event.at_ms


def _describing(events: list[Any]) -> Any:
    """The last event that describes the hazard; a `cleared` only says what is left of it."""
    described = [event for event in events if event.state != "cleared"]
    return (described or events)[-1]
