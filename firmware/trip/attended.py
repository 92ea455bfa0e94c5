"""Attended: an adult is with the children, so that no time alone runs. Who says so?

    engine       the bus is in use (engine.py)
    key          the key was turned on in a stopped bus, and the engine is off: for what is left
                 of key_on_min. The time alone waits, and runs on afterwards
    driver_seat  its contact, while the bus is not in use
    here         a press of the here button, 0.2 to 3 s, for here_min; each press anew, for an
                 hour in all until the next walk or use. A driver's seat that empties ends it
    stay         the here button held for 3 to 20 s in a bus that is checked, and in which every
                 seat is known to be empty: an adult stays, on whatever seat, for stay_min, once
                 until a walk, a use or a door. The key ends it, and a door that opens

After the last three the time alone begins from zero. None of them ends an alarm that stands;
`here` makes it quieter (rules/profile.py). A reset ends them.

The driver's seat counts for 12 min in all until the next press, walk or use: it may be a bag, or a
child, and with the 180 s the horn comes within 15 min [MLIT guideline]. In a bus that is checked,
with nobody on a seat, it counts for half an hour: there only presence inputs wait. It does not
count if it was taken while a person was loose, who may sit there; nor if it is taken while the
driver presses the check button at the rear, which is reported (rules/input_faulty.py).

Unknown: a button that cannot be read is not pressed, and one that is held longer counts for
nothing. A seat that cannot be read is no evidence. A door that turns unknown has opened.
"""

from micropython import const

from firmware.clock import iso
from firmware.snapshot import PARKED

ENGINE, KEY, DRIVER_SEAT, HERE, STAY = "engine", "key", "driver_seat", "here", "stay"

_PRESS_MS = const(200)
_HOLD_MS = const(3000)
_STUCK_MS = const(20000)
_BAG_MS = const(720000)
_BAG_ALONE_MS = const(1800000)
_HERE_MS = const(3600000)


class Attended:
    def __init__(self, config):
        trip = config["trip"]
        self._here_ms = trip["here_min"] * 60000
        self._stay_ms = trip["stay_min"] * 60000
        self._by = None  # HERE or STAY
        self._until_ms = 0
        self._pressed_ms = None  # since when the here button is pressed
        self._was_shut = False  # both doors
        self._was_seated = False  # the driver
        self._sat_ms = 0  # for how long, since the last press, walk or use
        self._at_ms = 0
        self._here_since_ms = None  # the first press since the last walk or use
        self._may_stay = True  # once since a walk, a use or a door
        self._is_seat_wrong = False  # until it was empty

    def update(self, s, runs, has_key, walked):
        """Every tick, after the persons: fills in attended, attended_until_ms, here_presses and
        driver_seat_fault.

        runs: the bus is in use; has_key: it is not, but its key counts for a while; walked: the
        driver has just walked to the check button.
        """
        if runs or walked:
            self._sat_ms = 0
            self._here_since_ms = None
            self._may_stay = True
        held_ms = self._held_ms(s)
        is_seated = self._is_seated(s, runs, walked)
        is_shut = s.vehicle.front_door is False and s.vehicle.emergency_door is False
        has_opened = self._was_shut and not is_shut
        self._may_stay = self._may_stay or is_shut != self._was_shut
        if runs or s.now_ms >= self._until_ms or (self._by == STAY and (has_key or has_opened)):
            self._by = None
        self._was_shut = is_shut
        if not runs and held_ms is not None:
            self._take(s, held_ms)
        by = self._by
        s.trip.attended_until_ms = None if by is None else self._until_ms
        if runs:
            by = ENGINE
        elif by is None:
            by = DRIVER_SEAT if is_seated else KEY if has_key else None
        s.trip.attended = by

    def _held_ms(self, s):
        """-> for how long the here button was pressed, as it is released; else None."""
        if s.vehicle.here_button:
            if self._pressed_ms is None:
                self._pressed_ms = s.now_ms
            return None
        pressed_ms, self._pressed_ms = self._pressed_ms, None
        if pressed_ms is None or s.vehicle.here_button is None:
            return None
        return s.now_ms - pressed_ms

    def _take(self, s, held_ms):
        is_stay = _HOLD_MS <= held_ms < _STUCK_MS
        if self._here_since_ms is None:
            self._here_since_ms = s.now_ms
        if is_stay and self._may_stay and _is_checked_and_empty(s):
            self._by = STAY
            self._may_stay = False
            self._until_ms = s.now_ms + self._stay_ms
        elif _PRESS_MS <= held_ms < _HOLD_MS and self._by != STAY and self._counts(s):
            self._by = HERE
            self._sat_ms = 0
            self._until_ms = s.now_ms + self._here_ms
        else:
            return
        s.trip.here_presses += 1

    def _counts(self, s):
        """A press: not those of a wire that touches now and then, for ever."""
        return s.now_ms - self._here_since_ms < _HERE_MS

    def _is_seated(self, s, runs, walked):
        """-> bool: an adult is on the driver's seat."""
        step_ms, self._at_ms = s.now_ms - self._at_ms, s.now_ms
        seat = s.vehicle.driver_seat
        if seat is None:
            return False
        was_seated, self._was_seated = self._was_seated, seat
        if not seat:
            self._is_seat_wrong = s.trip.driver_seat_fault = False
            if was_seated and self._by == HERE:
                self._by = None
            return False
        if not runs:
            self._sat_ms += step_ms
        if walked:
            self._is_seat_wrong = s.trip.driver_seat_fault = True
        elif not was_seated and not runs and s.seats.loose:
            self._is_seat_wrong = True
        most_ms = _BAG_ALONE_MS if _is_checked_and_empty(s) else _BAG_MS
        return not self._is_seat_wrong and self._sat_ms < most_ms


def attendance(s):
    """Snapshot -> (by, until) as the city reads them; None: the engine or the key, or no adult."""
    if s.trip.attended not in (DRIVER_SEAT, HERE, STAY):
        return None
    until_ms = s.trip.attended_until_ms
    if s.utc_ms is None or until_ms is None:
        return (("by", s.trip.attended), ("until", None))
    return (("by", s.trip.attended), ("until", iso(s.utc_ms + until_ms - s.now_ms)))


def _is_checked_and_empty(s):
    seats = s.seats
    is_empty = not (seats.taken or seats.unknown or seats.loose)
    return is_empty and s.trip.phase == PARKED and s.trip.checked
