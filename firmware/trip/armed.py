"""Armed: may somebody have boarded since the last finished walk? Only then is a walk asked for.

A seat that is taken or unknown, a person who is loose (persons.py), or a passenger door that is
open arms it: in every mode, but doors in service mode do not. Through the door the driver leaves,
for a minute after the walk. So the mechanic's eight starts in the yard ask for no walk.

Kept in NVS as `unchecked`, so that a power cut forgets neither. Unknown: a new board is armed, and
a door that cannot be read, or is not wired, is open. Nothing counts before it has settled.
"""

from micropython import const

from firmware.snapshot import SERVICE
from firmware.trip.boarding import LEAVES_MS

_SETTLE_MS = const(2000)  # after the start, until seats and doors are known


class Armed:
    """is_on: somebody may have boarded."""

    def __init__(self, memory):
        self._memory = memory
        self.is_on = memory.get("unchecked") != 0
        self._walked_ms = -LEAVES_MS

    def asks(self, s):
        """-> bool: a walk is due. Before seats and doors have settled it always is."""
        return self.is_on or s.now_ms < _SETTLE_MS

    def arm(self):
        if not self.is_on:
            self.is_on = True
            self._memory.set("unchecked", 1)

    def disarm(self, now_ms):
        """The bus is checked, and nobody is on board."""
        if self.is_on:
            self.is_on = False
            self._walked_ms = now_ms
            self._memory.set("unchecked", 0)

    def update(self, s, runs):
        """Every tick, after the persons. runs: the bus is in use."""
        if runs:
            self._walked_ms = s.now_ms - LEAVES_MS
        if self.is_on or s.now_ms < _SETTLE_MS:
            return
        seats = s.seats
        if seats.taken or seats.unknown or seats.sitting or seats.loose or self._is_open(s):
            self.arm()

    def _is_open(self, s):
        is_shut = s.vehicle.front_door is False and s.vehicle.emergency_door is False
        if is_shut or s.trip.mode == SERVICE:
            return False
        return s.now_ms - self._walked_ms >= LEAVES_MS
