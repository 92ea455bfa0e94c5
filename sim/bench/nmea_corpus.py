"""Real receivers' logs and what gpsd made of them, and the score of our reader.

The logs are gpsd's regression suite, beside the repository in ../shared/nmea. A hit
is a valid fix with the same UTC time of day (1 ms) within 5e-7 degree.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from firmware.gnss.date import Calendar
from firmware.gnss.fix import Fix
from firmware.gnss.nmea import Nmea

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "nmea"
DOUBTFUL = "hemi.log"  # gpsd refuses fixes in it that the receiver calls valid
_NEAR_E7 = 5.01
_EVER = 40_000  # days: gpsd sets dates forward without end
_ERICSSON_AVERAGE = b"$PERC,GPavp,"  # an average of hours, for timing: gpsd reports it as a fix


@dataclass
class Score:
    log: str
    expected: int = 0
    hits: int = 0
    dated: int = 0
    false: int = 0
    averages: int = 0  # what gpsd reports as a fix and the receiver calls an average
    missed: list = field(default_factory=list)


class _Recorder(Fix):
    """A Fix that remembers every fix it ever was."""

    def __init__(self) -> None:
        self.seen: dict[int | None, list] = defaultdict(list)
        super().__init__()

    def copy(self, other: Fix) -> None:
        super().copy(other)
        if self.valid:
            self.seen[self.time_ms].append((self.lat_e7, self.lon_e7, self.utc_ms()))


def logs() -> Iterator[tuple[str, bytes, list]]:
    """-> name, bytes and gpsd's reports of every log."""
    for line in (FOLDER / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        yield entry["log"], (FOLDER / entry["log"]).read_bytes(), entry["tpv"]


def calendar(data: bytes) -> Calendar:
    """gpsd takes its rollover from the `# Date:` of a log, else from its own build date."""
    if b"\n# Date: " in b"\n" + data:
        return Calendar(0, _EVER)
    return Calendar(None, _EVER, _EVER)


def fixes(data: bytes, piece: int) -> dict:
    """All fixes of a log fed in pieces of so many bytes: {time_ms: [(lat, lon, utc_ms)]}."""
    reader = Nmea(calendar(data))
    reader.fix = recorder = _Recorder()
    for at in range(0, len(data), piece):
        part = data[at : at + piece]
        reader.feed(part, len(part))
    reader.feed(b"", 0)
    return dict(recorder.seen)


def _utc_ms(tpv: dict) -> int:
    return round(datetime.fromisoformat(tpv["time"].replace("Z", "+00:00")).timestamp() * 1000)


def score(name: str, data: bytes, reports: list, piece: int = 64) -> Score:
    """Our fixes beside gpsd's reports that have a time."""
    found = fixes(data, piece)
    result = Score(name)
    judged: dict[int, bool] = {}
    for tpv in reports:
        if "time" not in tpv:
            continue
        utc_ms = _utc_ms(tpv)
        time_ms = utc_ms % 86_400_000
        is_fix = tpv["mode"] >= 2 and "lat" in tpv
        for near in (time_ms - 1, time_ms, time_ms + 1):
            judged[near] = judged.get(near, False) or is_fix
        if not is_fix:
            continue
        matching = [
            fix
            for near in (time_ms - 1, time_ms, time_ms + 1)
            for fix in found.get(near, ())
            if abs(fix[0] - tpv["lat"] * 1e7) <= _NEAR_E7
            and abs(fix[1] - tpv["lon"] * 1e7) <= _NEAR_E7
        ]
        if not matching and _is_average(data, tpv):
            result.averages += 1
            continue
        result.expected += 1
        if not matching:
            result.missed.append(tpv)
            continue
        result.hits += 1
        dates = [fix[2] for fix in matching if fix[2] is not None]
        result.dated += bool(dates) and abs(dates[-1] - utc_ms) <= 1
    result.false = sum(
        1 for time_ms in found if time_ms is not None and not judged.get(time_ms, True)
    )
    return result


def _is_average(data: bytes, tpv: dict) -> bool:
    """Is it a position that only Ericsson's own sentence tells, which is no fix?"""
    for line in data.splitlines():
        if line.startswith(_ERICSSON_AVERAGE):
            lat = line.split(b",")[2]
            degrees = int(lat[:2]) + float(lat[2:]) / 60
            if abs(degrees - tpv["lat"]) < 1e-6:
                return True
    return False
