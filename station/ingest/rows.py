"""Messages -> rows of the tables positions and events; a record that is known makes no row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

from station.clock import is_odd, parse_iso
from station.ingest.came import Came
from station.ingest.contract import Message, track
from station.ingest.coverage import Ranges, add, has

Row = tuple[Any, ...]
RANGES = 2000
"""Of numbers that a journal may have come in. A bus makes a few a day (docs/mqtt.md, `started`);
each commit writes them all."""
_NOT_ODD: Iterable[None] = repeat(None)


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


class Again(NamedTuple):
    """Of a message, the records that have come before (station/ingest/differing.py)."""

    message: Message
    came: Came
    journal_id: int
    event: dict[str, Any] | None
    """Its row; None: it is a track."""
    rows: list[Row]
    """Of positions."""

    @property
    def seqs(self) -> list[int]:
        return [row[1] for row in self.rows] if self.event is None else [self.event["seq"]]


@dataclass
class Rows:
    positions: list[Row] = field(default_factory=list)
    tracks: list[Row] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)

    def add(self, message: Message, journal: Journal, came: Came) -> None:
        """Notes it in the journal, too. ValueError: a position or a time is out of range, or the
        numbers of the journal make no sense."""
        journal.last_ms = came.heard_ms
        if len(journal.have) >= RANGES and not _continues(journal.have, message.body["seq"]):
            raise ValueError(f"the journal has {RANGES} gaps already, and seq would make another")
        if message.name == "track":
            self._track(message, journal, came)
            return
        row = _event_row(message.body, journal, came)
        if has(journal.have, row["seq"]):
            self.again.append(Again(message, came, journal.id, row, []))
        else:
            self._event(row, journal)

    def _track(self, message: Message, journal: Journal, came: Came) -> None:
        body, heard_ms = message.body, came.heard_ms
        first, have = body["seq"], journal.have
        columns = track(body)
        last = first + len(columns.t) - 1
        odd: Iterable[int | None] = _NOT_ODD
        if is_odd(min(columns.t) * 1000, heard_ms) or is_odd(max(columns.t) * 1000, heard_ms):
            heard_s = heard_ms // 1000
            odd = [heard_s if is_odd(t * 1000, heard_ms) else None for t in columns.t]
        rows = zip(repeat(journal.id), range(first, last + 1), *columns, odd, strict=False)
        if not have or first > have[-1][1]:  # nearly always: a lane arrives in order
            self.positions += rows
            is_new = True
        else:
            known: list[Row] = []
            before = len(self.positions)
            for row in rows:
                (known if has(have, row[1]) else self.positions).append(row)
            is_new = len(self.positions) > before
            if known:
                self.again.append(Again(message, came, journal.id, None, known))
        if is_new:
            t = min(columns.t) if odd is _NOT_ODD else heard_ms // 1000
            text = came.payload.decode()
            self.tracks.append((journal.id, first, last, t, heard_ms, text))
        add(have, first, last)
        journal.track_seq = max(journal.track_seq, last)

    def _event(self, row: dict[str, Any], journal: Journal) -> None:
        seq = row["seq"]
        self.events.append(row)
        add(journal.have, seq, seq)
        if row["severity"] == "info":
            journal.track_seq = max(journal.track_seq, seq)
        elif row["severity"] == "warning":
            journal.warning_seq = max(journal.warning_seq, seq)
        else:
            journal.alarm_seq = max(journal.alarm_seq, seq)
        note_event(journal, seq, row["kind"], row["data"])


def _event_row(body: dict[str, Any], journal: Journal, came: Came) -> dict[str, Any]:
    at_ms = parse_iso(body["at"]) if body["at"] else None
    return {
        "journal_id": journal.id,
        "seq": body["seq"],
        "at_ms": at_ms,
        "clock": body["clock"],
        "boot": body.get("boot"),
        "up_ms": body.get("up_ms"),
        **{key: body[key] for key in _COPIED},
        "accuracy_m": body.get("accuracy_m"),
        "estimated": body.get("estimated", False),
        "exercise": body.get("exercise", False),
        "times": body.get("times"),
        "heard_ms": came.heard_ms,
        "odd_clock": at_ms is not None and is_odd(at_ms, came.heard_ms),
        "sealed": came.payload.decode(),
    }


def _continues(have: Ranges, seq: int) -> bool:
    """Whether a record with this number makes no further range."""
    return has(have, seq) or has(have, seq - 1) or has(have, seq + 1)


def note_event(journal: Journal, seq: int, kind: str, data: dict[str, Any]) -> None:
    """Keeps what explains missing records (station/ingest/gaps.py)."""
    if kind == "started":
        journal.starts.append(seq)
    elif kind == "records_lost":
        first, last = data.get("first"), data.get("last")
        if isinstance(first, int) and isinstance(last, int):
            journal.lost.append((first, last))


_COPIED = ("kind", "severity", "state", "occ", "lat", "lon", "speed_kmh", "data", "why")
