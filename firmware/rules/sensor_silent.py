"""A sensor does not answer: what it guards is unknown from now on."""

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.timing import Held
from firmware.warnings import LAMP, SILENT


class SensorSilent:
    """A sensor has not answered for sensor_silent_s: one event an outage and sensor.

    City: warning; raised, cleared.
    Driver: lamp.

    Source: a failure must be announced [MLIT guideline]; 2 s [default].

    Unknown is what this rule is about: silence counts.
    """

    kind = "sensor_silent"
    settings = (("sensor_silent_s", 2, 1, 60),)

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["sensor_silent_s"]
        self._held = None
        self._raised = []

    def judge(self, s):
        if self._held is None:
            self._begin(len(s.sensors))
        event = None
        self.warning = SILENT
        for index in range(len(self._held)):
            silent = self._held[index].update(s.now_ms, s.sensors[index] in s.silent)
            if silent != self._raised[index] and event is None:
                self._raised[index] = silent
                event = self._event(RAISED if silent else CLEARED, s.sensors[index], s)
            if self._raised[index]:
                self.warning = LAMP
        return event

    def _begin(self, n):
        """By itself: a name that a comprehension shares costs a cell of the heap at each call."""
        self._held = [Held(self._held_s * 1000) for _ in range(n)]
        self._raised = [False] * n

    def _event(self, state, sensor, s):
        data = (("sensor", sensor), ("unknown_seats", s.seats.unknown))
        return Event(self.kind, WARNING, state, data, (("held_s", self._held_s),), sensor)
