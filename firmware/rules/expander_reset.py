"""A chip was found without its settings: its supply dipped, or a disturbance changed them."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.warnings import LAMP, SILENT

_UPDATE_MS = 60000


class ExpanderReset:
    """A chip that is read all the time had lost its settings, in full or by one bit, and was set up
    again: an expander of seats or of doors and buttons (mcp23017.py), or the accelerometer.

    What it guards is unknown for less than a second, so no other rule need notice; but
    a supply that dips will dip again. The first one is reported at once, the next ones at most
    once a minute; it ends after expander_calm_s without one.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: Microchip DS20001952C table 3-3, the values after a reset; 10 min [default].

    Unknown: a chip that is silent is sensor_silent; it counts when it is back and
    has forgotten.
    """

    kind = "expander_reset"
    settings = (("expander_calm_s", 600, 60, 3600),)

    def __init__(self, config):
        self.warning = SILENT
        self._calm_s = config["expander_calm_s"]
        self._seen = None  # resets of each chip, as last looked at
        self._counts = []  # in this occurrence
        self._reset_ms = None  # the last; None: no occurrence
        self._reported_ms = 0
        self._is_unreported = False

    def judge(self, s):
        now = s.vehicle.chip_resets
        if now != self._seen:
            self._count(now, s.now_ms)
        if self._reset_ms is None:
            return None
        if self._is_unreported and (not self.warning or s.now_ms - self._reported_ms >= _UPDATE_MS):
            return self._report(UPDATED if self.warning else RAISED, s)
        if s.now_ms - self._reset_ms < self._calm_s * 1000:
            return None
        self._reset_ms = None
        return self._report(CLEARED, s)

    def _count(self, now, now_ms):
        before, self._seen = self._seen, list(now)
        if before is None or len(before) != len(now):
            before = [0] * len(now)
        if self._reset_ms is None:
            self._counts = [0] * len(now)
        for index in range(len(now)):
            if now[index] > before[index]:
                self._counts[index] += now[index] - before[index]
                self._reset_ms = now_ms
                self._is_unreported = True

    def _report(self, state, s):
        self._is_unreported = False
        self._reported_ms = s.now_ms
        self.warning = SILENT if state == CLEARED else LAMP
        counts, chips = self._counts, s.vehicle.chips
        data = (
            ("chips", [chips[index] for index in range(len(counts)) if counts[index]]),
            ("resets", sum(counts)),
        )
        return Event(self.kind, WARNING, state, data, (("calm_s", self._calm_s),))
