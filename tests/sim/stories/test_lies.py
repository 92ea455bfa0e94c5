"""What sensors say that cannot be true (sim/stories/scenarios_lies.py)."""

import pytest
from told import told

from sim.stories import scenarios_lies as scenarios
from sim.stories.story import Story

LEFT = ["child_left_behind", "heat"]
HEARD = [
    (scenarios.bit_flips, ["expander_reset", *LEFT]),
    (scenarios.leans_aside, ["seat_contradicted", *LEFT]),
    (scenarios.dead_contact, ["seat_contradicted", *LEFT, "check_button_missed"]),
    (scenarios.belts_tidied, []),
    (
        scenarios.door_wire_torn,
        ["emergency_door", "door_open_moving", "sensor_faulty", "emergency_door"],
    ),
    (scenarios.supply_wire_cut, ["supply", "sensor_faulty"]),
    (scenarios.button_wire_cut, ["check_button_missed", "sos", "sensor_faulty"]),
    (scenarios.monthly_test, ["monthly_test_overdue", "emergency_door", "sos"]),
]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    assert told(tell).city_heard("alarm", "warning") == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios.SCENARIOS)


def test_a_bit_that_turns_over_hides_no_child():
    bus = told(scenarios.bit_flips)
    (alarm,) = bus.told("child_left_behind")
    assert alarm["data"]["seats"] == [7]
    assert alarm["why"]["ignition_off_s"] == 180
    (updated,) = bus.told("expander_reset", "updated")
    assert updated["data"] == {"chips": ["expander 1"], "resets": 2}


def test_a_child_whose_belt_is_closed_is_not_gone_whatever_its_seat_reads():
    bus = told(scenarios.leans_aside)
    (alarm,), (ended,) = bus.told("child_left_behind"), bus.told("child_left_behind", "cleared")
    assert alarm["data"]["seats"] == [7]
    assert alarm["why"]["checked"] is True
    assert ended["why"]["ignition_off_s"] > 180
    assert bus.told("seat_contradicted")[0]["data"] == {"seats": [7], "buckled": []}
    assert bus.told("seat_contradicted", "cleared")
    assert bus.phase == "parked"


def test_a_child_on_a_dead_contact_counts_until_the_driver_has_looked():
    bus = told(scenarios.dead_contact)
    (alarm,) = bus.told("child_left_behind")
    assert (alarm["data"]["seats"], alarm["data"]["unknown"]) == ([], [7])
    assert bus.told("seat_contradicted")[0]["data"] == {"seats": [], "buckled": [7]}


def test_belts_that_are_tidied_up_hold_no_check():
    bus = told(scenarios.belts_tidied)
    assert bus.phase == "parked"
    assert bus.active == []


def faulty(bus):
    return [event["data"]["wires"] for event in bus.told("sensor_faulty")]


def test_a_torn_door_wire_has_an_end_and_the_door_is_believed_again_when_it_is_mended():
    bus = told(scenarios.door_wire_torn)
    assert faulty(bus) == [["emergency_door"]]
    first, last = bus.told("emergency_door", "cleared")
    assert (first["why"]["open"], last["why"]["open"]) == (True, False)
    assert bus.told("sensor_faulty", "cleared")
    assert not bus.buzzer_sounds


def test_a_board_that_lives_has_a_supply_whatever_it_measures():
    bus = told(scenarios.supply_wire_cut)
    assert faulty(bus) == [["supply"]]
    assert bus.told("supply", "cleared")[0]["data"]["level"] == "wire"
    assert bus.active == []


def test_a_driver_who_cannot_press_calls_the_city_and_the_horn_ends():
    bus = Story()
    bus.parks()
    bus.drives(seats={3})
    bus.cuts_wire("check_button")
    bus.parks(check=False)
    bus.waits(minutes=3)
    assert bus.horn_sounds
    bus.presses_sos()
    bus.waits(seconds=5)
    assert not bus.horn_sounds and not bus.buzzer_sounds
    assert bus.lamp_shines
    assert {"check_button_missed", "sos"} <= set(bus.active)
    bus.boards(5)
    bus.waits(minutes=4)
    assert bus.horn_sounds, "a child is not called away"
    assert bus.told("child_left_behind")


def test_the_button_is_believed_again_once_it_was_pressed():
    bus = told(scenarios.button_wire_cut)
    assert faulty(bus) == [["check_button"]]
    assert bus.told("sensor_faulty", "cleared") and bus.told("check_button_missed", "cleared")
    assert bus.phase == "parked"


def flashes(bus, seconds):
    """-> how long each flash of the lamp was, in ms, in so long a time."""
    lamp, lasted, since_ms = bus.rig.vehicle.board.wires["lamp"], [], None
    for _ in range(seconds * 20):
        bus.rig.run_for(50)
        if lamp.load and since_ms is None:
            since_ms = bus.rig.now_ms
        elif not lamp.load and since_ms is not None:
            lasted.append(bus.rig.now_ms - since_ms)
            since_ms = None
    return lasted


def test_the_lamp_says_that_all_is_well_until_the_bus_sleeps_and_whenever_it_wakes():
    bus = Story()
    bus.waits(seconds=20)
    assert len(flashes(bus, 60)) == 12, "the quiet bus looks once a second only"
    assert set(flashes(bus, 60)) <= {50, 100, 150}
    assert not bus.lamp_shines
    bus.waits(minutes=8)
    assert bus.rig.vehicle.is_asleep
    assert flashes(bus, 60) == []
    bus.turns_ignition(True)
    bus.waits(seconds=10)
    assert len(flashes(bus, 60)) == 12
    bus.rig.power_cut()
    assert flashes(bus, 20) == [], "dark: broken"


def test_the_city_knows_when_the_monthly_test_was_made():
    bus = told(scenarios.monthly_test)
    (overdue,) = bus.told("monthly_test_overdue")
    assert overdue["data"]["parts"] == ["sos_button", "emergency_door"]
    assert overdue["why"]["sos_days"] == 36
    assert bus.told("monthly_test_overdue", "cleared")
    (tested,) = bus.told("self_test")
    assert (tested["why"]["sos_days"], tested["why"]["door_days"]) == (0, 0)
