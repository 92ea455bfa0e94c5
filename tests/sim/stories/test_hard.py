"""What has to come of the hard stories and of the modes (sim/stories/scenarios_hard.py)."""

import importlib

import pytest
from told import told

from firmware.rules.catalogue import RULES
from sim.stories import scenarios_hard

LEFT = ["child_left_behind", "heat"]
HEARD = [
    (scenarios_hard.sleeper_changes_seats, LEFT),
    (scenarios_hard.sleeper_moves_to_a_dead_seat, ["sensor_silent", *LEFT, "check_button_missed"]),
    (scenarios_hard.wire_cut_under_a_child, LEFT),
    (scenarios_hard.expander_dies_in_the_check, ["sensor_silent", *LEFT]),
    (
        scenarios_hard.dead_expander_and_power_cut,
        ["sensor_silent", "sensor_silent", "self_test", *LEFT],
    ),
    (scenarios_hard.hidden_while_the_power_was_off, ["parked_movement", *LEFT]),
    (scenarios_hard.boarding_before_the_engine, []),
    (scenarios_hard.boarded_and_left, LEFT),
    (scenarios_hard.boarded_at_an_open_door, LEFT),
    (
        scenarios_hard.boards_an_unreadable_seat,
        ["sensor_silent", *LEFT, "check_button_missed"],
    ),
    (scenarios_hard.tunnel_at_85, ["overspeed"]),
    (scenarios_hard.clock_set_back, LEFT),
    (scenarios_hard.button_without_walking, ["check_too_soon", "check_button_missed"]),
    (scenarios_hard.acknowledged, ["belt_off"]),
    (scenarios_hard.service, ["service_mode", *LEFT, "check_button_missed"]),
    (scenarios_hard.drill, ["drill", "sos", "evacuation", "emergency_door"]),
    (scenarios_hard.drill_with_a_left_child, ["drill", *LEFT]),
    (scenarios_hard.drill_that_was_none, ["drill", "emergency_door"]),
    (scenarios_hard.evacuation, ["evacuation"]),
]
# Each has a test of its own.
INFO = {"arrival_notice", "attended", "idling", "parked_boarding", "parked_rocking"}


def taken(bus, kind="child_left_behind"):
    return [event["data"]["seats"] for event in bus.told(kind)]


@pytest.mark.parametrize(("tell", "kinds"), HEARD, ids=lambda value: getattr(value, "__name__", ""))
def test_the_city_hears(tell, kinds):
    assert told(tell).city_heard("alarm", "warning") == kinds


def test_every_story_is_held_to_something():
    assert [tell for tell, _ in HEARD] == list(scenarios_hard.SCENARIOS)


def test_every_hazard_has_a_story():
    heard = set()
    for name in ("places", "mishaps", "hard", "lies", "attend", "presence"):
        for _, kinds in importlib.import_module(f"tests.sim.stories.test_{name}").HEARD:
            heard.update(kinds)
    for alarms, warnings in importlib.import_module(
        "tests.sim.stories.test_stories"
    ).OUTCOMES.values():
        heard.update(alarms + warnings)
    lacks = {rule.kind for rule in RULES} - heard - INFO
    assert not lacks, f"tell a story of {lacks} in sim/stories, and add it to HEARD beside it"


def test_the_alarm_names_the_seat_that_was_lost():
    assert taken(told(scenarios_hard.sleeper_changes_seats)) == [[12]]
    assert taken(told(scenarios_hard.wire_cut_under_a_child)) == [[7]]
    assert taken(told(scenarios_hard.expander_dies_in_the_check)) == [[20]]
    assert taken(told(scenarios_hard.dead_expander_and_power_cut)) == [[20]]
    assert taken(told(scenarios_hard.hidden_while_the_power_was_off)) == [[9]]


def test_boarding_with_the_engine_off_is_information():
    assert "parked_boarding" in told(scenarios_hard.boarding_before_the_engine).journalled("info")


def test_who_boards_with_the_engine_off_is_watched_from_the_closing_of_the_door_on():
    for tell, seats in (
        (scenarios_hard.boarded_and_left, [3]),
        (scenarios_hard.boarded_at_an_open_door, [3, 7]),
    ):
        (alarm,) = told(tell).told("child_left_behind")
        assert (alarm["data"]["seats"], alarm["why"]["alone_s"]) == (seats, 180)
        (boarded,) = told(tell).told("parked_boarding", "cleared")
        assert boarded["data"]["ended_by"] == "time"
    assert told(scenarios_hard.boarded_at_an_open_door).horn_sounds


def test_a_cut_wire_ends_the_alarm_only_when_it_is_mended():
    bus = told(scenarios_hard.wire_cut_under_a_child)
    (raised,), (cleared,) = bus.told("child_left_behind"), bus.told("child_left_behind", "cleared")
    assert cleared["why"]["ignition_off_s"] - raised["why"]["ignition_off_s"] > 85
    assert bus.active == []


def test_a_tunnel_neither_raises_nor_ends():
    bus = told(scenarios_hard.tunnel_at_85)
    (raised,), (cleared,) = bus.told("overspeed"), bus.told("overspeed", "cleared")
    assert raised["occ"] == cleared["occ"]
    assert cleared["speed_kmh"] < 78


