"""The GNSS receiver is jammed, or its antenna was taken away."""

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.timing import Held
from firmware.warnings import LAMP, SILENT

_STANDS_MS = 30000
_MANY_SATS = 6
_SLOW_MMS = 1000


class GnssJammed:
    """A bus that has stood for 30 s with 6 satellites or more loses its position for
    gnss_jammed_s, while its receiver goes on talking and its engine runs.

    The sky over a standing bus does not change; on the way a tunnel looks the same, and
    then only gnss_lost is reported. It ends after calm_s with a position, or with the ignition
    off.

    City: warning; raised, cleared.
    Driver: lamp.

    Source: [default]; a plain NMEA receiver names no jammer.

    Unknown: the speed that was last known has to have been none; a silent receiver is
    sensor_silent, not jammed.
    """

    kind = "gnss_jammed"
    settings = (
        ("gnss_jammed_s", 10, 5, 120),
        "calm_s",
    )

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["gnss_jammed_s"]
        self._gone = Held(self._held_s * 1000)
        self._back = Held(config["calm_s"] * 1000)
        self._stands = Held(_STANDS_MS)
        self._suspect = False  # a position that is lost now points to a jammer
        self._sats = None  # as last used
        self._raised = False

    def judge(self, s):
        runs = s.trip.ignition_off_ms is None
        known = s.gnss.lat_e7 is not None
        if known:
            slow = s.gnss.speed_mms is not None and s.gnss.speed_mms < _SLOW_MMS
            many = s.gnss.sats is not None and s.gnss.sats >= _MANY_SATS
            self._suspect = self._stands.update(s.now_ms, runs and slow and many)
            self._sats = s.gnss.sats
        if self._raised:
            if runs and not self._back.update(s.now_ms, known):
                return None
            return self._report(CLEARED, s)
        odd = self._suspect and runs and not known and "gnss" not in s.silent
        return self._report(RAISED, s) if self._gone.update(s.now_ms, odd) else None

    def _report(self, state, s):
        self._raised = state == RAISED
        for held in (self._gone, self._back, self._stands):
            held.update(s.now_ms, False)
        self._suspect = False
        self.warning = LAMP if self._raised else SILENT
        data = (("sats_before", self._sats),)
        why = (("sats", s.gnss.sats), ("stood_s", _STANDS_MS // 1000), ("limit_s", self._held_s))
        return Event(self.kind, WARNING, state, data, why)
