"""Which seqs of a journal have come: sorted ranges [first, last] that do not touch."""

from __future__ import annotations

from bisect import bisect_right

Ranges = list[list[int]]


def has(ranges: Ranges, seq: int) -> bool:
    at = bisect_right(ranges, [seq, 1 << 40]) - 1
    return at >= 0 and ranges[at][1] >= seq


def add(ranges: Ranges, first: int, last: int) -> None:
    """Changes `ranges` in place."""
    at = bisect_right(ranges, [first, 0])
    if at and ranges[at - 1][1] >= first - 1:
        at -= 1
        first = ranges[at][0]
    end = at
    while end < len(ranges) and ranges[end][0] <= last + 1:
        last = max(last, ranges[end][1])
        end += 1
    ranges[at:end] = [[first, last]]


def missing(ranges: Ranges) -> list[tuple[int, int]]:
    """The holes between the ranges."""
    return [
        (before[1] + 1, after[0] - 1) for before, after in zip(ranges, ranges[1:], strict=False)
    ]
