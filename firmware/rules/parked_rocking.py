"""The parked bus rocks: somebody may move in it."""

from micropython import const

from firmware.event import CLEARED, RAISED, WARNING, Event
from firmware.warnings import SILENT

_LEAVES_MS = const(60000)  # the driver, after the check
_BOUT_MS = const(5000)  # what rocks sooner than this after the last bout belongs to it
_WINDOW_MS = const(120000)
_CALM_MS = const(600000)
_NEVER_MS = const(-86400000)


class ParkedRocking:
    """The accelerometer feels rocking_mg or more in rocking_bouts bouts within two minutes, in a
    bus that is parked and checked, with its doors shut, from a minute on.

    Wind and passing lorries rock a bus too, so this is weak evidence: nothing sounds, and it is
    off unless rocking_mg is set. It ends after 10 min without a bout, or when the bus is in use.

    City: warning; raised, cleared.
    Driver: nothing.

    Source: [default]; 4 bouts, by the simulator's wind and lorries. Presence inputs
    (parked_movement) are what sees a child on the floor.

    Unknown: without an accelerometer, or while it is silent, nothing is felt; a door that cannot
    be read is shut.
    """

    kind = "parked_rocking"
    settings = (
        ("rocking_mg", 0, 0, 500),  # 0: off
        ("rocking_bouts", 4, 2, 20),
    )

    def __init__(self, config):
        self.warning = SILENT
        self._limit_mg = config["rocking_mg"]
        self._bouts = [_NEVER_MS] * config["rocking_bouts"]  # when the newest ones began; a ring
        self._at = 0
        self._felt_ms = 0  # when it last rocked
        self._busy_ms = 0  # when somebody was known to be about
        self._raised = False

    def judge(self, s):
        if not self._limit_mg:
            return None
        is_open = s.vehicle.front_door or s.vehicle.emergency_door
        is_known = s.trip.phase != "parked" or s.trip.attended is not None
        if is_known or is_open:
            self._busy_ms = s.now_ms
            return self._report(CLEARED, s) if self._raised else None
        if s.now_ms - self._busy_ms < _LEAVES_MS:
            return None
        if s.vehicle.shock_mg is not None and s.vehicle.shock_mg >= self._limit_mg:
            return self._feel(s)
        if self._raised and s.now_ms - self._felt_ms >= _CALM_MS:
            return self._report(CLEARED, s)
        return None

    def _feel(self, s):
        is_new = s.now_ms - self._felt_ms >= _BOUT_MS
        self._felt_ms = s.now_ms
        if not is_new:
            return None
        bouts = self._bouts
        bouts[self._at] = s.now_ms
        self._at = (self._at + 1) % len(bouts)
        first_ms = bouts[self._at]
        is_due = first_ms >= self._busy_ms and s.now_ms - first_ms <= _WINDOW_MS
        return self._report(RAISED, s) if is_due and not self._raised else None

    def _report(self, state, s):
        self._raised = state == RAISED
        why = (("limit_mg", self._limit_mg), ("bouts", len(self._bouts)))
        data = (("shock_mg", s.vehicle.shock_mg),)
        return Event(self.kind, WARNING, state, data, why)
