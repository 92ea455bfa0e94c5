"""Who attends the children, and what a key is worth (sim/stories/scenarios_attend.py)."""

import pytest
from told import told

from sim.stories import scenarios_attend as scenarios

LEFT = ["child_left_behind", "heat"]
HEARD = [
    (scenarios.key_to_silence_the_prompt, LEFT),
    (scenarios.key_during_the_alarm, LEFT),
    (scenarios.radio_with_the_key_on, []),
    (scenarios.driver_waits_with_the_children, []),
    (scenarios.here_and_gone, LEFT),
    (scenarios.nap_in_the_empty_bus, []),
    (scenarios.driver_stays_seated, [*LEFT, "check_button_missed"]),
    (scenarios.bag_on_the_driver_s_seat, ["input_faulty", *LEFT]),
    (scenarios.mechanic, []),
    (scenarios.ignition_stuck_on, [*LEFT, "check_button_missed", "input_faulty"]),
    (scenarios.ignition_dead, ["input_faulty"]),
    (scenarios.ignition_flaps, ["input_faulty"]),
]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    assert told(tell).city_heard("alarm", "warning") == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios.SCENARIOS)


def alone_s(tell):
    (alarm,) = told(tell).told("child_left_behind")
    return alarm["why"]["ignition_off_s"], alarm["why"]["alone_s"]


def test_what_a_key_a_button_and_a_seat_are_worth():
    assert alone_s(scenarios.key_to_silence_the_prompt) == (479, 180)
    assert 500 < alone_s(scenarios.here_and_gone)[0] < 505
    assert alone_s(scenarios.driver_stays_seated)[1] == 180


def test_a_key_ends_no_alarm_and_driving_off_does():
    bus = told(scenarios.key_during_the_alarm)
    (raised,), (ended,) = bus.told("child_left_behind"), bus.told("child_left_behind", "cleared")
    assert ended["speed_kmh"] > 8
    assert raised["occ"] == ended["occ"]


def test_the_city_sees_until_when_an_adult_is_there():
    bus = told(scenarios.driver_waits_with_the_children)
    (raised,), (again,) = bus.told("attended"), bus.told("attended", "updated")
    assert raised["data"]["by"] == "here"
    assert raised["data"]["until"] < again["data"]["until"]
    assert not bus.told("check_button_missed")
    (stay,) = told(scenarios.nap_in_the_empty_bus).told("attended")
    assert stay["data"]["by"] == "stay"
    (sits,) = told(scenarios.driver_stays_seated).told("attended")
    assert sits["data"] == {"by": "driver_seat", "until": None}


def test_each_fault_is_named_by_its_wire():
    for tell, fault in (
        (scenarios.bag_on_the_driver_s_seat, ("driver_seat", "contradicts")),
        (scenarios.ignition_stuck_on, ("ignition", "stuck_on")),
        (scenarios.ignition_dead, ("ignition", "dead")),
        (scenarios.ignition_flaps, ("ignition", "flapping")),
    ):
        (event,) = told(tell).told("input_faulty")
        assert (event["data"]["wire"], event["data"]["fault"]) == fault
