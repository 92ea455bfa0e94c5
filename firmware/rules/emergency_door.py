"""The emergency door is opened: who is on board?"""

from firmware.event import ALARM, CLEARED, RAISED, WARNING, Event
from firmware.sensing.headcount import pairs
from firmware.timing import Held
from firmware.values import kmh
from firmware.warnings import INSIDE, PROMPT, SILENT


class EmergencyDoor:
    """The emergency door is open for emergency_door_s, whatever the bus does.

    It is an alarm while the bus is in use or being checked, or somebody may sit in it. The seats
    taken and unknown at that moment and 5 to 10 s before are frozen in the event. It ends
    when the door is closed, and when its wire turns out to be torn (trip/wires.py).

    City: alarm, or a warning in a parked, empty bus; raised, cleared.
    Driver: prompt, inside.

    Source: head counts and emergency doors after the bus fire of 1 October 2024; at
    once [default].

    Unknown door: counts as it was when last known; a cut wire reads open (switch.py).
    """

    kind = "emergency_door"
    settings = (("emergency_door_s", 0, 0, 5),)

    def __init__(self, config):
        self.warning = SILENT
        self._held_s = config["emergency_door_s"]
        self._open = Held(self._held_s * 1000)
        self._raised = False
        self._severity = ALARM
        self._heads = ()

    def judge(self, s):
        is_open = s.vehicle.emergency_door
        if is_open is None:
            return None
        if "emergency_door" in s.trip.faulty:
            is_open = False
        stands_open = self._open.update(s.now_ms, is_open)
        if is_open == self._raised or not (self._raised or stands_open):
            return None
        self._raised = is_open
        if not is_open:
            self.warning = SILENT
            return self._event(CLEARED, s)
        empty = s.trip.phase == "parked" and not s.seats.sitting
        self._severity = WARNING if empty else ALARM
        self.warning = PROMPT if empty else INSIDE
        self._heads = pairs(s)
        return self._event(RAISED, s)

    def _event(self, state, s):
        why = (
            ("open", s.vehicle.emergency_door),
            ("phase", s.trip.phase),
            ("speed_kmh", kmh(s.gnss.speed_mms)),
            ("held_s", self._held_s),
        )
        return Event(self.kind, self._severity, state, self._heads, why)
