"""Wires: which of them says what cannot be, so that what it sounds has an end.

front_door, emergency_door  the door has read open through three minutes of driving, and was never
                            seen shut: no driver goes on with the alarm in his ears. Its wire is
                            torn. It is believed again when it reads shut.
supply                      no vehicle has so little, and the board runs, without a backup that
                            bus.json names, for 30 s: its measuring wire is cut.
check_button                the check is open, every seat is known to be empty, and the driver
                            calls the city (SOS) instead of pressing: he cannot finish the check.
                            `called` holds until the press or the next drive; the wire counts as
                            faulty until it is pressed. A call costs the driver more than the
                            walk, so nobody calls to avoid it. In a drill nobody calls. An SOS
                            contact that was closed before the check, or is stuck
                            (sensing/self_check.py), is nobody's call.

Unknown: what cannot be read changes nothing; the silence of a sensor is reported by itself.
"""

from micropython import const

from firmware.snapshot import DRIVING
from firmware.timing import Held

_TORN_MS = const(180000)
_CUT_MS = const(30000)
_NAMES = ("front_door", "emergency_door", "supply", "check_button")


class Wires:
    """Fills the Snapshot's faulty and called."""

    def __init__(self, config):
        self._sos_ms = config["rules"]["sos_s"] * 1000
        self._cut_mv = config["rules"]["supply_cut_mv"]
        self._has_backup = config["backup"]["fitted"]
        self._at_ms = 0
        self._open_ms = [0, 0]  # of driving, by door
        self._cut = Held(_CUT_MS)
        self._calls = Held(self._sos_ms)
        self._was_released = False  # the SOS button, since the check is open
        self._found = [False] * len(_NAMES)

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._cut_mv = thresholds["supply_cut_mv"]
        self._calls = Held(thresholds["sos_s"] * 1000)

    def update(self, s):
        """Every tick, after Trip -> no Events."""
        ms, self._at_ms = s.now_ms - self._at_ms, s.now_ms
        driven_ms = ms if s.trip.phase == DRIVING else 0
        changed = self._set(0, self._is_torn(0, s.vehicle.front_door, driven_ms))
        changed = self._set(1, self._is_torn(1, s.vehicle.emergency_door, driven_ms)) or changed
        changed = self._set(2, self._is_supply_cut(s)) or changed
        changed = self._set(3, self._is_button_dead(s)) or changed
        if changed:
            s.trip.faulty = _named(self._found)
        return ()

    def _set(self, at, found):
        changed = self._found[at] != found
        self._found[at] = found
        return changed

    def _is_torn(self, door, reading, driven_ms):
        if reading is False:
            self._open_ms[door] = 0
        elif reading:
            self._open_ms[door] = min(self._open_ms[door] + driven_ms, _TORN_MS)
        return self._open_ms[door] == _TORN_MS

    def _is_supply_cut(self, s):
        mv = s.vehicle.supply_mv
        if mv is None:
            return self._found[2]
        return self._cut.update(s.now_ms, mv < self._cut_mv and not self._has_backup)

    def _is_button_dead(self, s):
        is_open = not s.trip.checked and s.trip.ignition_off_ms is not None
        sos = s.vehicle.sos_button
        if not is_open or sos is None:
            self._was_released = False
        elif not sos:
            self._was_released = True
        presses = self._was_released and sos and not s.trip.exercise
        calls = self._calls.update(s.now_ms, presses)
        if s.trip.called and "sos_button" in s.vehicle.failing:
            self._was_released = s.trip.called = False
            return False
        if not is_open:
            s.trip.called = False
        elif calls and not _is_anyone_in_question(s):
            s.trip.called = True
        if s.vehicle.check_press_ms is not None:
            return False
        return self._found[3] or s.trip.called


def _named(found):
    """By itself: a name that a comprehension shares costs a cell of the heap at each call."""
    return [_NAMES[at] for at in range(len(_NAMES)) if found[at]]


def _is_anyone_in_question(s):
    return bool(s.seats.sitting or s.seats.unknown or s.seats.loose)
