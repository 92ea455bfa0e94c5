"""The position jumps to where the bus cannot be."""

from firmware import geo
from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.values import Fixed
from firmware.warnings import LAMP, SILENT

_ERROR_MM = 200000  # the largest joint error of two fixes
_QUIET_MS = 60000
_LONGEST_MS = 3600000


class GnssJump:
    """Two fixes in a row are further apart than gnss_jump_kmh and 200 m of error allow.

    The receiver is spoofed, hears reflections, or is broken. While fixes keep jumping it is one
    occurrence, updated by a jump twice as long; it ends after a minute without one.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: 200 km/h [default]; no school bus drives that fast.

    Unknown position is no jump; the time without one counts as driven.
    """

    kind = "gnss_jump"
    settings = (("gnss_jump_kmh", 200, 120, 400),)

    def __init__(self, config):
        self.warning = SILENT
        self._limit_kmh = config["gnss_jump_kmh"]
        self._at_ms = None
        self._lat_e7 = self._lon_e7 = None
        self._jumped_ms = 0
        self._top_mm = None  # as last reported; None: nothing is reported
        self._top_ms = 0

    def judge(self, s):
        if self._top_mm is not None and s.now_ms - self._jumped_ms >= _QUIET_MS:
            event = self._event(CLEARED)
            self.warning = SILENT
            self._top_mm = None
            return event
        if not s.gnss.fix_new or s.gnss.lat_e7 is None or s.gnss.lon_e7 is None:
            return None
        before_ms, lat, lon = self._at_ms, self._lat_e7, self._lon_e7
        self._at_ms, self._lat_e7, self._lon_e7 = s.now_ms, s.gnss.lat_e7, s.gnss.lon_e7
        if before_ms is None or s.now_ms - before_ms > _LONGEST_MS:
            return None
        return self._judge_way(
            geo.distance_mm(lat, lon, s.gnss.lat_e7, s.gnss.lon_e7), s.now_ms, before_ms
        )

    def _judge_way(self, way_mm, now_ms, before_ms):
        ms = now_ms - before_ms
        if way_mm <= _ERROR_MM + self._limit_kmh * ms * 10 // 36:
            return None
        self._jumped_ms = now_ms
        before_mm = self._top_mm
        if before_mm is not None and way_mm < before_mm * 2:
            return None
        self._top_mm, self._top_ms = way_mm, ms
        self.warning = LAMP
        return self._event(RAISED if before_mm is None else UPDATED)

    def _event(self, state):
        data = (("jump_m", self._top_mm // 1000), ("within_s", Fixed(self._top_ms // 100, 1)))
        why = (("limit_kmh", self._limit_kmh), ("error_m", _ERROR_MM // 1000))
        return Event(self.kind, WARNING, state, data, why)
