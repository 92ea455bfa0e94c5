"""When a notice goes, and with what it is told together.

What happens again and again is told once, with a count: while a notice waits, it takes in what is
the same again (its bus and its subject, urgency.py). The first of a subject and stage goes at once;
the next ones wait, and are told together. An alarm by which a child may be in danger has notices of
its own, and they go at once; only a bus that raises very many of them is told in groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from station.notices.urgency import CHILD, END_OF_FIRST, OPEN, rank, subject

REST_MS = 10 * 60_000
"""What is the same again is told once in this time."""
MOST_OF_A_CHILD = 10
"""So many notices of one bus and subject in REST_MS go at once if a child may be in danger. More of
them are told together, once in CHILD_REST_MS."""
CHILD_REST_MS = 60_000
MOST_OF_A_BUS = 12
"""So many notices of one bus go in BUS_MS, those of children not counted; the first of a subject
and stage goes also beyond."""
BUS_MS = 3_600_000


@dataclass
class Told:
    """A notice of the last hour, or one that waits."""

    subject: str
    stage: str
    rank: int
    times: int
    """Alarms that it tells of as raised."""
    since_ms: int
    """When it may go."""
    waits: bool
    """It is not sent yet, and is not being sent."""
    number: int | None = None
    """Its id; None: it is new."""
    row: Any = None
    """The newest entry in the log that it took in now; None: none."""


def happened(told: list[Told], row: Any, stage: str, now_ms: int) -> None:
    """Puts what happened to an alarm into a notice. told: of one route and bus, the oldest first;
    a new notice is added to them. row: an entry in the log, with its alarm."""
    urgent = rank(row, stage)
    of = subject(row, urgent)
    same = [one for one in told if one.subject == of]
    if urgent == CHILD or of.endswith(END_OF_FIRST):
        since_ms = _since_of_child(same, now_ms)
        waiting = [one for one in same if one.waits and one.since_ms > now_ms]
        if since_ms <= now_ms:
            waiting = []
    else:
        since_ms = _since(told, same, stage, now_ms)
        waiting = [one for one in same if one.waits]
    if not waiting:
        times = int(stage == "raised")
        told.append(Told(of, stage, urgent, times, since_ms, True, row=row))
        return
    into = waiting[-1]
    if not (into.stage == "escalated" and stage == "raised"):
        into.stage = stage
    into.rank = min(into.rank, urgent)
    into.times += stage == "raised"
    into.since_ms = min(into.since_ms, since_ms)
    into.row = row


def _since_of_child(same: list[Told], now_ms: int) -> int:
    recent = [one.since_ms for one in same if one.since_ms > now_ms - REST_MS]
    if len(recent) < MOST_OF_A_CHILD:
        return now_ms
    return max(now_ms, max(recent) + CHILD_REST_MS)


def _since(told: list[Told], same: list[Told], stage: str, now_ms: int) -> int:
    again = [one.since_ms for one in same if _is(one.stage, stage)]
    again = [since_ms for since_ms in again if since_ms > now_ms - REST_MS]
    if not again:
        return now_ms
    since_ms = max(again) + REST_MS
    of_bus = sorted(one.since_ms for one in told
                    if one.rank != CHILD and one.since_ms > now_ms - BUS_MS)  # fmt: skip
    if len(of_bus) >= MOST_OF_A_BUS:
        since_ms = max(since_ms, of_bus[-MOST_OF_A_BUS] + BUS_MS)
    return min(since_ms, now_ms + BUS_MS)


def _is(told: str, stage: str) -> bool:
    """Whether a notice of one stage has told of the other, too."""
    return told == stage or (told == "escalated" and stage == "raised")


def is_over(one: Told) -> bool:
    """The notice would say that its alarm is over or answered, and has taken in others."""
    return one.times > 0 and one.stage not in OPEN
