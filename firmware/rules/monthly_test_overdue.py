"""A contact that is needed in an emergency has not been tried for too long."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.warnings import SILENT


class MonthlyTestOverdue:
    """The SOS button or the emergency door was last used more than test_days ago
    (sensing/exercised.py): whether its wire is whole, nobody knows. The monthly test of the
    checklist (docs/commissioning.md) ends it, and so does any use.

    City: warning; raised, updated, cleared.
    Driver: nothing.

    Source: once a month [default], 35 days.

    Unknown: without a clock no day passes; a door without a contact is never due.
    """

    kind = "monthly_test_overdue"
    settings = (("test_days", 35, 7, 120),)

    def __init__(self, config):
        self.warning = SILENT
        self._limit_days = config["test_days"]
        self._seen = (None, None)
        self._reported = []

    def judge(self, s):
        sos, door = s.vehicle.sos_idle_days, s.vehicle.door_idle_days
        if sos == self._seen[0] and door == self._seen[1]:
            return None
        self._seen = (sos, door)
        parts = []
        if sos is not None and sos > self._limit_days:
            parts.append("sos_button")
        if door is not None and door > self._limit_days:
            parts.append("emergency_door")
        if parts == self._reported:
            return None
        before, self._reported = self._reported, parts
        state = CLEARED if not parts else UPDATED if before else RAISED
        why = (("sos_days", sos), ("door_days", door), ("limit_days", self._limit_days))
        return Event(self.kind, WARNING, state, (("parts", parts),), why)
