"""Switches: what is fitted is read and debounced, what is not fitted is unknown and no fault."""

from bus_bench import Switch
from parts import snapshot

from firmware.sensing.switches import Switches

NAMES = (
    "ignition",
    "front_door",
    "emergency_door",
    "check_button",
    "sos_button",
    "check_button_2",
    "here_button",
    "driver_seat",
)


class Fitted:
    """Parts of a board; `switches` looks at them ten times a second."""

    def __init__(self, presence, *names):
        for name in NAMES:
            setattr(self, name, Switch() if name in names else None)
        self.presence = [Switch() for _ in range(presence)]
        self.s = snapshot()
        self.switches = Switches(self, self.s)

    def looks(self, ms=300):
        for _ in range(ms // 100):
            self.switches.sense(self.s)
            self.s.now_ms += 100
        return self.s.vehicle


def test_what_is_fitted_is_read_once_it_has_settled():
    parts = Fitted(2, *NAMES)
    vehicle = parts.looks(100)
    assert (vehicle.here_button, vehicle.presence) == (None, [None, None])
    assert not parts.switches.settled
    parts.looks()
    presence = vehicle.presence
    assert (vehicle.here_button, vehicle.driver_seat, presence) == (False, False, [False, False])
    assert parts.switches.settled
    parts.here_button.on = parts.driver_seat.on = parts.presence[1].on = True
    parts.looks(100)
    assert vehicle.here_button is False and not parts.switches.settled
    parts.looks()
    assert (vehicle.here_button, vehicle.driver_seat, presence) == (True, True, [False, True])
    assert vehicle.presence is presence, "the list is used again"


def test_a_switch_that_cannot_be_read_is_unknown():
    parts = Fitted(1, *NAMES)
    parts.looks()
    parts.front_door.on = parts.presence[0].on = None
    vehicle = parts.looks()
    assert (vehicle.front_door, vehicle.presence) == (None, [None])


def test_what_is_not_fitted_is_unknown_and_settled():
    parts = Fitted(0, "ignition", "check_button", "sos_button")
    vehicle = parts.looks()
    for name in ("front_door", "emergency_door", "here_button", "driver_seat"):
        assert getattr(vehicle, name) is None
    assert vehicle.ignition is False and vehicle.presence == []
    assert parts.switches.settled


def test_a_changeover_is_pressed_only_if_both_contacts_say_so():
    parts = Fitted(0, *NAMES)
    for first, other, pressed, alone in (
        (False, False, False, None),
        (True, False, False, "check_button"),
        (True, True, True, None),
        (False, True, False, "check_button_2"),
        (None, True, None, None),
        (True, None, None, None),
    ):
        parts.check_button.on, parts.check_button_2.on = first, other
        vehicle = parts.looks()
        assert (vehicle.check_button, vehicle.contradicts) == (pressed, alone)
