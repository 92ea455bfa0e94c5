"""The bus has driven past a stop where children wait."""

from firmware.event import WARNING, Event
from firmware.warnings import SILENT


class StopMissed:
    """The bus left the next stop of the route behind with its door closed, or served the last
    stop before it (policy/route_progress.py). Each stop is reported once.

    City: warning; each time.
    Driver: nothing.

    Source: the stop's circle is the policy's, left at geofence_edge_m [default].

    Unknown position or hour: not judged; a door that cannot be read has not been opened.
    """

    kind = "stop_missed"
    settings = ("geofence_edge_m",)

    def __init__(self, config):
        self.warning = SILENT
        self._edge_m = config["geofence_edge_m"]
        self._reported = 0

    def judge(self, s):
        missed = s.place.stops_missed
        if len(missed) < self._reported:
            self._reported = 0  # another trip
        if len(missed) == self._reported:
            return None
        stop = missed[self._reported]
        self._reported += 1
        data = (("stop", stop), ("route", s.place.route))
        why = (("served", list(s.place.stops_done)), ("edge_m", self._edge_m))
        return Event(self.kind, WARNING, data=data, why=why, subject=None)
