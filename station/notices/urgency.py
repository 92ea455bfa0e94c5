"""How urgent a notice is, and what counts as the same again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from station.notices.message import kinds

CHILD, ALARM, REST, END = range(4)
"""Ranks: a lane sends the lower one first. CHILD: a child may be in danger. REST: warnings and
drills. END: that an alarm was acknowledged, or is over."""
OPEN = ("raised", "escalated")
_UNKNOWN = "?"
END_OF_FIRST = " end"
"""At the end of the subject: the end of an alarm whose kind is told first."""


def rank(alarm: Mapping[str, Any], stage: str) -> int:
    """alarm: as in GET /api/alarms. A kind that the station does not know counts as a child's."""
    if stage not in OPEN:
        return END
    if alarm["severity"] != "alarm" or alarm["exercise"]:
        return REST
    known = kinds("en").get(alarm["kind"])
    return CHILD if known is None or known.get("first") else ALARM


def subject(alarm: Mapping[str, Any], urgent: int) -> str:
    """Two alarms of one bus with one subject are the same again. Kinds that the station does not
    know are one subject: else a bus could make up new ones without end."""
    kind = alarm["kind"] if alarm["kind"] in kinds("en") else _UNKNOWN
    is_first = kinds("en").get(kind, {"first": True}).get("first")
    drill = " drill" if alarm["exercise"] else ""
    return f"{kind} {alarm['severity']}{drill}{END_OF_FIRST if is_first and urgent == END else ''}"
