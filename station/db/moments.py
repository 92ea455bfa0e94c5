"""Where a record stands in time: at its own moment, or when it was heard, if its bus does not know
the time or has a clock that cannot be right. So no record is hidden in a year that no one looks at.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, or_

from station.db.tables import alarms, events

ODD = "odd"
"""In `alarms.clock`, and wherever the API says which clock a record's time is of."""


def placed_ms() -> ColumnElement[int]:
    """Of an event."""
    e = events.c
    return case((or_(e.at_ms.is_(None), e.odd_clock), e.heard_ms), else_=e.at_ms)


def alarm_placed_ms() -> ColumnElement[int]:
    a = alarms.c
    return case((or_(a.raised_ms.is_(None), a.clock == ODD), a.heard_ms), else_=a.raised_ms)
