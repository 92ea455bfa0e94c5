"""The wire of an input says what cannot be."""

from firmware.event import CLEARED, RAISED, UPDATED, WARNING, Event
from firmware.warnings import LAMP, SILENT

_WIRES = ("ignition", "driver_seat")


class InputFaulty:
    """A wire that is judged by other evidence contradicts it: one occurrence a wire.

    `ignition` (trip/engine.py): `flapping`, it changes more than 20 times in a minute; `stuck_on`,
    it is on for two hours while the bus stands and nothing charges; `dead`, it is off while the bus
    drives. `driver_seat` (trip/attended.py): `contradicts`, it is taken while the driver presses
    the check button at the rear. What such a wire says no longer counts as an adult with the
    children. It ends when the wire has another state, or has been calm for a minute.

    City: warning; raised, updated, cleared.
    Driver: lamp.

    Source: 20 changes, 2 h [default].

    Unknown: an input that cannot be read contradicts nothing.
    """

    kind = "input_faulty"

    def __init__(self, config):
        self.warning = SILENT
        self._reported = [None] * len(_WIRES)

    def judge(self, s):
        seat = "contradicts" if s.trip.driver_seat_fault else None
        return self._follow(0, s.trip.ignition_fault, s) or self._follow(1, seat, s)

    def _follow(self, index, fault, s):
        before = self._reported[index]
        if fault == before:
            return None
        self._reported[index] = fault
        self.warning = SILENT if self._reported == [None, None] else LAMP
        state = CLEARED if fault is None else UPDATED if before else RAISED
        data = (("wire", _WIRES[index]), ("fault", fault or before))
        why = (
            ("ignition", s.vehicle.ignition),
            ("engine", s.trip.engine),
            ("supply_mv", s.vehicle.supply_mv),
        )
        return Event(self.kind, WARNING, state, data, why, _WIRES[index])
