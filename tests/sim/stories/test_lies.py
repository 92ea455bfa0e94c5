"""What sensors say that cannot be true (sim/stories/scenarios_lies.py)."""

import pytest
from told import told

from sim.stories import scenarios_lies as scenarios

LEFT = ["child_left_behind", "heat"]
HEARD = [
    (scenarios.bit_flips, ["expander_reset", *LEFT]),
    (scenarios.leans_aside, ["seat_contradicted", *LEFT]),
    (scenarios.dead_contact, ["seat_contradicted", *LEFT, "check_button_missed"]),
    (scenarios.belts_tidied, []),
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
