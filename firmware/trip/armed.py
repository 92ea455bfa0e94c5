"""Armed: may somebody have boarded since the last finished walk? Only then is a walk asked for.

A seat that is taken or unknown, a person who is loose (persons.py), a belt closed over an empty
seat (check.py), or a passenger door that is open arms it, and so does the engine while a seat is
out of service, which nothing watches; in service mode doors do not. For a
minute after the walk the door is the driver's, who leaves through it. So the mechanic's eight
starts in the yard ask for no walk.

A power cut forgets neither: NVS keeps `armed`, and `unchecked`: a walk is due, or will be when the
bus is no longer in use. Unknown: a new board is armed; a door that cannot be read, or is not
wired, is open.
"""

from firmware.snapshot import SERVICE
from firmware.trip.boarding import LEAVES_MS


class Armed:
    """is_on: somebody may have boarded. is_due: a walk is due now or after this use."""

    def __init__(self, memory):
        self._memory = memory
        self.is_on = memory.get("armed") != 0
        self.is_due = memory.get("unchecked") != 0
        self._walked_ms = -LEAVES_MS

    def expect(self):
        """A walk is due."""
        self._arm()
        if not self.is_due:
            self.is_due = True
            self._memory.set("unchecked", 1)

    def disarm(self, now_ms):
        """The bus is checked, and nobody is on board."""
        if self.is_on:
            self.is_on = False
            self._memory.set("armed", 0)
            self._walked_ms = now_ms
        if self.is_due:
            self.is_due = False
            self._memory.set("unchecked", 0)

    def update(self, s, runs):
        """Every tick, after the persons. runs: the bus is in use."""
        if runs:
            self._walked_ms = s.now_ms - LEAVES_MS
        seats = s.seats
        if not self.is_on and (
            seats.sitting
            or seats.unknown
            or seats.loose
            or seats.doubtful
            or (runs and seats.out_of_service)
            or self._is_open(s)
        ):
            self._arm()
        if runs and self.is_on:
            self.expect()

    def _arm(self):
        if not self.is_on:
            self.is_on = True
            self._memory.set("armed", 1)

    def _is_open(self, s):
        is_shut = s.vehicle.front_door is False and s.vehicle.emergency_door is False
        if is_shut or s.trip.mode == SERVICE:
            return False
        return s.now_ms - self._walked_ms >= LEAVES_MS
