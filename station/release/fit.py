"""Which buses can take a release, and why another one cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from station.release.file import Release, Set, version_of

UNKNOWN, OLD_FIRMWARE, BOARD, MPYTHON, OLDER = (
    "unknown", "old_firmware", "no_board", "no_mpython", "newer_runs",
)  # fmt: skip
"""Words of the page and of the command line (WHY)."""
WHY = {
    UNKNOWN: "it has not been heard yet, or has not said what it runs",
    OLD_FIRMWARE: "its firmware takes no update over the air: deploy it by cable once",
    BOARD: "the release has nothing for its board",
    MPYTHON: "the release does not run on its version of MicroPython: that changes by cable alone",
    OLDER: "it runs a newer version; a downgrade needs its own word",
}


class Fit(NamedTuple):
    set: Set | None
    why: str | None
    """None: it can take the release."""


class Known(NamedTuple):
    """A bus of the fleet, as far as its status is known."""

    bus: str
    label: str | None
    status: dict[str, Any] | None
    online: bool = False


def fit(release: Release, status: dict[str, Any] | None, downgrade: bool,
        not_sets: Sequence[str] = ()) -> Fit:  # fmt: skip
    """not_sets: the bus has said that these are for another kind of board."""
    if not status or "fw" not in status:
        return Fit(None, UNKNOWN)
    if "release" not in status or not status.get("board"):
        return Fit(None, OLD_FIRMWARE)
    sets = [of for of in release.sets_for(status["board"]) if of.name not in not_sets]
    if not sets:
        return Fit(None, BOARD)
    mpython = ".".join(str(status.get("mpython")).split(".")[:2])
    if mpython not in release.micropython:
        return Fit(None, MPYTHON)
    if version_of(status["fw"]) > version_of(release.version) and not downgrade:
        return Fit(None, OLDER)
    return Fit(sets[0], None)


def runs(release: Release, status: dict[str, Any] | None) -> bool:
    short = (status or {}).get("release")
    return any(of.short == short for of in release.sets.values())
