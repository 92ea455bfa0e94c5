"""The bus will be at the next stop soon: parents can come to meet it."""

from firmware.event import INFO, Event
from firmware.warnings import SILENT


class ArrivalNotice:
    """The bus is within arrival_m of the next stop of its route, as the crow flies. Reported once
    a stop and trip; it is no hazard.

    City: info; each time.
    Driver: nothing.

    Source: 500 m [default].

    Unknown position or hour: nothing is reported.
    """

    kind = "arrival_notice"
    settings = (("arrival_m", 500, 100, 2000),)

    def __init__(self, config):
        self.warning = SILENT
        self._limit_m = config["arrival_m"]
        self._reported = None  # (trip, stop)

    def judge(self, s):
        mm = s.place.next_stop_mm
        if s.trip.phase != "driving" or mm is None or mm > self._limit_m * 1000:
            return None
        if self._reported == (s.trip.number, s.place.next_stop):
            return None
        self._reported = (s.trip.number, s.place.next_stop)
        data = (("stop", s.place.next_stop), ("route", s.place.route), ("distance_m", mm // 1000))
        why = (("distance_m", mm // 1000), ("limit_m", self._limit_m))
        return Event(self.kind, INFO, data=data, why=why, subject=None)
