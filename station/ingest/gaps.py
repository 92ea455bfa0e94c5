"""Which missing records are a loss that a technician has to look into.

Events and positions of a journal are numbered in one sequence (docs/mqtt.md), and each lane
arrives in order. So a number that is missing is one of these:
- still to come: one lane has not come so far yet, and the bus has not said that no record waits;
- left out: before a `started`, numbering skips up to some thousands by design;
- announced: within the range of a `records_lost`;
- a gap: none of these. The record was confirmed on the bus and did not get here; or the flash of
  the bus refused it (a `fault` of that time says so).
Numbers before the first one that the station has ever had of a journal do not count as missing.
"""

from __future__ import annotations

import asyncio

from station.ingest.coverage import missing
from station.ingest.rows import Journal
from station.ingest.store import Store
from station.live.live import Live
from station.live.live_bus import LiveBus

Range = tuple[int, int]
_SETTLED_MS = 30_000
_COUNT_S = 5


class Gaps:
    def __init__(self, store: Store, live: Live):
        self._store = store
        self._live = live

    def of(self, fleet: str, bus: str) -> list[tuple[str, int, int]]:
        """(epoch, first, last) of every gap of a bus."""
        known = self._live.get(fleet, bus)
        return [
            (journal.key[2], *gap)
            for journal in self._store.journals_of(fleet, bus)
            for gap in find_gaps(journal, _nothing_waits(known, journal))
        ]

    async def watch(self) -> None:
        """Counts them for the page; the count changes with time, too."""
        while True:
            await asyncio.sleep(_COUNT_S)
            for bus in self._live:
                count = len(self.of(*bus.key))
                if count != bus.gaps:
                    bus.gaps = count
                    self._live.show(bus)


def _nothing_waits(bus: LiveBus | None, journal: Journal) -> bool:
    """The bus says that no record waits, and said it some time after its last records came."""
    if bus is None or bus.state is None or bus.heard_ms is None:
        return False
    waits = any(count != 0 for count in bus.state["backlog"].values())
    return not waits and bus.heard_ms > journal.last_ms + _SETTLED_MS


def find_gaps(journal: Journal, nothing_waits: bool) -> list[Range]:
    """nothing_waits: the bus said that no record waits, after all that has come."""
    lowest = min(journal.alarm_seq, journal.warning_seq, journal.track_seq)
    begins = set(journal.starts)
    found = []
    for first, last in missing(journal.have):
        if not nothing_waits and last >= lowest:
            continue
        if last + 1 in begins:
            continue
        found += _without(first, last, journal.lost)
    return found


def _without(first: int, last: int, lost: list[Range]) -> list[Range]:
    """What is left of a range without the announced ones."""
    left = []
    for low, high in sorted(lost):
        if high < first or low > last:
            continue
        if low > first:
            left.append((first, low - 1))
        first = max(first, high + 1)
    if first <= last:
        left.append((first, last))
    return left
