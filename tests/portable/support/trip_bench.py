"""A Trip fed with hand-set readings."""

from parts import Nvs, put, snapshot

from firmware.config.load import defaults
from firmware.trip.trip import Trip

CHECKED = {"unchecked": 0}


class Ride:
    """Feeds a Trip with hand-set readings, ten times a second."""

    def __init__(self, **nvs):
        self.nvs = Nvs(nvs)
        self.trip = Trip(defaults(), self.nvs)
        self.s = snapshot(
            seats=8,
            ignition=False,
            front_door=False,
            emergency_door=False,
            check_button=False,
            speed_mms=0,
        )
        self.notices = []
        self.now_ms = 0

    def goes(self, ms=100, **readings):
        """These readings hold for so long -> the phase."""
        for name, value in readings.items():
            put(self.s, name, value)
        if "taken" in readings or "unknown" in readings:
            self.s.seats.changes += 1
        for _ in range(ms // 100):
            self.s.now_ms = self.now_ms
            self.notices += self.trip.update(self.s)
            self.now_ms += 100
        return self.s.trip.phase

    def presses(self):
        self.goes(200, check_button=True)
        return self.goes(200, check_button=False)

    def kinds(self):
        return [event.kind for event in self.notices]

    def data(self, kind):
        return [dict(event.data) for event in self.notices if event.kind == kind]


def parked():
    return Ride(**CHECKED)
