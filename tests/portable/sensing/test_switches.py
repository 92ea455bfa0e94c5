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


COUNTED = ("front_door", "emergency_door", "check_button", "sos_button", "here_button")


def turns(parts, name, times, ms=1000):
    """The contact changes so often, and rests for ms after each."""
    for _ in range(times):
        getattr(parts, name).on = not getattr(parts, name).on
        parts.looks(ms)
    return parts.s.vehicle


def test_a_contact_that_changes_more_than_twenty_times_within_a_minute_flaps():
    for name in COUNTED + ("driver_seat",):
        parts = Fitted(0, name)
        parts.looks(90000)
        vehicle = turns(parts, name, 20)
        assert getattr(vehicle, name) is False and vehicle.flapping_wires == [], name
        turns(parts, name, 1)
        assert getattr(vehicle, name) is True, "what it reads counts all the same"
        assert vehicle.flapping_wires == [name.replace("here_button", "here")]
        told = vehicle.flapping_wires
        parts.looks(38000)
        assert vehicle.flapping_wires is told, name
        parts.looks(60000)
        assert vehicle.flapping_wires is told, "a whole minute of calm, by windows"
        parts.looks(3000)
        assert getattr(vehicle, name) is True and vehicle.flapping_wires == [], name


def test_it_flaps_for_as_long_as_it_goes_on():
    parts = Fitted(0, *NAMES)
    vehicle = turns(parts, "front_door", 300)
    turns(parts, "here_button", 21)
    assert vehicle.flapping_wires == ["front_door", "here"]


def test_twenty_changes_in_each_of_two_minutes_are_none_too_many():
    parts = Fitted(0, *NAMES)
    parts.looks(50000)
    vehicle = turns(parts, "front_door", 80, 3100)
    assert vehicle.flapping_wires == []


def test_a_contact_that_changes_with_every_reading_flaps_though_it_never_settles():
    parts = Fitted(0, *NAMES)
    parts.looks()
    vehicle = turns(parts, "sos_button", 60, 100)
    assert vehicle.flapping_wires == [], "twenty changes, and bounces"
    turns(parts, "sos_button", 1, 100)
    assert vehicle.flapping_wires == ["sos_button"]


def test_what_bounces_at_every_press_is_no_flapping():
    parts = Fitted(0, *NAMES)
    parts.looks(90000)
    for _ in range(5):
        for on in (True, False, True, True, True, True, False, True, False, False, False, False):
            parts.check_button.on = on
            vehicle = parts.looks(100)
    assert vehicle.flapping_wires == [] and vehicle.check_button is False


def test_a_contact_that_cannot_be_read_has_not_changed():
    parts = Fitted(0, *NAMES)
    parts.looks()
    for _ in range(20):
        for on in (None, False):
            parts.front_door.on = on
            vehicle = parts.looks(400)
    assert vehicle.flapping_wires == [] and vehicle.front_door is False


def test_the_ignition_and_presence_inputs_may_change_as_often_as_they_do():
    parts = Fitted(1, *NAMES)
    parts.looks()
    for _ in range(40):
        parts.ignition.on = parts.presence[0].on = not parts.ignition.on
        vehicle = parts.looks(500)
    assert (vehicle.ignition, vehicle.presence) == (False, [False])
    assert vehicle.flapping_wires == []


def test_one_contact_of_a_changeover_that_flaps_presses_nothing():
    parts = Fitted(0, *NAMES)
    vehicle = turns(parts, "check_button_2", 22)
    assert vehicle.check_button is False
    assert vehicle.flapping_wires == ["check_button_2"]
