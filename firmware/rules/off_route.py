"""The bus is not where its route leads."""

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.timing import Held
from firmware.warnings import CHIME, SILENT


class OffRoute:
    """The bus is farther than off_route_m from the line of its route for off_route_s.

    It ends when the bus has been within off_route_m less geofence_edge_m for
    geofence_dwell_s, has no route any more, or is parked.

    City: warning; raised, cleared.
    Driver: chime.

    Source: 200 m for 60 s [default].

    Unknown position neither raises nor ends it. No route in the policy for this bus and
    hour, or an unknown hour: not judged.
    """

    kind = "off_route"
    settings = (
        ("off_route_m", 200, 150, 2000),
        ("off_route_s", 60, 10, 600),
        "geofence_edge_m",
        "geofence_dwell_s",
    )

    def __init__(self, config):
        self.warning = SILENT
        self._limit_m = config["off_route_m"]
        self._held_s = config["off_route_s"]
        self._back_mm = (self._limit_m - config["geofence_edge_m"]) * 1000
        self._off = Held(self._held_s * 1000)
        self._back = Held(config["geofence_dwell_s"] * 1000)
        self._raised = False

    def judge(self, s):
        is_parked = s.trip.phase == "parked"
        if s.gnss.lat_e7 is None and not is_parked:
            return None
        mm = None if is_parked else s.place.off_route_mm
        if not self._raised:
            if self._off.update(s.now_ms, mm is not None and mm > self._limit_m * 1000):
                return self._report(RAISED, s)
        elif mm is None or self._back.update(s.now_ms, mm <= self._back_mm):
            return self._report(CLEARED, s)
        return None

    def _report(self, state, s):
        self._raised = state == RAISED
        self.warning = CHIME if self._raised else SILENT
        self._off.update(s.now_ms, False)
        self._back.update(s.now_ms, False)
        off_m = None if s.place.off_route_mm is None else s.place.off_route_mm // 1000
        data = (("route", s.place.route), ("off_m", off_m))
        why = (("off_m", off_m), ("limit_m", self._limit_m), ("held_s", self._held_s))
        return Event(self.kind, WARNING, state, data, why)
