"""SelfCheck: do the outputs work, and can the buttons still be pressed?

When the ignition goes on, lamp and buzzer are on for 0.3 s: the driver should notice the lamp and
the one beep (Japan's guideline asks for a lamp or a voice at engine start). The horn is on for
0.2 s if its wire is read back and no mode keeps it quiet. After 3 s the result is an event.
Between the tests every output that is read back is compared whenever it is switched.

A check button with two contacts that contradict each other for a second is named by the wire that
says "pressed" alone: check_button touches ground, or check_button_2 is cut.

Without read-back only the driver can notice that a buzzer is dead.
"""

from micropython import const

from firmware.event import INFO, WARNING, Event
from firmware.snapshot import NORMAL
from firmware.timing import Held

_BEEP_MS = const(300)
_BLIP_MS = const(200)
_VERDICT_MS = const(3100)  # by then every sensor has answered or counts as silent
_CONTRADICTS_MS = const(1000)  # contacts of one button change one after the other
_LOOKS = const(2)  # that contradict the output: a relay needs its time
_OUTPUTS = ("lamp", "buzzer", "horn")


class _Output:
    """One output, with `set` as of the part. A test may take it; what is read back is compared."""

    def __init__(self, part):
        self._part = part
        self._wanted = False
        self._tested = False
        self._is_on = False
        self._wrong = [0, 0]  # looks in a row that contradicted: while it was off, on

    def set(self, on):
        self._wanted = on
        if not self._tested:
            self._switch(on)

    def test(self, on):
        """Takes the output, or gives it back."""
        self._tested = on
        self._switch(on or self._wanted)

    def is_read_back(self):
        return self._part.read_back() is not None

    def look(self):
        """-> bool: it fails. Call it before this tick's `set`."""
        read = self._part.read_back()
        if read is None:
            return False
        at = 1 if self._is_on else 0
        self._wrong[at] = 0 if read == self._is_on else min(self._wrong[at] + 1, _LOOKS)
        return max(self._wrong) >= _LOOKS

    def _switch(self, on):
        if on != self._is_on:
            self._is_on = on
            self._part.set(on)


class SelfCheck:
    """lamp, buzzer, horn: switch these outputs, so that a test may take them for a moment."""

    def __init__(self, parts, thresholds):
        self.lamp = _Output(parts.lamp)
        self.buzzer = _Output(parts.buzzer)
        self.horn = _Output(parts.horn)
        self._outputs = (self.lamp, self.buzzer, self.horn)
        for output in (parts.lamp, parts.buzzer, parts.horn):
            output.set(False)
        self._ignition = False
        self._since_ms = None  # a test runs
        self._horn_tested = False
        self.on_thresholds(thresholds)

    def on_thresholds(self, thresholds):
        """config["rules"], with the policy's in their place."""
        stuck_ms = thresholds["button_stuck_s"] * 1000
        self._check_pressed, self._sos_pressed = Held(stuck_ms), Held(stuck_ms)
        self._contradicts = Held(_CONTRADICTS_MS)

    def update(self, s):
        """Snapshot with its readings -> list of Events; fills in failing."""
        failing = ()
        for index in range(len(_OUTPUTS)):
            if self._outputs[index].look():
                failing += (_OUTPUTS[index],)
        if self._check_pressed.update(s.now_ms, s.vehicle.check_button is True):
            failing += ("check_button",)
        if self._sos_pressed.update(s.now_ms, s.vehicle.sos_button is True):
            failing += ("sos_button",)
        if self._contradicts.update(s.now_ms, s.vehicle.contradicts is not None):
            failing += (s.vehicle.contradicts,)
        if failing or s.vehicle.failing:  # a tick without faults makes no list
            s.vehicle.failing = list(failing)
        if s.vehicle.ignition is True and not self._ignition:
            self._begin(s)
        if s.vehicle.ignition is not None:
            self._ignition = s.vehicle.ignition
        return () if self._since_ms is None else self._test(s)

    def _begin(self, s):
        self._since_ms = s.now_ms
        self.lamp.test(True)
        self.buzzer.test(True)
        self._horn_tested = self.horn.is_read_back() and s.trip.mode == NORMAL
        if self._horn_tested:
            self.horn.test(True)

    def _test(self, s):
        ms = s.now_ms - self._since_ms
        if ms >= _BLIP_MS:
            self.horn.test(False)
        if ms >= _BEEP_MS:
            self.lamp.test(False)
            self.buzzer.test(False)
        if ms < _VERDICT_MS:
            return ()
        self._since_ms = None
        faults = s.vehicle.failing + s.silent
        severity = WARNING if faults else INFO
        data = (("ok", not faults), ("faults", faults))
        why = (
            ("horn_tested", self._horn_tested),
            ("sos_days", s.vehicle.sos_idle_days),
            ("door_days", s.vehicle.door_idle_days),
        )
        return (Event("self_test", severity, data=data, why=why, subject=None),)
