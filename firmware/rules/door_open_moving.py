"""A door stands open while the bus moves."""

from firmware.event import ALARM, CLEARED, RAISED, WARNING, Event
from firmware.timing import Held
from firmware.values import kmh
from firmware.warnings import INSIDE, PROMPT, SILENT


class _Door:
    def __init__(self, name, severity, warning, held_s):
        self.name = name
        self.wire = name + "_door"
        self.severity = severity
        self.warning = warning
        self.held_s = held_s
        self.held = Held(held_s * 1000)
        self.is_open = False
        self.raised = False
        self.rolled = False  # when last seen moving, the bus counted as parked


class DoorOpenMoving:
    """Above door_open_kmh a door is open: the front door for door_open_s, the emergency door for
    emergency_door_s.

    It ends when the door is closed or the bus stands, and when the door's wire turns out to be torn
    (trip/wires.py).

    City: warning, or an alarm for the emergency door; raised, cleared.
    Driver: prompt, inside.

    Source: over 5 km/h for 2 s, the emergency door at once [default].

    Unknown door: counts as open only if it was open when last known.
    Unknown speed neither raises nor ends it; a parked bus stands, unless it counted as parked
    when it was last seen moving.
    """

    kind = "door_open_moving"
    settings = (
        ("door_open_kmh", 5, 1, 20),
        ("door_open_s", 2, 0, 30),
        "emergency_door_s",
    )

    def __init__(self, config):
        self.warning = SILENT
        self._limit_kmh = config["door_open_kmh"]
        self._limit_mms = self._limit_kmh * 10000 // 36
        self._front = _Door("front", WARNING, PROMPT, config["door_open_s"])
        self._emergency = _Door("emergency", ALARM, INSIDE, config["emergency_door_s"])
        self._doors = (self._front, self._emergency)

    def judge(self, s):
        event = self._judge_door(self._front, s.vehicle.front_door, s)
        if event is None:
            event = self._judge_door(self._emergency, s.vehicle.emergency_door, s)
        self.warning = SILENT
        for door in self._doors:
            if door.raised:
                self.warning = door.warning
        return event

    def _judge_door(self, door, is_open, s):
        if is_open is not None:
            door.is_open = is_open and door.wire not in s.trip.faulty
        stands = s.trip.phase == "parked" and not (door.raised and door.rolled)
        if s.gnss.speed_mms is None and not stands and door.is_open:
            return None
        hazard = door.is_open and (s.gnss.speed_mms or 0) > self._limit_mms
        if hazard:
            door.rolled = s.trip.phase == "parked"
        if not door.raised and door.held.update(s.now_ms, hazard):
            door.raised = True
            return self._event(RAISED, door, s)
        if door.raised and not hazard:
            door.raised = False
            door.held.update(s.now_ms, False)
            return self._event(CLEARED, door, s)
        return None

    def _event(self, state, door, s):
        why = (
            ("speed_kmh", kmh(s.gnss.speed_mms)),
            ("limit_kmh", self._limit_kmh),
            ("held_s", door.held_s),
        )
        return Event(self.kind, door.severity, state, (("door", door.name),), why, door.name)
