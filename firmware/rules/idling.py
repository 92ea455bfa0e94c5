"""The engine runs on while the bus stands."""

from firmware.event import CLEARED, INFO, RAISED, Event
from firmware.timing import Held
from firmware.warnings import LAMP, SILENT


class Idling:
    """The engine is on and the bus stands for idling_s. It ends when the bus moves or the
    engine stops.

    City: info; raised, cleared.
    Driver: lamp.

    Source: 5 min [default].

    Unknown speed neither raises nor ends it; an unknown ignition is as trip/trip.py has it.
    """

    kind = "idling"
    settings = (("idling_s", 300, 60, 3600),)

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["idling_s"]
        self._held = Held(self._held_s * 1000)
        self._raised_ms = None

    def judge(self, s):
        runs = s.trip.ignition_off_ms is None and s.trip.engine is not False
        if runs and s.gnss.speed_mms is None:
            return None
        stands = self._held.update(s.now_ms, runs and s.gnss.speed_mms == 0)
        if stands == (self._raised_ms is not None):
            return None
        if stands:
            self._raised_ms = s.now_ms
        event = self._event(RAISED if stands else CLEARED, s)
        self.warning = LAMP if stands else SILENT
        if not stands:
            self._raised_ms = None
        return event

    def _event(self, state, s):
        lasted_s = (s.now_ms - self._raised_ms) // 1000 + self._held_s
        why = (("ignition", s.vehicle.ignition), ("limit_s", self._held_s))
        return Event(self.kind, INFO, state, (("lasted_s", lasted_s),), why)
