"""The track: how many positions it keeps of real logs and of simulated mornings.

The optimum beside it is an opening window without limits: from each kept position the line goes
on to the last one that still leaves all those passed within the error, tried with every one of
them, in floating point. Moving logs are those in which the receiver gets 50 m away.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from firmware import geo
from firmware.gnss.date import Calendar
from firmware.gnss.nmea import Nmea
from firmware.journal.track import Track
from firmware.snapshot import PARKED, Snapshot
from sim.bench import nmea_corpus
from sim.chips.gnss_error import Error
from sim.world.day import fleet_morning

ERROR_M = 10
_EVER_S = 1_000_000  # a position at least so often: never, so that only the path counts
_AWAY_MM = 50_000
_BUSES = 6
_MORNING_S = 3600
_UTC_MS = 1_795_306_323_000


class Seen(NamedTuple):
    """One position of a path, as the bus sees it."""

    at_ms: int
    lat_e7: int
    lon_e7: int
    speed_mms: int | None


def of_logs() -> Iterator[tuple[str, list[Seen]]]:
    """The moving logs of the corpus."""
    for name, data, _ in nmea_corpus.logs():
        reader = Nmea(Calendar(0, 40_000))
        path: list[Seen] = []
        for at in range(0, len(data), 64):
            fixes = reader.fixes
            part = data[at : at + 64]
            reader.feed(part, len(part))
            fix = reader.fix
            if reader.fixes != fixes and fix.valid:
                path.append(Seen(len(path) * 1000, fix.lat_e7, fix.lon_e7, fix.speed_mms))
        if path and _reach_mm(path) >= _AWAY_MM:
            yield name, path


def of_mornings(seed: int) -> Iterator[tuple[str, list[Seen]]]:
    """What receivers with the error of sim/chips/gnss_error.py see of an hour's school runs."""
    for index, world in enumerate(fleet_morning(_BUSES, seed)):
        error = Error(world.rng)
        error.settle()
        path = []
        for second in range(_MORNING_S):
            world.advance(second * 1000)
            truth = (world.lat_e7, world.lon_e7, world.speed_mms, world.course_cdeg)
            seen = error.applied(truth, 1000)
            path.append(Seen(second * 1000, seen.lat_e7, seen.lon_e7, seen.speed_mms))
        yield f"morning of bus {index + 1}", path


def _reach_mm(path: list[Seen]) -> int:
    first = path[0]
    return max(geo.distance_mm(first.lat_e7, first.lon_e7, p.lat_e7, p.lon_e7) for p in path)


def kept(path: list[Seen]) -> list[int]:
    """Indexes of the positions that Track keeps of a drive."""
    track = Track({"error_m": ERROR_M, "every_s": _EVER_S})
    s = Snapshot(1)
    s.trip.phase = "driving"
    s.gnss.fix_new = True
    found = []
    for seen in path:
        s.now_ms, s.utc_ms = seen.at_ms, _UTC_MS + seen.at_ms
        s.gnss.lat_e7, s.gnss.lon_e7, s.gnss.speed_mms = seen[1:]
        found += [track.take()[0] for _ in range(track.keep(s))]
    s.trip.phase = PARKED
    found += [track.take()[0] for _ in range(track.keep(s))]
    at = {(_UTC_MS + seen.at_ms) // 1000: index for index, seen in enumerate(path)}
    return [at[utc_s] for utc_s in found]


def _metres(path: list[Seen]) -> list[tuple[float, float]]:
    """North and east of the first, on the plane that touches the earth there."""
    lat0, lon0 = path[0].lat_e7, path[0].lon_e7
    north, east = geo.north_scale(lat0) / 2**15 / 1000, geo.east_scale(lat0) / 2**15 / 1000
    return [((p.lat_e7 - lat0) * north, (p.lon_e7 - lon0) * east) for p in path]


def off_m(point, start, end) -> float:
    """From a point to the line between two others."""
    along = (end[0] - start[0], end[1] - start[1])
    square = along[0] ** 2 + along[1] ** 2
    to = (point[0] - start[0], point[1] - start[1])
    share = max(0.0, min(1.0, (to[0] * along[0] + to[1] * along[1]) / square)) if square else 0.0
    return math.hypot(to[0] - share * along[0], to[1] - share * along[1])


def worst_m(path: list[Seen], indexes: list[int]) -> float:
    """How far the farthest position lies from the line through the kept ones."""
    at = _metres(path)
    return max(
        (
            off_m(at[index], at[start], at[end])
            for start, end in zip(indexes, indexes[1:], strict=False)
            for index in range(start + 1, end)
        ),
        default=0.0,
    )


def optimum(path: list[Seen]) -> int:
    """Positions that an opening window without limits keeps."""
    at = _metres(path)
    start, found = 0, 1
    while start < len(at) - 1:
        end = start + 1
        while end + 1 < len(at) and all(
            off_m(at[index], at[start], at[end + 1]) <= ERROR_M
            for index in range(start + 1, end + 1)
        ):
            end += 1
        start = end
        found += 1
    return found


def run(say: Callable[[str], None]) -> None:
    """Print the figures beside their goals."""
    say(f"Positions kept for the track, all within {ERROR_M} m of its line")
    sources = [("simulated mornings", list(of_mornings(1)))]
    if nmea_corpus.FOLDER.is_dir():
        sources.insert(0, ("real logs that move", list(of_logs())))
    for what, paths in sources:
        indexes = [kept(path) for _, path in paths]
        best = sum(optimum(path) for _, path in paths)
        worst = max(worst_m(path, of) for (_, path), of in zip(paths, indexes, strict=True))
        count = sum(map(len, indexes))
        say(
            f"  {what:<20}{len(paths):>3}: {count:>5} of {sum(len(path) for _, path in paths):,}"
            f"  optimum {best}  ratio {count / best:.2f} (goal 1.15)"
            f"  farthest {worst:.2f} m (goal {ERROR_M})"
        )
