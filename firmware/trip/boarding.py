"""Boarding with the engine off: children get on a parked bus, and its engine starts later.

That is an ordinary morning in Thailand, and must not sound like a child that was overlooked: an
alarm that sounds every day is switched off. The front door tells the two apart. A seat that is
taken in the parked, checked bus while the door stands open, or boarding_door_s after it closed
at most, means boarding: reported as information (rules/parked_boarding.py), and watched in full
from the first child on:

    door open     the driver is with them, for boarding_s at most since the first child sat
                  down; a walk to the check button starts that time again
    else          they may be alone: the driver is prompted, and the time runs on. After
                  180 s in all boarding is over, and an alarm sounds. After 15 min with
                  children on board they count as alone all the time: no horn comes later

No child boards through a closed door: a seat that is taken then alarms at once. A restless child
starts no time anew: a person who sits down within 10 s after the last one rose has not left the
bus, and the time of the check runs on; one who sits down within 10 min after the last of those who
boarded rose has the rest of their time. The engine begins it anew.

On a seat that cannot be read a child may have sat down: a door that is open later than a minute
after the check (until then the driver leaves through it) asks for another check.

A songthaew has no door, or no contact at it (bus.json, inputs): who sits down in the parked bus
boards, for boarding_s at most as with a door that stands open. Where seats cannot be read nothing
shows that the bus was entered, and no further check is asked for.

Unknown: a door that cannot be read, or is not believed (doors.py), is closed; but where seats
cannot be read, one that reads open asks for one check. After a reset see trip.py.
"""

from micropython import const

_LEAVES_MS = const(60000)
_ROSE_MS = const(10000)
_FORGET_MS = const(600000)
_LONG_AGO_MS = const(-86400000)
_LATEST_MS = const(900000)  # the MLIT guideline's outside alarm
ALONE_MS = const(180000)  # children alone for so long are an alarm


class Boarding:
    """is_on: children board, or may do so unseen."""

    def __init__(self, thresholds):
        self.is_on = False
        self._has_door = True  # with a contact
        self._is_open = False  # the door, if it is believed; for good where there is no contact
        self._open_ms = None  # when it was last open
        self._parked_ms = _LONG_AGO_MS
        self._since_ms = 0  # from here on the open door counts
        self._at_ms = 0  # the tick before
        self._sat_ms = _LONG_AGO_MS  # when a seat was last taken
        self._before = None  # since, alone and held of the boarding before; None: there was none
        self._held_ms = 0  # for how long the driver was with them
        self._has_asked = False  # for a check, since the start, at a door whose wire may be torn
        self._alone_ms = None  # for how long children may have been alone; None: none boarded
        self.on_thresholds(thresholds)

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._door_ms = thresholds["boarding_door_s"] * 1000
        self._hold_ms = thresholds["boarding_s"] * 1000

    def watch(self, s, door):
        """Every tick, before the persons are judged: the front Door, and when a seat was taken."""
        if s.seats.sitting:
            self._sat_ms = s.now_ms
        self._has_door = door.is_fitted
        self._is_open = door.is_open is True or not door.is_fitted
        if self._is_open:
            self._open_ms = s.now_ms
        elif not door.is_believed:
            self._open_ms = None

    def ends(self, s):
        """The bus is parked, or its engine runs."""
        self.is_on = False
        if self._alone_ms is None:
            self._before = None
        else:
            self._before = self._since_ms, self._alone_ms, self._held_ms
        self._alone_ms = None
        self._parked_ms = s.now_ms

    def begins(self, s):
        """Every tick of a parked bus -> bool: unknown seats make another check necessary."""
        if not self._hold_ms:
            return False
        may_sit = (
            s.seats.unknown and s.now_ms - self._parked_ms >= _LEAVES_MS and self._may_enter(s)
        )
        sits = (
            s.seats.sitting
            and self._open_ms is not None
            and s.now_ms - self._open_ms <= self._door_ms
        )
        empty_ms = s.now_ms - self._sat_ms
        if (sits or may_sit) and (self._before or empty_ms >= _ROSE_MS):
            self.is_on = True
            self._at_ms = s.now_ms
            is_known = self._before and empty_ms < _FORGET_MS
            begun = self._before if is_known else (s.now_ms, 0, 0)
            self._since_ms, self._alone_ms, self._held_ms = begun
        return bool(may_sit)

    def _may_enter(self, s):
        """The door is open; once after a start also if it was never seen closed."""
        if self._is_open or not s.vehicle.front_door or self._has_asked:
            return self._is_open and self._has_door
        self._has_asked = True
        return True

    def alone_ms(self, s, off_ms, walked):
        """Every tick with the ignition off -> ms that children may have been alone; None: they
        are not.

        walked: the driver has just walked to the check button.
        """
        if self._alone_ms is None:
            return off_ms
        last_ms, self._at_ms = self._at_ms, s.now_ms
        if self.is_on and self._is_open:
            if walked:
                self._since_ms = s.now_ms
                self._alone_ms = self._held_ms = 0
            if s.now_ms - self._since_ms < self._hold_ms:
                self._held_ms += s.now_ms - last_ms
                return None
        self._alone_ms += s.now_ms - last_ms
        self.is_on = self.is_on and self._alone_ms < ALONE_MS
        in_all_ms = self._held_ms + self._alone_ms
        return in_all_ms if in_all_ms > _LATEST_MS else self._alone_ms
