"""A contact opens and closes as no child does."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.warnings import LAMP, SILENT


class SensorFlapping:
    """The contact of a seat or a belt changes more than `flaps` times in flap_window_s
    (sensing/seats.py): a loose plug. Such a seat is unknown, such a belt counts as open.

    Seats and belts are listed in one occurrence, updated when the lists change; it ends
    when all have been calm for as long.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: 8 in 10 s [default].

    Unknown: a silent expander does not flap any more; sensor_silent reports it.
    """

    kind = "sensor_flapping"
    settings = (
        ("flaps", 8, 4, 50),  # counted by sensing/seats.py
        ("flap_window_s", 10, 5, 60),
    )

    def __init__(self, config):
        self.warning = SILENT
        self._limit = (("changes", config["flaps"]), ("window_s", config["flap_window_s"]))
        self._seats, self._belts = [], []

    def judge(self, s):
        if s.seats.flapping == self._seats and s.seats.flapping_belts == self._belts:
            return None
        before = self._seats or self._belts
        self._seats, self._belts = s.seats.flapping, s.seats.flapping_belts
        flaps = self._seats or self._belts
        self.warning = LAMP if flaps else SILENT
        state = CLEARED if not flaps else UPDATED if before else RAISED
        data = (("seats", self._seats), ("belts", self._belts))
        return Event(self.kind, WARNING, state, data, self._limit)