def test_a_clock_that_goes_back_delays_no_alarm():
    (alarm,) = told(scenarios_hard.clock_set_back).told("child_left_behind")
    assert alarm["why"]["ignition_off_s"] == 180


def test_a_press_without_a_walk_is_suspicious_and_settles_nothing():
    bus = told(scenarios_hard.button_without_walking)
    (press,) = bus.told("check_too_soon")
    assert press["why"]["ignition_off_ms"] < 5000
    (missed,) = bus.told("check_button_missed")
    assert missed["why"]["ignition_off_s"] == 180


def test_the_driver_quiets_a_chime_for_a_minute(bus):
    bus.drives(speed_kmh=40, seats={11, 12}, belts={11}, seconds=20)
    assert bus.buzzer_sounds
    bus.presses_check_button()
    bus.waits(seconds=5)
    assert not bus.buzzer_sounds and bus.lamp_shines
    bus.waits(seconds=60)
    assert not bus.buzzer_sounds and bus.lamp_shines, "it has chimed for this seat"
    bus.unbuckles(11)
    bus.waits(seconds=15)
    assert bus.buzzer_sounds
    bus.waits(seconds=15)
    assert not bus.buzzer_sounds
    assert bus.active == ["belt_off"]


def test_service_mutes_the_horn_until_the_bus_drives(bus):
    assert bus.is_asked_for("service")
    bus.waits(seconds=5)
    assert bus.lamp_shines and not bus.buzzer_sounds
    bus.turns_ignition(True)
    bus.boards(7)
    bus.turns_ignition(False)
    bus.waits(minutes=4)
    assert "child_left_behind" in bus.city_heard()
    assert bus.buzzer_sounds and not bus.horn_sounds
    assert not bus.is_asked_for("service"), "not while an alarm sounds"
    bus.waits(minutes=28)
    (ended,) = bus.told("service_mode", "cleared")
    assert ended["why"]["ended_by"] == "time"
    assert bus.horn_sounds
    bus.opens_door()
    bus.leaves(7)
    bus.waits(seconds=15)
    bus.presses_check_button()
    assert bus.is_asked_for("service")
    bus.drives(speed_kmh=30, seconds=5)
    assert bus.told("service_mode", "cleared")[-1]["why"]["ended_by"] == "drive"


def test_a_reset_ends_service_and_the_horn_sounds_again(bus):
    bus.is_asked_for("service")
    bus.turns_ignition(True)
    bus.boards(7)
    bus.turns_ignition(False)
    bus.waits(minutes=4)
    assert not bus.horn_sounds
    bus.cuts_power()
    bus.waits(seconds=10)
    bus.restores_power()
    bus.waits(seconds=10)
    assert bus.horn_sounds
    assert bus.rig.bus.snapshot.trip.mode == "normal"
    why = bus.told("child_left_behind")[-1]["why"]  # how long it was off nobody knows any more
    assert why["ignition_off_s"] is why["alone_s"] is None


def test_all_of_a_drill_is_marked_and_quiet():
    bus = told(scenarios_hard.drill)
    events = [event for event in bus.rig.account.journalled() if bus._is_told(event)]
    first = [event["kind"] for event in events].index("drill")
    last = [(event["kind"], event["state"]) for event in events].index(("drill", "cleared"))
    assert all(event.get("exercise") for event in events[first : last + 1])
    assert not any(event.get("exercise") for event in events[last + 1 :])
    (counted,) = bus.told("evacuation")
    assert counted["data"]["head_count"] == 2
    assert not bus.horn_sounds and bus.active == []


def test_a_child_left_in_a_drill_is_real_and_the_horn_sounds():
    bus = told(scenarios_hard.drill_with_a_left_child)
    (alarm,) = bus.told("child_left_behind")
    assert "exercise" not in alarm and alarm["why"]["ignition_off_s"] == 180
    assert bus.horn_sounds


def test_what_outlasts_a_drill_is_real():
    bus = told(scenarios_hard.drill_that_was_none)
    (raised,), (updated,) = bus.told("emergency_door"), bus.told("emergency_door", "updated")
    assert raised["exercise"] and "exercise" not in updated
    assert raised["occ"] == updated["occ"]
    assert bus.buzzer_sounds


def test_a_drive_ends_a_drill(bus):
    assert bus.is_asked_for("drill")
    bus.waits(seconds=5)
    bus.drives(speed_kmh=30, seconds=5)
    (ended,) = bus.told("drill", "cleared")
    assert ended["why"]["ended_by"] == "drive"
    assert not bus.is_asked_for("drill"), "not while it drives"


def test_an_evacuation_counts_down():
    bus = told(scenarios_hard.evacuation)
    (begun,), (updated,) = bus.told("evacuation"), bus.told("evacuation", "updated")
    (ended,) = bus.told("evacuation", "cleared")
    assert (begun["data"]["head_count"], begun["data"]["seats"]) == (4, [3, 7, 8, 20])
    assert updated["data"]["seats"] == [7, 20]
    assert (ended["data"]["seats"], ended["why"]["ended_by"]) == ([], "empty")
