"""The check button is pressed by somebody who cannot have walked through the bus."""

from firmware.event import WARNING, Event
from firmware.warnings import SILENT


class CheckTooSoon:
    """The check button pressed sooner than check_walk_s after the ignition went off.

    The press counts for nothing (check.py), and is told to the city: a driver who
    presses without walking, or a second hand on the button, is one day a child left
    behind. Each such press is told; none of them lasts. The prompt to walk sounds on.

    Source: [default] 5 s; the walk is what the button is for (Korea Herald 2018).

    Unknown: a button that cannot be read is not pressed; an ignition that cannot be
    read counts as trip.py says.
    """

    kind = "check_too_soon"

    def __init__(self, config):
        self.warning = SILENT
        self._walk_s = config["check_walk_s"]
        self._presses = None  # as last told

    def judge(self, s):
        before, self._presses = self._presses, s.trip.early_presses
        if before is None or before == s.trip.early_presses:
            return None
        off_ms = s.trip.ignition_off_ms
        why = (("ignition_off_ms", off_ms), ("limit_s", self._walk_s))
        data = (("presses", self._presses),)
        return Event(self.kind, WARNING, data=data, why=why, subject=None)
