"""Children board while the engine is off."""

from firmware.event import CLEARED, INFO, RAISED, Event
from firmware.warnings import LAMP, SILENT


class ParkedBoarding:
    """A seat becomes taken in the parked bus while its front door is open, or at most
    boarding_door_s after it closed. The time of child_left_behind runs from the closing of the
    door, or from boarding_s after the first child sat down if the door stays open; each walk to
    the check button gives that time anew (trip/boarding.py).

    The lamp shows that the bus counts them. It ends with the engine on, when no seat is in
    question any more, or when they have been alone for 180 s: then it is an alarm.

    City: info; raised, cleared.
    Driver: lamp.

    Source: many wait in the bus until its driver leaves, so that an alarm at each of them
    would soon be ignored [default]; 720 s, so that a child left alone is reported within the
    15 min of the MLIT guideline.

    Unknown: a door that cannot be read is closed, and so is one that was not seen closed since
    the start, but for one check of unknown seats. These count as taken when the door is open
    later than a minute after the check; a child who sits down there sooner is not seen.
    """

    kind = "parked_boarding"
    settings = (
        # With the engine off and the door open; 0: never. With the 180 s of the alarm: 15 min.
        ("boarding_s", 720, 0, 720),
        ("boarding_door_s", 20, 0, 120),
    )

    def __init__(self, config):
        self.warning = SILENT
        self._hold_s = config["boarding_s"]
        self._door_s = config["boarding_door_s"]
        self._raised = False

    def judge(self, s):
        boards = s.trip.phase == "boarding" and s.trip.ignition_off_ms is not None
        if boards == self._raised:
            return None
        self._raised = boards
        self.warning = LAMP if boards else SILENT
        data = (("seats", s.seats.sitting), ("unknown", s.seats.doubtful))
        why = (
            ("front_door", s.vehicle.front_door),
            ("open_limit_s", self._hold_s),
            ("door_s", self._door_s),
        )
        if boards:
            return Event(self.kind, INFO, RAISED, data, why)
        return Event(self.kind, INFO, CLEARED, data + (("ended_by", _end(s)),), why)


def _end(s):
    if s.trip.ignition_off_ms is None:
        return "ignition"
    return "empty" if s.trip.phase == "parked" else "time"
