"""Which missing numbers are a loss that somebody has to look into.

Events and positions of a journal are numbered in one sequence (docs/mqtt.md), and each lane
arrives in order. So a number that is missing is one of these:
- still to come: one lane has not come so far yet, and the bus has not said that nothing waits;
- left out: before a `started` numbering skips, by design, up to some thousands;
- announced: within the range of a `records_lost`;
- a gap: none of these. The record was confirmed on the bus and the broker, and did not get
  here; or the flash of the bus refused it (a `fault` of that time says so).
What came before the first number that the station has ever heard of a journal is not its to miss.
"""

from __future__ import annotations

from station.ingest.coverage import Ranges, missing

Range = tuple[int, int]


def gaps(
    have: Ranges,
    alarm_seq: int,
    track_seq: int,
    nothing_waits: bool,
    starts: list[int],
    lost: list[Range],
) -> list[Range]:
    """alarm_seq, track_seq: how far each lane has come. starts: seqs of `started`. lost: ranges
    of `records_lost`. nothing_waits: the bus said so after all of `have` came."""
    begins = set(starts)
    found = []
    for first, last in missing(have):
        if not nothing_waits and last >= min(alarm_seq, track_seq):
            continue
        if last + 1 in begins:
            continue
        found += _without(first, last, lost)
    return found


def _without(first: int, last: int, lost: list[Range]) -> list[Range]:
    """What is left of a range when the announced ones are taken away."""
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
