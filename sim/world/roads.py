"""Roads as a graph, the way between two places, and metres around a town.

Plain floats: the simulator runs on CPython. Within a town of 20 km a metre is
a fixed number of degrees (equirectangular); the error stays below 0.1 %.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence

METRES_PER_E7 = 6371008.8 * math.pi / 180 / 1e7
BRAKING_MSS = 1.0  # comfortable, in m/s2
_KMH = 1 / 3.6
_CORNERS = ((60, 18 * _KMH), (30, 32 * _KMH))  # turn of more than so many degrees, at most m/s


def offset_m(lat0_e7: float, lon0_e7: float, lat_e7: float, lon_e7: float) -> tuple[float, float]:
    """-> (north, east) in metres."""
    east = (lon_e7 - lon0_e7) * METRES_PER_E7 * math.cos(math.radians(lat0_e7 / 1e7))
    return (lat_e7 - lat0_e7) * METRES_PER_E7, east


def moved(lat_e7: float, lon_e7: float, course_deg: float, metres: float) -> tuple[float, float]:
    """The position so many metres further along a course."""
    course = math.radians(course_deg)
    per_metre = 1 / METRES_PER_E7
    return (
        lat_e7 + metres * math.cos(course) * per_metre,
        lon_e7 + metres * math.sin(course) * per_metre / math.cos(math.radians(lat_e7 / 1e7)),
    )


class Way:
    """A polyline that one leg follows, with what may be driven on each piece and at each bend.

    Piece i goes from point i to point i + 1: `starts_m[i]`, `length_m[i]`,
    `course_deg[i]`, `limit_ms[i]` (m/s). `bend_ms[i]` is the highest speed at
    point i that still lets a driver who brakes gently keep to all that follows,
    the halt at the end included.
    """

    def __init__(self, points: Sequence[tuple[float, float]], limits_kmh: Sequence[float]):
        self.points = [(lat * 1e7, lon * 1e7) for lat, lon in points]
        self.limit_ms = [limit * _KMH for limit in limits_kmh]
        self.starts_m = [0.0]
        self.length_m: list[float] = []
        self.course_deg: list[float] = []
        for here, there in zip(self.points, self.points[1:], strict=False):
            north, east = offset_m(*here, *there)
            self.length_m.append(math.hypot(north, east))
            self.course_deg.append(math.degrees(math.atan2(east, north)) % 360)
            self.starts_m.append(self.starts_m[-1] + self.length_m[-1])
        self.total_m = self.starts_m[-1]
        self.bend_ms = self._bends()

    def _bends(self) -> list[float]:
        allowed = [0.0] * len(self.points)
        for at in range(len(self.points) - 2, -1, -1):
            kept = math.sqrt(allowed[at + 1] ** 2 + 2 * BRAKING_MSS * self.length_m[at])
            allowed[at] = min(kept, self.limit_ms[at])
            if at:
                allowed[at] = min(allowed[at], self._corner_ms(at))
        return allowed

    def _corner_ms(self, at: int) -> float:
        turn = abs((self.course_deg[at] - self.course_deg[at - 1] + 180) % 360 - 180)
        for degrees, speed in _CORNERS:
            if turn > degrees:
                return speed
        return self.limit_ms[at - 1]

    def position(self, piece: int, metres: float) -> tuple[float, float]:
        """(lat_e7, lon_e7) at so many metres from the way's start, on that piece."""
        part = (metres - self.starts_m[piece]) / self.length_m[piece]
        (lat0, lon0), (lat1, lon1) = self.points[piece], self.points[piece + 1]
        return lat0 + (lat1 - lat0) * part, lon0 + (lon1 - lon0) * part


class RoadMap:
    """Places joined by roads, both directions; `way` finds the quickest."""

    def __init__(
        self,
        places: Mapping[str, tuple[float, float]],
        roads: Iterable[tuple[Sequence[str], float]],
    ):
        self._places = dict(places)
        self._next: dict[str, list[tuple[str, float, float]]] = {name: [] for name in places}
        for along, limit_kmh in roads:
            for here, there in zip(along, along[1:], strict=False):
                a, b = ((lat * 1e7, lon * 1e7) for lat, lon in (places[here], places[there]))
                seconds = math.hypot(*offset_m(*a, *b)) / (limit_kmh * _KMH)
                self._next[here].append((there, seconds, limit_kmh))
                self._next[there].append((here, seconds, limit_kmh))

    def path(self, start: str, end: str) -> list[tuple[str, float]]:
        """[(place, limit of the road that led there)], the start first; ValueError if none."""
        best: dict[str, tuple[str, float]] = {}
        waiting: list[tuple[float, str, str, float]] = [(0.0, start, start, 0.0)]
        while waiting:
            seconds, here, before, limit = heapq.heappop(waiting)
            if here in best:
                continue
            best[here] = (before, limit)
            if here == end:
                break
            for there, more, there_limit in self._next[here]:
                if there not in best:
                    heapq.heappush(waiting, (seconds + more, there, here, there_limit))
        if end not in best:
            raise ValueError(f"no road from {start} to {end}")
        back = [(end, best[end][1])]
        while back[-1][0] != start:
            before = best[back[-1][0]][0]
            back.append((before, best[before][1]))
        return back[::-1]

    def way(self, start: str, end: str) -> Way:
        path = self.path(start, end)
        return Way([self._places[place] for place, _ in path], [limit for _, limit in path[1:]])
