"""Presence: contacts that say "something moves" see the child on the floor.

Such a contact is a PIR, the OUT pin of a radar, an ultrasonic car alarm. They are believed in a
parked, checked bus (or one whose driver cannot press the button and has called, wires.py), from a
minute after the driver walked to the check button, after the last door closed and after the last
adult left (attended.py). Then a person moves who was overlooked, if

    two activations, of one input or of two, begin within presence_window_s, or
    one lasts for presence_hold_s: longer than a sensor holds its output after one movement

The driver hears a prompt. An adult who answers within presence_prompt_s, by the here button, the
engine or a door, was the one who moved. After that it is an alarm (rules/parked_movement.py), and
the bus is not parked (trip.py), until a walk ends that as for a person who rose behind shut
doors (persons.py): a door opens, and a press of the check button follows at least twice
check_walk_s later; a door without a contact, or one that is not believed, may have opened. From the
opening on, others that move are not added: the driver does. A bus that drives off ends it too.
No movement is never evidence that nobody is there.

They check themselves. An input that was quiet from the end of the drive, or from the opening of
the front door, until ten seconds after the driver's walk is `quiet`. One that was active without a
break since an alarm, and still is a minute after the walk that followed, is `restless`, and so is
one of which three alarms ended with a walk since the engine last ran. A restless input raises no
alarm until it has rested for a minute, or in the second case until the engine runs.

Who moved outlives a power cut (NVS): after it the prompt is over, and the alarm stands until a
walk ends it as before.

Unknown: an input that cannot be read does not move, is not quiet, and is reported as silent with
its expander. A door that stands open is not judged: whoever goes in and out moves. After a reset
the faults are found anew.
"""

from micropython import const

from firmware.snapshot import PARKED
from firmware.timing import LONG_AGO_MS

_CALM_MS = const(60000)  # after the check, a door, an adult
_WALK_MS = const(10000)  # after the press: the driver passes the last inputs
_RESTED_MS = const(60000)
_ALARMS = const(3)


class _Input:
    def __init__(self):
        self.is_on = False
        self.since_ms = 0  # it has been on, or off
        self.is_walked_past = False  # it was on since the walk may have begun
        self.is_suspect = False  # on without a break since an alarm that a walk has ended
        self.alarms = 0  # that ended with a walk, since the engine ran


