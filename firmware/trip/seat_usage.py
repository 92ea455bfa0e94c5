"""SeatUsage: seats that nobody has taken on ten school days while others were.

A contact that always reads empty looks like a seat that nobody uses. So after ten days on which
children rode, the seats that were not taken on any of them go to the workshop as a notice: sit on
each. Then ten days begin anew.

Kept in NVS, written when the bus is parked and something is new: `used_0` to `used_2`, the seats
taken so far, and `used_days`, how many days and which was the last: about three writes a day, a
few hundred in a year.

Unknown: without a clock no day is counted. A seat that cannot be read at the end is not listed: its
silence is reported by itself.
"""

from micropython import const

from firmware.event import INFO, Event
from firmware.sensing.days import day
from firmware.snapshot import PARKED

_DAYS = const(10)
_CHUNK = const(24)  # seats in one NVS number, an i32
_CHUNKS = const(3)
_DAY_BITS = const(16)


class SeatUsage:
    def __init__(self, memory):
        self._memory = memory
        self._kept = [memory.get("used_%d" % index) or 0 for index in range(_CHUNKS)]
        self._used = list(self._kept)
        kept = memory.get("used_days") or 0
        self._days, self._last_day = kept >> _DAY_BITS, kept & (1 << _DAY_BITS) - 1
        self._changes = None
        self._rode = False  # somebody, since the bus was last parked
        self._phase = None

    def update(self, s):
        """Snapshot after Trip -> list of Events."""
        if s.seats.changes != self._changes:
            self._changes = s.seats.changes
            for seat in s.seats.taken:
                self._rode = True
                self._used[(seat - 1) // _CHUNK] |= 1 << (seat - 1) % _CHUNK
        was, self._phase = self._phase, s.trip.phase
        if was == s.trip.phase or s.trip.phase != PARKED or not self._rode:
            return ()
        return self._park(s)

    def _park(self, s):
        today = day(s.utc_ms)
        if today is None:
            return ()
        self._rode = False
        self._keep()
        if today == self._last_day:
            return ()
        self._days, self._last_day = self._days + 1, today
        unused = self._unused(s) if self._days >= _DAYS else []
        if self._days >= _DAYS:
            self._days = 0
            self._used = [0] * _CHUNKS
            self._keep()
        self._memory.set("used_days", self._days << _DAY_BITS | today)
        if not unused:
            return ()
        return (
            Event("seat_unused", INFO, data=(("seats", unused), ("days", _DAYS)), subject=None),
        )

    def _unused(self, s):
        found = []
        for seat in range(1, s.seats.count + 1):
            used = self._used[(seat - 1) // _CHUNK] >> (seat - 1) % _CHUNK & 1
            if not used and seat not in s.seats.unknown:
                found.append(seat)
        return found

    def _keep(self):
        for index in range(_CHUNKS):
            if self._used[index] != self._kept[index]:
                self._kept[index] = self._used[index]
                self._memory.set("used_%d" % index, self._used[index])
