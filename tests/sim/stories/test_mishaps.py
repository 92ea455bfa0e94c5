"""What has to come of the stories about mishaps (sim/stories/scenarios_mishaps.py)."""

import pytest
from told import told

from sim.stories import scenarios_mishaps
from sim.stories.story import Story

HEARD = [
    (scenarios_mishaps.harsh_driving, ["harsh_driving", "harsh_driving"]),
    (scenarios_mishaps.harsh_braking_by_gnss, ["harsh_driving"]),
    (scenarios_mishaps.harsh_acceleration, ["harsh_driving"]),
    (scenarios_mishaps.crash, ["crash", "harsh_driving"]),
    (scenarios_mishaps.crash_by_gnss, ["harsh_driving", "crash"]),
    (scenarios_mishaps.emergency_door, ["emergency_door"]),
    (scenarios_mishaps.child_standing, ["child_standing"]),
    (scenarios_mishaps.child_in_a_parked_bus, ["child_left_behind", "heat", "parked_movement"]),
    (scenarios_mishaps.sos, ["sos"]),
    (scenarios_mishaps.idling, []),
    (scenarios_mishaps.driver_hours, ["driver_hours"]),
    (scenarios_mishaps.heat, ["child_left_behind", "heat"]),
    (scenarios_mishaps.hot_cabin, ["heat", "child_left_behind"]),
    (scenarios_mishaps.supply_cut, ["supply", "child_left_behind", "heat", "check_button_missed"]),
    (scenarios_mishaps.supply_low, ["supply"]),
    (scenarios_mishaps.left_behind_in_japan, ["child_left_behind"]),
    (scenarios_mishaps.long_tunnel, ["overspeed", "gnss_lost"]),
    (scenarios_mishaps.gnss_jammed, ["gnss_jammed"]),
    (scenarios_mishaps.gnss_jump, ["gnss_jump"]),
    (scenarios_mishaps.seat_stuck, ["child_left_behind", "heat", "sensor_stuck"]),
    (scenarios_mishaps.loose_plug, ["sensor_flapping"]),
    (scenarios_mishaps.expander_dips, ["expander_reset"]),
    (scenarios_mishaps.horn_cut, ["self_test_failed", "self_test"]),
    (scenarios_mishaps.buzzer_cut, ["self_test_failed", "self_test"]),
    (scenarios_mishaps.button_stuck, ["self_test_failed"]),
]


def one(bus, kind, state="raised"):
    (event,) = bus.told(kind, state)
    return event


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    bus = told(tell)
    heard = [kind for kind in bus.city_heard("alarm", "warning") if kind != "started"]
    assert heard == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios_mishaps.SCENARIOS)


def test_braking_and_the_bend_are_told_apart_and_end():
    bus = told(scenarios_mishaps.harsh_driving)
    assert [e["data"]["what"] for e in bus.told("harsh_driving")] == ["braking", "cornering"]
    braking, bend = bus.told("harsh_driving", "cleared")
    assert 4.4 < braking["data"]["top_ms2"] < 7
    assert 5.5 < bend["data"]["top_ms2"] < 7.5
    assert not bus.active


def test_the_heads_of_a_crash_are_those_from_before():
    data = one(told(scenarios_mishaps.crash), "crash")["data"]
    assert data["seats_before"] == [3, 7, 12]
    assert data["shock_g"] > 2.5
    assert told(scenarios_mishaps.crash).active == ["crash"]


def test_gnss_shows_a_crash_some_seconds_later_with_the_heads_of_its_moment():
    bus = told(scenarios_mishaps.crash_by_gnss)
    event = one(bus, "crash")
    assert event["severity"] == "alarm"
    assert event["data"]["seats_before"] == [3, 7, 12]
    assert event["why"]["stop_ms2"] >= event["why"]["limit_ms2"] == 10
    assert bus.active == ["crash"]


def test_a_start_too_hard_is_told_apart():
    assert (
        one(told(scenarios_mishaps.harsh_acceleration), "harsh_driving")["data"]["what"]
        == "acceleration"
    )


def test_a_supply_that_is_low_is_not_cut_and_ends():
    bus = told(scenarios_mishaps.supply_low)
    assert one(bus, "supply")["severity"] == "warning"
    assert one(bus, "supply", "cleared") and not bus.active


def test_japan_alarms_inside_first_and_outside_at_fifteen_minutes():
    bus = told(scenarios_mishaps.left_behind_in_japan)
    alarm, horn = [one(bus, "child_left_behind", state) for state in ("raised", "updated")]
    assert [event["data"]["stage"] for event in (alarm, horn)] == [2, 3]
    assert [event["why"]["alone_s"] for event in (alarm, horn)] == [180, 900]


