"""The check button is pressed before the driver can have walked through the bus."""

from firmware.event import WARNING, Event
from firmware.warnings import SILENT


class CheckTooSoon:
    """The check button is pressed sooner than check_walk_s after the ignition went off.

    The press does not count (trip/check.py), the prompt to walk sounds on, and the city is told
    of each such press: a driver who presses without walking, or a second person at the button,
    will one day leave a child behind.

    City: warning; each time.
    Driver: nothing.

    Source: [default] 5 s; the walk is what the button is for (Korea Herald 2018).

    Unknown: a button that cannot be read is not pressed; an ignition that cannot be
    read counts as trip/trip.py says.
    """

    kind = "check_too_soon"
    settings = (("check_walk_s", 5, 3, 60),)

    def __init__(self, config):
        self.warning = SILENT
        self._walk_s = config["check_walk_s"]
        self._presses = None  # as last reported

    def judge(self, s):
        before, self._presses = self._presses, s.trip.early_presses
        if before is None or before == s.trip.early_presses:
            return None
        off_ms = s.trip.ignition_off_ms
        limit_s = self._walk_s * (2 if s.seats.out_of_service else 1)
        why = (("ignition_off_ms", off_ms), ("limit_s", limit_s))
        data = (("presses", self._presses),)
        return Event(self.kind, WARNING, data=data, why=why, subject=None)