class Presence:
    """moved_ms: when the alarm began, while the Snapshot's trip.moved names inputs."""

    def __init__(self, config, memory):
        self._inputs = [_Input() for _ in range(config["inputs"]["presence"])]
        self._memory = memory
        self._kept = memory.get("moved") or 0  # a bit for each input
        self._recalled = self._kept & ((1 << len(self._inputs)) - 1)  # from before the start
        self._moved = []  # as kept
        self._busy_ms = 0  # somebody was known to be about
        self._hit_ms = -LONG_AGO_MS  # the last activation that counts
        self._hit = 0  # of this input
        self._is_fresh = False  # the next walk passes the inputs
        self._judge_ms = None  # when that walk is over
        self._was_open = None  # the front door
        self._opened_ms = None  # a door, since the alarm
        self.moved_ms = -LONG_AGO_MS
        self.on_thresholds(config["rules"])

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        self._hold_ms = thresholds["presence_hold_s"] * 1000
        self._window_ms = thresholds["presence_window_s"] * 1000
        self._prompt_ms = thresholds["presence_prompt_s"] * 1000
        self._walk_ms = thresholds["check_walk_s"] * 2000

    def update(self, s, front, emergency, off_ms, walked):
        """Every tick, after the persons: fills in moved, presence_quiet and presence_restless.

        front, emergency: a Door each; off_ms: how long the ignition has been off, None: on;
        walked: the driver has just walked to the check button.
        """
        if not self._inputs:
            return
        now_ms = s.now_ms
        if self._recalled:
            s.trip.moved = _numbers(self._recalled)
            self._recalled = 0
        if off_ms is None:
            self._runs(s)
        elif front.is_open and self._was_open is False:
            self._expect_walk()
        self._was_open = front.is_open
        is_busy = off_ms is None or front.is_open or emergency.is_open or s.trip.attended
        if is_busy or walked:
            self._busy_ms = now_ms
        if is_busy and s.trip.moved and now_ms - self.moved_ms < self._prompt_ms:
            s.trip.moved = []
        is_checked = s.trip.phase == PARKED or s.trip.called
        is_watched = is_checked and now_ms - self._busy_ms >= _CALM_MS
        self._look(s, is_watched)
        if s.trip.moved:
            self._follow_walk(s, front, emergency, walked)
        if walked and self._is_fresh:
            self._is_fresh = False
            self._judge_ms = now_ms + _WALK_MS
        if self._judge_ms is not None and now_ms >= self._judge_ms:
            self._judge_ms = None
            self._tell_quiet(s)
        if s.trip.moved is not self._moved:
            self._keep(s)

    def _keep(self, s):
        self._moved = s.trip.moved
        kept = 0
        for number in self._moved:
            kept |= 1 << number - 1
        if kept != self._kept:
            self._kept = kept
            self._memory.set("moved", kept)

    def _runs(self, s):
        self._expect_walk()
        for one in self._inputs:
            one.alarms = 0
        if s.trip.moved:
            s.trip.moved = []

    def _expect_walk(self):
        self._is_fresh = True
        self._judge_ms = None
        for one in self._inputs:
            one.is_walked_past = one.is_on

    def _look(self, s, is_watched):
        knew = bool(s.trip.moved)
        restless = s.trip.presence_restless
        for index in range(len(self._inputs)):
            one, number = self._inputs[index], index + 1
            is_on = s.vehicle.presence[index] is True
            begins = is_on and not one.is_on
            if is_on != one.is_on:
                one.is_on = is_on
                one.since_ms = s.now_ms
                one.is_suspect = False
            if is_on:
                one.is_walked_past = True
            if number in restless:
                if not is_on and one.alarms < _ALARMS and s.now_ms - one.since_ms >= _RESTED_MS:
                    self._tell_restless(s, number, False)
            elif is_on and (is_watched or (begins and knew and self._opened_ms is None)):
                self._see(s, one, number, begins, knew)

    def _see(self, s, one, number, begins, knew):
        """An input is on, and nobody is known to be about."""
        since_ms = max(one.since_ms, self._busy_ms + _CALM_MS)
        if one.is_suspect:
            self._tell_restless(s, number, True)
        elif knew:
            self._move(s, number)
        elif begins:
            if s.now_ms - self._hit_ms <= self._window_ms:
                self._move(s, self._hit)
                self._move(s, number)
            self._hit, self._hit_ms = number, s.now_ms
        elif s.now_ms - since_ms >= self._hold_ms:
            self._move(s, number)

    def _move(self, s, number):
        if not s.trip.moved:
            self.moved_ms = s.now_ms
            self._opened_ms = None
        if number not in s.trip.moved:
            s.trip.moved = sorted(s.trip.moved + [number])

    def _follow_walk(self, s, front, emergency, walked):
        """Does this walk end the alarm?"""
        if self._opened_ms is None and (front.is_open is not False or emergency.is_open):
            self._opened_ms = s.now_ms
        if not walked or self._opened_ms is None or s.now_ms - self._opened_ms < self._walk_ms:
            return
        for number in s.trip.moved:
            one = self._inputs[number - 1]
            one.alarms += 1
            one.is_suspect = one.is_on and one.since_ms <= self.moved_ms
            if one.alarms >= _ALARMS:
                self._tell_restless(s, number, True)
        s.trip.moved = []
        self._hit_ms = -LONG_AGO_MS

    def _tell_restless(self, s, number, is_restless):
        others = [other for other in s.trip.presence_restless if other != number]
        s.trip.presence_restless = sorted(others + [number]) if is_restless else others

    def _tell_quiet(self, s):
        quiet = []
        for index in range(len(self._inputs)):
            is_known = s.vehicle.presence[index] is not None
            if is_known and not self._inputs[index].is_walked_past:
                quiet.append(index + 1)
        s.trip.presence_quiet = quiet


def _numbers(bits):
    """By itself: a name that a comprehension shares costs a cell of the heap at each call."""
    return [bit + 1 for bit in range(bits) if bits >> bit & 1]
