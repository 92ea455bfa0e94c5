"""The frame of each feed: its header, and the same answer for a whole second."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from google.transit import gtfs_realtime_pb2 as gtfs


def empty(now_s: int) -> gtfs.FeedMessage:
    """A feed that says all there is (E038, E048, E049)."""
    feed = gtfs.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.incrementality = gtfs.FeedHeader.FULL_DATASET
    feed.header.timestamp = now_s
    return feed


class PerSecond:
    """Two answers with the same time in the header say the same (E017)."""

    def __init__(self) -> None:
        self._now_s = 0
        self._made: dict[Hashable, bytes] = {}

    def get(self, key: Hashable, now_s: int, make: Callable[[], bytes]) -> bytes:
        """key: which feed, for whom."""
        if now_s != self._now_s:
            self._now_s = now_s
            self._made.clear()
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]
