"""Exercised: when was a contact last used that may stay quiet for years?

The SOS button and the emergency door are used in an emergency, or in the monthly test of the
checklist (docs/commissioning.md). How many days ago that was goes to the city with each self-test
at engine start; rules/monthly_test_overdue.py reports it if it is too long.

Kept in NVS, written once a day at most: `tried_sos`, `tried_door`, days since 1970. On a new board
the first day that is known stands for both.

Unknown: without a clock no day is counted; a use at that time counts when the clock is back. A
door without a contact is never due.
"""

from micropython import const

from firmware.sensing.days import day
from firmware.timing import Every

_LOOK_MS = const(60000)


class _Contact:
    def __init__(self, name, memory):
        self._name = name
        self._memory = memory
        self._day = memory.get(name)
        self._was_used = None  # as last known
        self._is_used = False  # and that does not stand in memory yet

    def look(self, used):
        if used and self._was_used is False:
            self._is_used = True
        if used is not None:
            self._was_used = used

    def idle_days(self, today):
        """-> int; None: it is not fitted, or was not read yet."""
        if self._is_used or self._day is None:
            self._is_used = False
            if self._day != today:
                self._day = today
                self._memory.set(self._name, today)
        return None if self._was_used is None else max(0, today - self._day)


class Exercised:
    def __init__(self, memory):
        self._sos = _Contact("tried_sos", memory)
        self._door = _Contact("tried_door", memory)
        self._look = Every(_LOOK_MS)

    def update(self, s):
        """Snapshot with its readings -> no Events; fills in sos_idle_days and door_idle_days."""
        self._sos.look(s.vehicle.sos_button)
        self._door.look(s.vehicle.emergency_door)
        if s.utc_ms is not None and self._look.due(s.now_ms):
            today = day(s.utc_ms)
            s.vehicle.sos_idle_days = self._sos.idle_days(today)
            s.vehicle.door_idle_days = self._door.idle_days(today)
        return ()
