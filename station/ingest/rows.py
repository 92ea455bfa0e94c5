"""Messages -> rows of the tables positions and events; a record that is known makes no row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from station.clock import is_odd, parse_iso
from station.ingest.contract import Message, track
from station.ingest.coverage import Ranges, add, has

Row = tuple[Any, ...]


@dataclass
class Journal:
    """One epoch of one bus: which of its records have come."""

    id: int
    bus_id: int
    key: tuple[str, str, str]
    """(fleet, bus, epoch)"""
    have: Ranges = field(default_factory=list)
    alarm_seq: int = 0
    warning_seq: int = 0
    track_seq: int = 0
    """The last seq of each severity; a lane brings one, with few exceptions."""
    starts: list[int] = field(default_factory=list)
    """Seqs of its `started` events."""
    lost: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of its `records_lost` events."""
    last_ms: int = 0
    """When its last record came."""

    def copy(self) -> Journal:
        return Journal(
            self.id, self.bus_id, self.key, [list(pair) for pair in self.have], self.alarm_seq,
            self.warning_seq, self.track_seq, list(self.starts), list(self.lost), self.last_ms,
        )  # fmt: skip


@dataclass
class Rows:
    positions: list[Row] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def add(self, message: Message, journal: Journal, heard_ms: int) -> None:
        """Notes it in the journal, too. ValueError: a position or a time is out of range."""
        journal.last_ms = heard_ms
        if message.name == "track":
            self._track(message.body, journal, heard_ms)
        elif not has(journal.have, message.body["seq"]):
            self._event(message.body, journal, heard_ms)

    def _track(self, body: dict[str, Any], journal: Journal, heard_ms: int) -> None:
        first, have = body["seq"], journal.have
        columns = track(body)
        last = first + len(columns.t) - 1
        odd: Iterable[int | None] = repeat(None)
        if is_odd(min(columns.t) * 1000, heard_ms) or is_odd(max(columns.t) * 1000, heard_ms):
            heard_s = heard_ms // 1000
            odd = [heard_s if is_odd(t * 1000, heard_ms) else None for t in columns.t]
        rows = zip(repeat(journal.id), range(first, last + 1), *columns, odd, strict=False)
        if not have or first > have[-1][1]:  # nearly always: a lane arrives in order
            self.positions += rows
        else:
            self.positions += [row for row in rows if not has(have, row[1])]
        add(have, first, last)
        journal.track_seq = max(journal.track_seq, last)

    def _event(self, body: dict[str, Any], journal: Journal, heard_ms: int) -> None:
        seq, kind = body["seq"], body["kind"]
        at_ms = parse_iso(body["at"]) if body["at"] else None
        self.events.append(
            {
                "journal_id": journal.id,
                "seq": seq,
                "at_ms": at_ms,
                "clock": body["clock"],
                "boot": body.get("boot"),
                "up_ms": body.get("up_ms"),
                **{key: body[key] for key in _COPIED},
                "accuracy_m": body.get("accuracy_m"),
                "estimated": body.get("estimated", False),
                "exercise": body.get("exercise", False),
                "times": body.get("times"),
                "heard_ms": heard_ms,
                "odd_clock": at_ms is not None and is_odd(at_ms, heard_ms),
            }
        )
        add(journal.have, seq, seq)
        if body["severity"] == "info":
            journal.track_seq = max(journal.track_seq, seq)
        elif body["severity"] == "warning":
            journal.warning_seq = max(journal.warning_seq, seq)
        else:
            journal.alarm_seq = max(journal.alarm_seq, seq)
        note_event(journal, seq, kind, body["data"])


def note_event(journal: Journal, seq: int, kind: str, data: dict[str, Any]) -> None:
    """Keeps what explains missing records (station/ingest/gaps.py)."""
    if kind == "started":
        journal.starts.append(seq)
    elif kind == "records_lost":
        first, last = data.get("first"), data.get("last")
        if isinstance(first, int) and isinstance(last, int):
            journal.lost.append((first, last))


_COPIED = ("kind", "severity", "state", "occ", "lat", "lon", "speed_kmh", "data", "why")
