"""What the station knows of a rollout and of its buses (tables rollouts and rollout_buses)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from station.release.file import Release
from station.release.fit import Fit, Known, fit
from station.release.stages import Stage

RUNNING, PAUSED, STOPPED, WITHDRAWN, DONE = "running", "paused", "stopped", "withdrawn", "done"
UNDER_WAY = (RUNNING, PAUSED, STOPPED)
RUNS, RETURNED, SILENT, REFUSED, LEFT = "runs", "returned", "silent", "refused", "left"
"""left: it ran the release, and was given other code by cable."""
THE_STATION = "station"


@dataclass
class Row:
    """One bus of a rollout (table rollout_buses)."""

    bus: str
    stage: int | None
    again: bool = False
    offer: str | None = None
    offer_ms: int | None = None
    heard: bool = False
    refusals: int = 0
    told: dict[str, Any] | None = None
    told_ms: int | None = None
    boot: int | None = None
    board: str | None = None
    took_ms: int | None = None
    seen: bool = False
    event_ms: int | None = None
    event_seq: int = 0
    result: str | None = None
    result_ms: int | None = None
    why: str | None = None
    message: str | None = None
    pardoned: bool = False

    @property
    def is_bad(self) -> bool:
        return self.result in (RETURNED, SILENT) and not self.pardoned

    @property
    def not_sets(self) -> list[str]:
        """Sets that the bus refused, because they are for another kind of board."""
        return (self.told or {}).get("not_sets", [])

    @property
    def is_changing(self) -> bool:
        """It has said that it changes over, and was not heard with the new code yet."""
        return self.took_ms is not None and not self.seen and self.result in (None, SILENT)

    @property
    def may_run_it(self) -> bool:
        return self.took_ms is not None or (self.told or {}).get("state") == "ready"

    def ends(self, result: str, now_ms: int, why: str | None = None,
             message: str | None = None) -> None:  # fmt: skip
        self.result, self.result_ms, self.why, self.message = result, now_ms, why, message

    def is_under_way_again(self, boot: int | None) -> None:
        """The old code runs on: whatever ended the changeover says nothing of the release."""
        self.took_ms = self.result = self.result_ms = self.offer = self.told_ms = None
        self.told = {"not_sets": self.not_sets} if self.not_sets else None
        self.boot = boot

    def begins_again(self) -> None:
        """A person wants the bus to try once more."""
        self.again, self.pardoned, self.refusals = True, False, 0
        if self.offer is None:
            self.offer_ms = None  # events of before are about the offer before
        self.told = self.told_ms = self.took_ms = self.boot = None
        self.seen = False
        self.result = self.result_ms = self.why = self.message = None


@dataclass
class Rollout:
    id: int
    fleet: str
    release_id: int
    state: str
    stages: list[Stage]
    stage: int
    stage_ms: int
    least_s: int
    wait_s: int | None
    stop_share: int
    silent_s: int
    downgrade: bool
    made_ms: int
    made_by: str
    release: Release
    rows: dict[str, Row] = field(default_factory=dict)

    def fit_of(self, row: Row, status: dict[str, Any] | None) -> Fit:
        return fit(self.release, status, self.downgrade, row.not_sets)

    def copy(self) -> Rollout:
        return replace(self, rows={bus: replace(row) for bus, row in self.rows.items()})


class Seen(NamedTuple):
    """A bus as the station knows it now."""

    known: Known
    quiet_ms: int | None
    """When it was heard last, or by when it has to be heard, whichever is later."""
    serial: str | None = None
    """Of the identity that sealed its status."""


class Happened(NamedTuple):
    """An event `update` of a bus."""

    bus: str
    at_ms: int | None
    heard_ms: int
    data: dict[str, Any]
    seq: int = 0
