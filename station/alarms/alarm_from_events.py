"""The events of one occurrence, in whatever order they came -> one alarm.

An alarm is worked out from all events of its occurrence each time that one comes, in the order
of seq: so an update before its beginning, or an end that comes first, ends right.
"""

from __future__ import annotations

from typing import Any

_RANK = {"info": 0, "warning": 1, "alarm": 2}


def fold(events: list[Any], starts: list[int], late_s: int) -> dict[str, Any] | None:
    """Rows of `events` of one kind and occurrence -> columns of `alarms`; None: nobody needs to
    know. starts: seqs of the journal's `started`: what stood before one, no event clears."""
    events = sorted(events, key=lambda event: event.seq)
    if all(event.severity == "info" for event in events):
        return None
    first, last = events[0], events[-1]
    worst = max((event.severity for event in events), key=_RANK.__getitem__)
    heard_ms = min(event.heard_ms for event in events)
    raised_ms = first.at_ms if first.seq == first.occ else _earliest(events)
    alarm = {
        "occ": first.occ,
        "kind": first.kind,
        "severity": worst,
        "exercise": last.exercise,
        "clock": "odd" if first.odd_clock else first.clock,
        "raised_ms": raised_ms,
        "heard_ms": heard_ms,
        "late": raised_ms is not None and heard_ms - raised_ms > late_s * 1000,
        "cleared_ms": None,
        "ended_by": None,
        "lat": last.lat,
        "lon": last.lon,
        "data": _telling(events).data,
        "why": _telling(events).why,
        "last_ms": last.at_ms,
    }
    if last.state == "cleared":
        alarm |= {"cleared_ms": last.at_ms or last.heard_ms, "ended_by": "bus"}
    elif any(start > last.seq for start in starts):
        alarm |= {"cleared_ms": last.at_ms or last.heard_ms, "ended_by": "restart"}
    return alarm


def _earliest(events: list[Any]) -> int | None:
    return min((event.at_ms for event in events if event.at_ms is not None), default=None)


def _telling(events: list[Any]) -> Any:
    """The last that tells what it is about; a `cleared` tells what is left of it."""
    told = [event for event in events if event.state != "cleared"]
    return (told or events)[-1]
