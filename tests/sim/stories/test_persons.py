"""Who rises behind shut doors is still inside (sim/stories/scenarios_persons.py)."""

import pytest
from told import told

from sim.stories import scenarios_persons as scenarios

LEFT = ["child_left_behind", "heat"]
HEARD = [
    (scenarios.sleeper_rises, LEFT),
    (scenarios.rises_in_fear_of_the_horn, LEFT),
    (scenarios.slides_to_the_floor, ["child_standing", *LEFT]),
    (scenarios.risen_and_power_cut, [*LEFT, "check_button_missed"]),
    (scenarios.stands_up_before_the_stop, ["child_standing"]),
]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    assert told(tell).city_heard("alarm", "warning") == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios.SCENARIOS)


@pytest.mark.parametrize("tell", [scenarios.sleeper_rises, scenarios.slides_to_the_floor])
def test_the_alarm_comes_in_time_and_names_the_seat_that_was_left(tell):
    (alarm,) = told(tell).told("child_left_behind")
    assert (alarm["data"]["seats"], alarm["data"]["loose"]) == ([], [7])
    assert alarm["why"]["ignition_off_s"] == 180


def test_what_the_child_does_ends_no_alarm():
    bus = told(scenarios.rises_in_fear_of_the_horn)
    (raised,), (ended,) = bus.told("child_left_behind"), bus.told("child_left_behind", "cleared")
    assert ended["why"]["ignition_off_s"] - raised["why"]["ignition_off_s"] > 60
    assert not bus.horn_sounds and bus.phase == "parked"


def test_the_ledger_of_the_trip_names_who_was_not_seen_to_get_off():
    for tell, counts in (
        (scenarios.slides_to_the_floor, (3, 2, [7])),
        (scenarios.sleeper_rises, (2, 1, [7])),
        (scenarios.stands_up_before_the_stop, (2, 2, [])),
    ):
        (ended,) = told(tell).told("trip_ended")
        data = ended["data"]
        assert (data["boarded"], data["alighted"], data["unaccounted"]) == counts, tell
