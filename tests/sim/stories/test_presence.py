"""Contacts that may be fitted, and a bus without any (sim/stories/scenarios_presence.py)."""

import pytest
from told import told

from sim.stories import scenarios_presence as scenarios

FLOOR = ["child_standing", "parked_movement", "child_left_behind", "heat"]
HEARD = [
    (scenarios.on_the_floor_after_the_check, FLOOR),
    (scenarios.sensor_that_sees_no_walk, ["presence_faulty"]),
    (scenarios.sensor_that_never_rests, ["parked_movement", "presence_faulty"]),
    (scenarios.check_wire_on_ground, ["self_test_failed"]),
    (scenarios.songthaew_school_run, []),
    (scenarios.songthaew_waits_with_the_engine_off, []),
    (scenarios.songthaew_child_left, ["child_left_behind", "heat"]),
]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    assert told(tell).city_heard("alarm", "warning") == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios.SCENARIOS)


def test_the_child_on_the_floor_is_named_by_the_input_and_its_alarm_ends_with_the_walk():
    bus = told(scenarios.on_the_floor_after_the_check)
    (moved,), (left,) = bus.told("parked_movement"), bus.told("child_left_behind")
    assert moved["data"] == {"seats": [], "presence": [2]}
    assert (left["data"]["presence"], left["data"]["stage"]) == ([2], 3)
    assert left["why"]["alone_s"] == 180
    assert bus.told("parked_movement", "cleared") and bus.told("child_left_behind", "cleared")
    assert not bus.horn_sounds and bus.phase == "parked"


def test_a_faulty_sensor_is_named_until_it_works():
    bus = told(scenarios.sensor_that_sees_no_walk)
    (fault,) = bus.told("presence_faulty")
    assert fault["data"] == {"quiet": [2], "restless": []}
    assert bus.told("presence_faulty", "cleared")
    bus = told(scenarios.sensor_that_never_rests)
    (fault,) = bus.told("presence_faulty")
    assert fault["data"] == {"quiet": [], "restless": [1]}
    assert len(bus.told("parked_movement")) == 1
    assert bus.told("presence_faulty", "cleared") and bus.phase == "parked"


def test_the_wire_on_ground_is_named_at_once_and_no_walk_was_made_of_it():
    (fault,) = told(scenarios.check_wire_on_ground).told("self_test_failed")
    assert fault["data"]["parts"] == ["check_button"]


def test_a_songthaew_says_that_it_does_not_know_its_doors_and_counts_its_children():
    bus = told(scenarios.songthaew_school_run)
    (ended,) = bus.told("trip_ended")
    counts = (ended["data"]["boarded"], ended["data"]["alighted"], ended["data"]["unaccounted"])
    assert counts == (3, 3, [])
    assert bus.rig.bus.snapshot.vehicle.front_door is None
