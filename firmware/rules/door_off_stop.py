"""The front door opens where no stop is: children get on or off in the traffic."""

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.timing import Held
from firmware.warnings import PROMPT, SILENT


class DoorOffStop:
    """The ignition is on and the front door open for door_off_stop_s, farther than
    geofence_edge_m from the circle of every stop.

    It ends when the door is closed, when the bus is at a stop, or with the ignition off.

    City: warning; raised, cleared.
    Driver: prompt.

    Source: 2 s [default]; the stops are the policy's.

    Unknown position neither raises nor ends it. Unknown door: counts as open only if it
    was open when last known. A policy without stops: not judged.
    """

    kind = "door_off_stop"
    settings = (
        ("door_off_stop_s", 2, 0, 30),
        "geofence_edge_m",
    )

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["door_off_stop_s"]
        self._held = Held(self._held_s * 1000)
        self._is_open = False
        self._raised = False

    def judge(self, s):
        if s.vehicle.front_door is not None:
            self._is_open = s.vehicle.front_door
        rides = s.trip.ignition_off_ms is None and (
            s.trip.phase == "driving" or s.trip.phase == "boarding"
        )
        if s.place.at_stop is None and rides and self._is_open:
            return None
        hazard = rides and self._is_open and not s.place.at_stop
        held = self._held.update(s.now_ms, hazard)
        if self._raised:
            return None if hazard else self._report(CLEARED)
        return self._report(RAISED) if held else None

    def _report(self, state):
        self._raised = state == RAISED
        self.warning = PROMPT if self._raised else SILENT
        why = (("held_s", self._held_s), ("at_stop", False if self._raised else None))
        return Event(self.kind, WARNING, state, (("door", "front"),), why)
