"""The bus is in a flooded or closed zone."""

from firmware.event import ALARM, CLEARED, RAISED, WARNING, Event
from firmware.warnings import INSIDE, PROMPT, SILENT

_HOW = {"flood": (ALARM, INSIDE), "closed": (WARNING, PROMPT)}


class ZoneEntered:
    """The bus is inside a zone of kind `flood` (an alarm) or `closed` (a warning) for
    geofence_dwell_s; one event a zone. It ends geofence_edge_m outside for as long, or with the
    zone's hours. In a parked bus nothing sounds.

    City: alarm in a flood, warning where closed; raised, cleared.
    Driver: prompt, inside.

    Source: 30 m and 10 s [default]; the zones are the policy's.

    Unknown position neither raises nor ends it. Unknown time: the zone's hours hold.
    """

    kind = "zone_entered"
    settings = (
        ("geofence_edge_m", 30, 5, 100),  # watched by policy/fences.py
        ("geofence_dwell_s", 10, 0, 120),
    )

    def __init__(self, config):
        self.warning = SILENT
        self._edge_m = config["geofence_edge_m"]
        self._dwell_s = config["geofence_dwell_s"]
        self._reported = []  # (kind, id)

    def judge(self, s):
        event = None if s.place.zones is None else self._follow(s.place.zones)
        self.warning = SILENT
        for zone in self._reported:
            if s.trip.phase != "parked":
                self.warning = max(self.warning, _HOW[zone[0]][1])
        return event

    def _follow(self, zones):
        for zone in zones:
            if zone[0] in _HOW and zone not in self._reported:
                self._reported.append(zone)
                return self._event(RAISED, zone)
        for zone in self._reported:
            if zone not in zones:
                self._reported.remove(zone)
                return self._event(CLEARED, zone)
        return None

    def _event(self, state, zone):
        data = (("zone", zone[1]), ("zone_kind", zone[0]))
        why = (("dwell_s", self._dwell_s), ("edge_m", self._edge_m))
        return Event(self.kind, _HOW[zone[0]][0], state, data, why, zone[1])
