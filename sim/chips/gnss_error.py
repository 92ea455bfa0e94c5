"""How far a GNSS solution is from the truth: slow drift, and noise in speed and course."""

from __future__ import annotations

import random
from typing import NamedTuple

_DRIFT_E7 = 135.0  # one sigma of each axis, about 1.5 m
_DRIFT_MS = 60_000  # after this time the error has become another
_SPEED_MMS = 60.0
_COURSE_AT_1_MS_CDEG = 400.0
_CREEP_MMS = 500  # below, the course is that of the drift


class Solution(NamedTuple):
    lat_e7: int
    lon_e7: int
    speed_mms: int
    course_cdeg: int
    altitude_dm: int
    sats: int
    hdop_e2: int


class Error:
    """A first-order Gauss-Markov process for each axis; the same seed gives the same error."""

    def __init__(self, rng: random.Random):
        self._gauss = rng.gauss
        self._random = rng.random
        self._lat = self._lon = 0.0
        self._course = 0.0
        self._sats = 11

    def settle(self) -> None:
        """A new search ends somewhere else."""
        self._lat = self._gauss(0.0, _DRIFT_E7)
        self._lon = self._gauss(0.0, _DRIFT_E7)

    def applied(self, truth: tuple[int, int, int, int], interval_ms: int) -> Solution:
        """What the receiver makes of the truth, interval_ms after the last time."""
        gauss = self._gauss
        share = interval_ms / _DRIFT_MS
        step = _DRIFT_E7 * (2 * share) ** 0.5
        self._lat += gauss(0.0, step) - self._lat * share
        self._lon += gauss(0.0, step) - self._lon * share
        lat, lon, speed, course = truth
        speed = abs(int(speed + gauss(0.0, _SPEED_MMS)))
        if speed < _CREEP_MMS:
            self._course = (self._course + gauss(0.0, 2000.0)) % 36000
            course = int(self._course)
        else:
            course = int(course + gauss(0.0, _COURSE_AT_1_MS_CDEG * 1000 / speed)) % 36000
        if self._random() < 0.02:
            self._sats = 9 + int(self._random() * 5)
        hdop_e2 = 190 - 9 * self._sats
        return Solution(
            lat + int(self._lat), lon + int(self._lon), speed, course, 152, self._sats, hdop_e2
        )
