"""The wire of an input says what cannot be."""

from micropython import const

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.timing import Held
from firmware.warnings import LAMP, SILENT

_WIRES = (
    "ignition",
    "front_door",
    "emergency_door",
    "check_button",
    "check_button_2",
    "sos_button",
    "here",
    "driver_seat",
)
_STUCK_MS = const(20000)  # as in trip/attended.py


class InputFaulty:
    """A wire says what no hand and no other evidence can explain: one occurrence a wire.

    `ignition` (trip/engine.py): `flapping`, it changes more than 20 times in a minute; `stuck_on`,
    it is on for two hours while the bus stands and nothing charges; `dead`, it is off while the bus
    drives. A door, a button or the driver's seat (sensing/switches.py): `flapping`, it changes more
    than 20 times in a minute; what it reads counts all the same. `here`: `stuck`, the button is
    held for 20 s. `driver_seat` (trip/attended.py): `contradicts`, it is taken while the driver
    presses the check button at the rear. What the ignition or the seat says then no longer counts
    as an adult with the children. It ends when the wire has another state, or has been calm for a
    minute.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: 20 changes, 20 s, 2 h [default].

    Unknown: an input that cannot be read contradicts nothing.
    """

    kind = "input_faulty"

    def __init__(self, config):
        self.warning = SILENT
        self._reported = [None] * len(_WIRES)
        self._held = Held(_STUCK_MS)
        self._is_here_stuck = False

    def judge(self, s):
        self._is_here_stuck = self._held.update(s.now_ms, s.vehicle.here_button is True)
        for index in range(len(_WIRES)):
            fault = self._fault(_WIRES[index], s)
            if fault != self._reported[index]:
                return self._report(index, fault, s)
        return None

    def _fault(self, wire, s):
        if wire == "ignition":
            return s.trip.ignition_fault
        if wire in s.vehicle.flapping_wires:
            return "flapping"
        if wire == "here" and self._is_here_stuck:
            return "stuck"
        return "contradicts" if wire == "driver_seat" and s.trip.driver_seat_fault else None

    def _report(self, index, fault, s):
        before = self._reported[index]
        self._reported[index] = fault
        self.warning = SILENT if self._reported.count(None) == len(_WIRES) else LAMP
        state = CLEARED if fault is None else UPDATED if before else RAISED
        data = (("wire", _WIRES[index]), ("fault", fault or before))
        why = (
            ("ignition", s.vehicle.ignition),
            ("engine", s.trip.engine),
            ("supply_mv", s.vehicle.supply_mv),
        )
        return Event(self.kind, WARNING, state, data, why, _WIRES[index])
