"""A stop was served before another that comes first."""

from firmware.event import WARNING, Event
from firmware.warnings import SILENT


class StopOutOfOrder:
    """The door was opened at a stop of the route that was not the next one
    (policy/route_progress.py). Each is reported once.

    City: warning; each time.
    Driver: nothing.

    Source: the order is the policy's.

    Unknown position or hour: not judged. After a reset on the way the first stop that is
    served counts as the next one.
    """

    kind = "stop_out_of_order"

    def __init__(self, config):
        self.warning = SILENT
        self._reported = 0

    def judge(self, s):
        odd = s.place.stops_odd
        if len(odd) < self._reported:
            self._reported = 0  # another trip
        if len(odd) == self._reported:
            return None
        stop, expected = odd[self._reported]
        self._reported += 1
        data = (("stop", stop), ("expected", expected), ("route", s.place.route))
        why = (("served", list(s.place.stops_done)),)
        return Event(self.kind, WARNING, data=data, why=why, subject=None)
