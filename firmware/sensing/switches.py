"""The switches: ignition, doors, buttons, the driver's seat and the presence inputs.

A reading counts once it has not changed for 0.1 s. A switch that is not fitted (bus.json, inputs)
or cannot be read is None.

A check button with a changeover contact has two wires: one goes to ground when it is pressed, the
other while it rests. It is pressed only if both say so; a wire that says so alone is named in
`contradicts`.
"""

from micropython import const

from firmware.sensing.press import Press
from firmware.timing import Debounced

_SETTLE_MS = const(100)


class _Contact:
    """settled: the switch is not on its way from one reading to another."""

    def __init__(self, part):
        """part: a Switch of drivers/switch.py, or None: it is not fitted."""
        self._part = part
        self._steady = Debounced(_SETTLE_MS)
        self.settled = part is None

    def read(self, now_ms):
        if self._part is None:
            return None
        reading = self._part.read()
        value = self._steady.update(now_ms, reading)
        self.settled = value == reading
        return value


class Switches:
    """settled: no switch is on its way from one reading to another."""

    def __init__(self, parts, s):
        self._ignition = _Contact(parts.ignition)
        self._front_door = _Contact(parts.front_door)
        self._emergency_door = _Contact(parts.emergency_door)
        self._check_button = _Contact(parts.check_button)
        self._check_button_2 = _Contact(parts.check_button_2)
        self._sos_button = _Contact(parts.sos_button)
        self._here_button = _Contact(parts.here_button)
        self._driver_seat = _Contact(parts.driver_seat)
        self._press = Press()
        self._has_changeover = parts.check_button_2 is not None
        self._presence = [_Contact(part) for part in parts.presence]
        self._all = [
            self._ignition,
            self._front_door,
            self._emergency_door,
            self._check_button,
            self._check_button_2,
            self._sos_button,
            self._here_button,
            self._driver_seat,
        ] + self._presence
        s.vehicle.presence = [None] * len(self._presence)
        self.settled = False

    def sense(self, s):
        """Snapshot with now_ms set -> its readings."""
        vehicle, now_ms = s.vehicle, s.now_ms
        vehicle.ignition = self._ignition.read(now_ms)
        vehicle.front_door = self._front_door.read(now_ms)
        vehicle.emergency_door = self._emergency_door.read(now_ms)
        self._sense_check_button(vehicle, now_ms)
        vehicle.sos_button = self._sos_button.read(now_ms)
        vehicle.here_button = self._here_button.read(now_ms)
        vehicle.driver_seat = self._driver_seat.read(now_ms)
        for index in range(len(self._presence)):
            vehicle.presence[index] = self._presence[index].read(now_ms)
        self.settled = True
        for contact in self._all:
            if not contact.settled:
                self.settled = False

    def _sense_check_button(self, vehicle, now_ms):
        pressed = self._check_button.read(now_ms)
        vehicle.contradicts = None
        if self._has_changeover:
            other = self._check_button_2.read(now_ms)
            if pressed is None or other is None:
                pressed = None
            elif pressed != other:
                vehicle.contradicts = "check_button" if pressed else "check_button_2"
                pressed = False
        vehicle.check_button = pressed
        vehicle.check_press_ms = self._press.update(now_ms, pressed)
