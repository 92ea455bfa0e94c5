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
boarded, or were there when the engine stopped, has the rest of their time. The engine begins it
anew.

While an adult is with the children (attended.py) no time runs. It begins from zero after an adult
who was there for a minute, and after an engine that ran or a bus that drove; a contact that only
touched lets it run on. A key that was only turned (attended.KEY) stops it for as long as it counts,
but no longer than until the latest horn.

On a seat that cannot be read a child may have sat down: a door that is open later than a minute
after the check (until then the driver leaves through it) asks for another check.

A songthaew has no door, or no contact at it (bus.json, inputs): who sits down in the parked bus
boards, for boarding_s at most as with a door that stands open. Where seats cannot be read nothing
shows that the bus was entered, and no further check is asked for.

Unknown: a door that cannot be read, or is not believed (doors.py), is closed; but where seats
cannot be read, one that reads open asks for one check. After a reset see trip.py.
"""

from micropython import const

from firmware.snapshot import PARKED
from firmware.trip.attended import KEY

LEAVES_MS = const(60000)
_ROSE_MS = const(10000)
_FORGET_MS = const(600000)
_LONG_AGO_MS = const(-86400000)
_LATEST_MS = const(900000)  # the MLIT guideline's outside alarm
_VISIT_MS = const(60000)
ALONE_MS = const(180000)  # children alone for so long are an alarm


def is_alarm_due(s):
    """Snapshot, before this tick's phase -> bool: children have been alone for too long, or the
    check has waited for so long."""
    alone_ms = s.trip.alone_ms
    return alone_ms is not None and alone_ms >= ALONE_MS and s.trip.phase != PARKED


class Boarding:
    """is_on: children board, or may do so unseen."""

    def __init__(self, thresholds, rested_ms):
        """rested_ms: how long the bus has not been in use."""
        self.is_on = False
        self._has_door = True  # with a contact
        self._is_open = False  # the door, if it is believed; for good where there is no contact
        self._open_ms = None  # when it was last open
        self._parked_ms = _LONG_AGO_MS
        self._since_ms = 0  # from here on the open door counts
        self._at_ms = 0  # the tick before
        self._sat_ms = _LONG_AGO_MS  # when a seat was last taken
        self._before = None  # since, alone and held of the boarding before; None: there was none
        self._left = None  # the same, of those who were there when the engine stopped
        self._held_ms = 0  # for how long the driver was with them
        self._stopped_ms = 0
        self._rest_ms = rested_ms  # since the engine stopped, or an adult was there
        self._kept_ms = 0  # the same, when the bus was used last
        self._key_ms = 0  # with the key on, and the engine off
        self._visit_ms = 0  # an adult has been there for so long
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

    def stops(self, s, is_touch, key_ms):
        """The bus is no longer in use. is_touch: it hardly was; key_ms: with the engine off."""
        self._rest_ms = self._kept_ms if is_touch else 0
        self._key_ms = key_ms
        self._stopped_ms = self._at_ms = s.now_ms

    def runs(self, s):
        """The bus is in use."""
        is_checked = s.trip.phase == PARKED or s.trip.alone_ms is None
        self._kept_ms = 0 if is_checked else s.trip.alone_ms
        self._ends(s)
        self._before = self._left = None

    def parks(self, s, walked):
        """The bus is checked, and nobody is on board. walked: the driver has just walked."""
        if self._alone_ms is not None:
            self._before = (self._since_ms, self._alone_ms, self._held_ms)
        elif self._sat_ms >= self._stopped_ms:
            self._left = (s.now_ms, 0 if walked else self._rest_ms, 0)
        self._ends(s)

    def _ends(self, s):
        self.is_on = False
        self._alone_ms = None
        self._parked_ms = s.now_ms

    def begins(self, s):
        """Every tick of a parked bus -> bool: unknown seats make another check necessary."""
        if not self._hold_ms:
            return False
        may_sit = s.seats.unknown and s.now_ms - self._parked_ms >= LEAVES_MS and self._may_enter(s)
        sits = (
            s.seats.sitting
            and self._open_ms is not None
            and s.now_ms - self._open_ms <= self._door_ms
        )
        empty_ms = s.now_ms - self._sat_ms
        if (sits or may_sit) and (self._before or empty_ms >= _ROSE_MS):
            self.is_on = True
            self._rest_ms += self._step_ms(s)
            before = self._before or self._left
            is_known = before and empty_ms < _FORGET_MS
            begun = before if is_known else (s.now_ms, 0, 0)
            self._since_ms, self._alone_ms, self._held_ms = begun
        return bool(may_sit)

    def _may_enter(self, s):
        """The door is open; once after a start also if it was never seen closed."""
        if self._is_open or not s.vehicle.front_door or self._has_asked:
            return self._is_open and self._has_door
        self._has_asked = True
        return True

    def _step_ms(self, s):
        last_ms, self._at_ms = self._at_ms, s.now_ms
        return s.now_ms - last_ms

    def alone_ms(self, s, attended, walked):
        """Every tick while the bus is not in use -> ms that children may have been alone; None:
        they are not.

        attended: by whom (attended.py), or None; walked: the driver has just walked to the check
        button.
        """
        step_ms = self._step_ms(s)
        if attended is not None:
            self._visit_ms += step_ms
            if attended == KEY:
                self._key_ms += step_ms
            elif self._visit_ms >= _VISIT_MS:
                self._rest_ms = self._key_ms = 0
                self._alone_ms = None if self._alone_ms is None else 0
            return None
        self._visit_ms = 0
        self._rest_ms += step_ms
        if self._alone_ms is None:
            in_all_ms = self._key_ms + self._rest_ms
            return in_all_ms if in_all_ms > _LATEST_MS else self._rest_ms
        if self.is_on and self._is_open:
            if walked:
                self._since_ms = s.now_ms
                self._alone_ms = self._held_ms = 0
            if s.now_ms - self._since_ms < self._hold_ms:
                self._held_ms += step_ms
                return None
        self._alone_ms += step_ms
        self.is_on = self.is_on and self._alone_ms < ALONE_MS
        in_all_ms = self._held_ms + self._alone_ms
        return in_all_ms if in_all_ms > _LATEST_MS else self._alone_ms
