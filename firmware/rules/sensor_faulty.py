"""A wire says what cannot be: it is named, and what it sounded ends."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.warnings import LAMP, SILENT


class SensorFaulty:
    """The wire of a door, of the supply's measurement or of the check button is broken, by all that
    the bus knows (trip/wires.py). Wires are listed in one occurrence, updated when the list
    changes; it ends when each has been seen to work.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: an alarm that has no end is ended with pliers; 3 min of driving, 30 s [default].

    Unknown: a wire that cannot be read is as it was when last known.
    """

    kind = "sensor_faulty"

    def __init__(self, config):
        self.warning = SILENT
        self._reported = []

    def judge(self, s):
        if s.trip.faulty == self._reported:
            return None
        before, self._reported = self._reported, s.trip.faulty
        self.warning = LAMP if self._reported else SILENT
        state = CLEARED if not self._reported else UPDATED if before else RAISED
        why = (("driving", s.trip.phase == "driving"), ("supply_mv", s.vehicle.supply_mv))
        return Event(self.kind, WARNING, state, (("wires", self._reported),), why)
