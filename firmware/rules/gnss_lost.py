"""The position of the bus is unknown, and so is its speed."""

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.timing import Held
from firmware.values import fixed
from firmware.warnings import LAMP, SILENT


class GnssLost:
    """No position that can be trusted for gnss_lost_s while the ignition is on.

    The event holds the last known position. It ends after calm_s with a position, or with
    the ignition off: a depot has a roof. A silent receiver is reported by sensor_silent too.

    City: warning; raised, cleared.
    Driver: lamp.

    Source: 60 s [default], longer than a tunnel or a cold start takes.

    Unknown position is what this rule is about.
    """

    kind = "gnss_lost"
    settings = (
        ("gnss_lost_s", 60, 10, 600),
        "calm_s",
    )

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["gnss_lost_s"]
        self._lost = Held(self._held_s * 1000)
        self._back = Held(config["calm_s"] * 1000)
        self._raised = False
        self._lat_e7 = self._lon_e7 = None

    def judge(self, s):
        known = s.gnss.lat_e7 is not None
        if known:
            self._lat_e7, self._lon_e7 = s.gnss.lat_e7, s.gnss.lon_e7
        runs = s.trip.ignition_off_ms is None
        if not self._raised:
            if not self._lost.update(s.now_ms, runs and not known):
                return None
            return self._report(RAISED, s)
        if runs and not self._back.update(s.now_ms, known):
            return None
        return self._report(CLEARED, s)

    def _report(self, state, s):
        self._raised = state == RAISED
        self._lost.update(s.now_ms, False)
        self._back.update(s.now_ms, False)
        self.warning = LAMP if self._raised else SILENT
        data = (("last_lat", fixed(self._lat_e7, 7)), ("last_lon", fixed(self._lon_e7, 7)))
        why = (("sats", s.gnss.sats), ("hdop", fixed(s.gnss.hdop_e2, 2)), ("limit_s", self._held_s))
        return Event(self.kind, WARNING, state, data, why)
