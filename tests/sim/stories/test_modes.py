"""Wrong settings, modes, and a seat out of service (sim/stories/scenarios_modes.py)."""

import pytest
from told import told

from sim.stories import scenarios_modes as scenarios

HEARD = [
    (scenarios.wrong_board_name, ["fault", "fault", "child_left_behind", "heat"]),
    (scenarios.truncated_file, ["fault", "fault", "sensor_silent", "sensor_silent"]),
    (scenarios.brown_out_at_a_pickup, []),
    (scenarios.power_cut_over_a_sleeper, ["child_left_behind", "heat", "check_button_missed"]),
    (scenarios.start_with_the_door_open, []),
    (
        scenarios.seat_out_of_service,
        ["child_left_behind", "heat", "check_button_missed", "check_button_missed"],
    ),
]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    assert told(tell).city_heard("alarm", "warning") == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios.SCENARIOS)


def faults(bus):
    return [event["data"]["text"] for event in bus.told("fault")]


def test_a_wrong_board_name_is_told_and_the_last_settings_watch_the_child():
    bus = told(scenarios.wrong_board_name)
    used, why = faults(bus)
    assert "the settings that ran last are used" in used
    assert 'board is "devkit-wrover", but has to be one of devkit, devkit_wrover' in why
    assert bus.horn_sounds


def test_half_a_file_on_a_new_board_guesses_no_wire():
    bus = told(scenarios.truncated_file)
    used, why = faults(bus)
    assert "no contact is read, no pin is driven" in used
    assert "not valid JSON: line 1, column" in why
    assert not bus.horn_sounds and bus.phase == "parked"


def test_a_seat_out_of_service_ends_the_horn_of_its_wire_and_asks_for_the_walk():
    bus = told(scenarios.seat_out_of_service)
    (left,), (ended,) = bus.told("child_left_behind"), bus.told("child_left_behind", "cleared")
    assert left["data"]["seats"] == [7] and ended["why"]["ignition_off_s"] > 180
    missed = bus.told("check_button_missed")
    assert [event["data"]["unwatched"] for event in missed] == [[7], [7]], "the grant asks for one"
    raised = bus.told("seat_out_of_service")
    assert [event["why"]["asked_by"] for event in raised] == ["command", "restart"]
    assert raised[0]["data"] == {**raised[1]["data"], "by": "somchai"}, "kept in NVS: not by whom"
    assert [event["data"].get("unwatched") for event in bus.told("trip_ended")] == [[7]]
    assert not bus.horn_sounds and bus.phase == "parked"
    assert bus.rig.bus.recorder.active() == ["seat_out_of_service"]
    assert bus.rig.bus.snapshot.seats.out_of_service == [7]


def test_a_bus_of_forty_seats_has_four_of_them_out_of_service_at_most(bus):
    assert not bus.is_taken_out_of_service(1, 2, 3, 4, 5, days=1)
    assert not bus.is_taken_out_of_service(7, days=8)
    assert bus.is_taken_out_of_service(7, days=7)
    bus.waits(seconds=2)
    assert bus.rig.bus.recorder.active() == ["seat_out_of_service"]
    assert bus.is_taken_out_of_service(7, days=0)
    bus.waits(seconds=2)
    assert bus.rig.bus.recorder.active() == []
