"""The switches: ignition, doors, buttons, the driver's seat and the presence inputs.

A reading counts once it has not changed for 0.1 s. A switch that is not fitted (bus.json, inputs)
or cannot be read is None.

A check button with a changeover contact has two wires: one goes to ground when it is pressed, the
other while it rests. It is pressed only if both say so; a wire that says so alone is named in
`contradicts`.

A door, a button or the driver's seat that changes more than twenty times within a minute flaps: its
wire is loose, and it is named in `flapping_wires` until a minute in which it does not. What it
reads counts all the same: a call by a hand that presses again and again, a door that is open at
times. Readings are counted before they
settle, since a contact that changes with every reading never does; what follows within 0.3 s is
the bounce of one contact. The ignition is judged by trip/engine.py, and presence inputs move often
by nature.
"""

from micropython import const

from firmware.sensing.press import Press
from firmware.timing import Debounced

_SETTLE_MS = const(100)
_FLAPS = const(20)
_WINDOW_MS = const(60000)
_BOUNCE_MS = const(300)


class _Contact:
    """settled: the switch is not on its way from one reading to another. flaps: it changes more
    often than a hand changes it."""

    def __init__(self, part, wire=None):
        """part: a Switch of drivers/switch.py, or None: it is not fitted. wire: its name in
        flapping_wires, or None: its changes are not counted."""
        self._part = part
        self.wire = wire
        self._steady = Debounced(_SETTLE_MS)
        self.settled = part is None
        self.flaps = False
        self._last = None  # reading that was known
        self._changes = 0  # in this window
        self._window_ms = self._changed_ms = 0

    def read(self, now_ms):
        if self._part is None:
            return None
        reading = self._part.read()
        value = self._steady.update(now_ms, reading)
        if self.wire is not None:
            self._count(now_ms, reading)
        self.settled = value == reading
        return value

    def _count(self, now_ms, reading):
        if now_ms - self._window_ms >= _WINDOW_MS:
            self.flaps = self._changes > _FLAPS
            self._window_ms = now_ms
            self._changes = 0
        if reading is None or reading == self._last:
            return
        if self._last is not None and now_ms - self._changed_ms >= _BOUNCE_MS:
            self._changed_ms = now_ms
            if not self._changes and not self.flaps:
                self._window_ms = now_ms
            self._changes += 1
            self.flaps = self.flaps or self._changes > _FLAPS
        self._last = reading


class Switches:
    """settled: no switch is on its way from one reading to another."""

    def __init__(self, parts, s):
        self._ignition = _Contact(parts.ignition)
        self._front_door = _Contact(parts.front_door, "front_door")
        self._emergency_door = _Contact(parts.emergency_door, "emergency_door")
        self._check_button = _Contact(parts.check_button, "check_button")
        self._check_button_2 = _Contact(parts.check_button_2, "check_button_2")
        self._sos_button = _Contact(parts.sos_button, "sos_button")
        self._here_button = _Contact(parts.here_button, "here")
        self._driver_seat = _Contact(parts.driver_seat, "driver_seat")
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
        self._flapping = 0  # a bit for each of them
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
        self._sum_up(vehicle)

    def _sum_up(self, vehicle):
        self.settled = True
        flapping = 0
        for contact in self._all:
            self.settled = self.settled and contact.settled
            flapping = flapping << 1 | contact.flaps
        if flapping != self._flapping:
            self._flapping = flapping
            vehicle.flapping_wires = [contact.wire for contact in self._all if contact.flaps]

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