def test_the_buzzer_and_the_button_are_named():
    assert one(told(scenarios_mishaps.buzzer_cut), "self_test_failed")["data"]["parts"] == [
        "buzzer"
    ]
    bus = told(scenarios_mishaps.button_stuck)
    assert one(bus, "self_test_failed")["data"]["parts"] == ["check_button"]
    assert one(bus, "self_test_failed", "cleared")


def test_the_heads_at_the_emergency_door_are_frozen():
    bus = told(scenarios_mishaps.emergency_door)
    for state in ("raised", "cleared"):
        assert one(bus, "emergency_door", state)["data"]["seats"] == [3, 7, 12]
    assert one(bus, "emergency_door")["severity"] == "alarm"


def test_the_child_that_stands_is_named_and_found_again():
    bus = told(scenarios_mishaps.child_standing)
    assert one(bus, "child_standing")["data"]["seats"] == [7]
    assert bus.told("child_standing", "cleared")


def test_the_sos_is_silent_and_taken_back():
    bus = told(scenarios_mishaps.sos)
    assert not bus.buzzer_sounds
    assert bus.told("sos", "cleared")


def test_idling_is_information():
    assert one(told(scenarios_mishaps.idling), "idling", "cleared")["data"]["lasted_s"] > 300


def test_a_break_ends_the_hours():
    bus = told(scenarios_mishaps.driver_hours)
    assert one(bus, "driver_hours")["data"]["driven_min"] == 30
    assert one(bus, "driver_hours", "cleared")["data"]["driven_min"] == 0


def test_the_countdown_runs_before_the_heat():
    bus = told(scenarios_mishaps.heat)
    assert one(bus, "child_left_behind")["data"]["heat_min"] == 6
    assert one(bus, "heat")["data"]["level"] == "ahead"
    assert one(bus, "heat", "updated")["data"]["level"] == "now"
    assert bus.told("heat", "cleared")


def test_a_thermometer_knows_better_than_the_curve():
    event = one(told(scenarios_mishaps.hot_cabin), "heat")
    assert (event["data"]["level"], event["data"]["minutes"]) == ("now", 0)
    assert event["data"]["cabin_c"] == event["why"]["sensor_c"] == 35.0
    assert event["why"]["ignition_off_s"] < 180


def test_the_backup_lasts_long_enough_to_say_so():
    event = told(scenarios_mishaps.supply_cut).told("supply")[0]
    assert (event["severity"], event["data"]["level"]) == ("alarm", "cut")
    assert event["data"]["seats"] == [7]


def test_a_tunnel_ends_no_overspeed_and_gives_the_last_place():
    bus = told(scenarios_mishaps.long_tunnel)
    lost = one(bus, "gnss_lost")
    assert lost["estimated"] and lost["accuracy_m"] > 1500, "after a minute at up to 108 km/h"
    assert lost["data"]["last_lat"] is not None
    over = one(bus, "overspeed", "cleared")
    assert over["at"] > one(bus, "gnss_lost", "cleared")["at"]


def test_a_jump_is_measured():
    assert 1900 < one(told(scenarios_mishaps.gnss_jump), "gnss_jump")["data"]["jump_m"] < 2100


def test_a_stuck_seat_goes_on_alarming():
    bus = told(scenarios_mishaps.seat_stuck)
    assert one(bus, "sensor_stuck")["data"]["seats"] == [7]
    assert {"child_left_behind", "heat"} < set(bus.active)


def test_the_loose_plug_calms_down():
    bus = told(scenarios_mishaps.loose_plug)
    assert one(bus, "sensor_flapping")["data"] == {"seats": [9], "belts": []}
    assert bus.told("sensor_flapping", "cleared")


def test_the_dip_of_an_expander_is_counted():
    assert one(told(scenarios_mishaps.expander_dips), "expander_reset")["data"] == {
        "chips": ["expander 2"],
        "resets": 1,
    }


def test_the_torn_horn_is_found_at_the_start_and_its_repair_too():
    bus = told(scenarios_mishaps.horn_cut)
    verdicts = [event["data"] for event in bus.told("self_test")]
    assert verdicts == [{"ok": False, "faults": ["horn"]}, {"ok": True, "faults": []}]
    assert one(bus, "self_test_failed", "cleared")["data"]["parts"] == []


def test_a_silent_accelerometer_is_told_and_gnss_stands_in():
    bus = Story()
    bus.is_fitted("accelerometer")
    bus.rig.vehicle.faults.silence_accelerometer()
    bus.drives(speed_kmh=60, seats={3}, seconds=20)
    assert one(bus, "sensor_silent")["data"]["sensor"] == "accelerometer"
    bus.brakes_hard(0)
    bus.waits(seconds=5)
    assert one(bus, "harsh_driving")["data"]["what"] == "braking"
    bus.rig.vehicle.faults.silence_accelerometer(False)
    bus.waits(seconds=5)
    assert bus.told("sensor_silent", "cleared")
