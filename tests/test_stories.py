"""Stories: what a person would tell about a bus, and what has to come of it.

The fixture `bus` (conftest.py) is a sim.story.Story; what its client sends is held to
the MQTT standard and to docs/schema when the story ends.
"""

import pytest
from schemas import validate

from sim.rig import config_for
from sim.stories import STORIES, summary, tell
from sim.story import Story
from sim.world import World

# name -> (alarms, warnings) that the city hears, in order
OUTCOMES = {
    "school-morning": ([], []),
    "sleeping-child": (["child_left_behind"], []),
    "check-button-forgotten": (["check_button_missed"], []),
    "overspeed": ([], ["overspeed"]),
    "door-open": (["door_open_moving"], ["door_open_moving"]),
    "belt-off": ([], ["belt_off"]),
    "sensor-cut": (["child_left_behind"], ["sensor_silent", "belt_off"]),
    "reboot-with-child": (["child_left_behind", "child_left_behind", "check_button_missed"], []),
    "dead-spot": (["child_left_behind"], ["overspeed"]),
    "gnss-lost": ([], ["sensor_silent"]),
}


def bus_with(**rules):
    """A bus whose bus.json sets these rules."""
    config = config_for(World())
    config["rules"].update(rules)
    return Story(config=config)


# every registered story


@pytest.mark.parametrize("name", STORIES)
def test_a_registered_story_comes_out_as_told(bus, name):
    STORIES[name](bus)
    bus.rig.drain()
    assert bus.rig.missing() == 0
    alarms, warnings = OUTCOMES[name]
    assert (bus.city_heard(), bus.city_heard("warning")) == (alarms, warnings)
    assert (bus.journalled(), bus.journalled("warning")) == (alarms, warnings)


def test_every_story_has_its_outcome_here_and_a_line_about_it():
    assert OUTCOMES.keys() == STORIES.keys()
    assert all(20 < len(summary(name)) < 100 for name in STORIES)


def test_a_told_story_is_a_timeline():
    lines = []
    assert tell("sleeping-child", lines.append) == 0
    text = "\n".join(lines)
    assert "06:00:00  drives at 40 km/h, seats 3, 7 taken" in text
    raised = next(line for line in lines if "alarm: child_left_behind raised" in line)
    assert raised.startswith("06:04:3") and "seats [7]" in raised
    for what in (
        "  the city hears: child_left_behind raised",
        "  horn on",
        "  buzzer, horn, lamp off",
    ):
        assert what in text
    assert lines[-1].endswith("not delivered a while after: 0.")


# child left behind


def test_sleeping_child_is_reported_once_signal_returns(bus):
    bus.drives(speed_kmh=40, seats={3, 7})
    bus.loses_signal()
    bus.parks(seats={7})
    bus.waits(minutes=3)
    assert bus.journalled() == ["child_left_behind"]
    assert bus.city_heard() == []

    bus.finds_signal()
    bus.waits(minutes=1)
    assert bus.city_heard() == ["child_left_behind"]


def test_the_driver_is_prompted_at_once_and_everybody_around_after_three_minutes(bus):
    bus.drives(seats={7})
    bus.parks(seats={7})
    assert bus.buzzer_sounds and not bus.horn_sounds
    bus.waits(seconds=150)
    assert not bus.horn_sounds and bus.journalled() == []
    bus.waits(seconds=10)
    assert bus.horn_sounds
    (alarm,) = bus.told("child_left_behind")
    assert alarm["data"]["seats"] == [7]
    assert alarm["why"]["ignition_off_s"] == alarm["why"]["limit_s"] == 180


def test_the_horn_stops_when_the_child_has_left(bus):
    bus.drives(seats={7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    assert bus.active == ["child_left_behind"]
    bus.leaves(7)
    bus.waits(seconds=5)
    assert (bus.active, bus.horn_sounds, bus.phase) == ([], False, "parked")
    (raised,), (cleared,) = bus.told("child_left_behind"), bus.told("child_left_behind", "cleared")
    assert raised["occ"] == cleared["occ"] == raised["seq"]


def test_in_japan_the_city_hears_after_three_minutes_and_the_street_after_fifteen():
    bus = bus_with(left_behind_profile="japan")
    bus.drives(seats={7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    assert bus.city_heard() == ["child_left_behind"]
    assert bus.buzzer_sounds and not bus.horn_sounds
    bus.waits(minutes=12)
    assert bus.horn_sounds
    assert [event["data"]["stage"] for event in bus.told("child_left_behind", "updated")] == [3]


def test_a_child_asleep_through_a_power_cut_alarms_again_by_itself(bus):
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    bus.cuts_power()
    bus.waits(minutes=5)
    assert bus.journalled() == [] and not bus.horn_sounds
    bus.restores_power()
    bus.waits(seconds=10)
    assert "child_left_behind" in bus.journalled()
    assert bus.horn_sounds


def test_a_seat_whose_wire_is_cut_counts_as_taken(bus):
    bus.drives(seats={3})
    bus.cuts_wire(seat=9)
    bus.parks()
    assert bus.taken == [9]
    bus.waits(minutes=3)
    assert bus.journalled() == ["child_left_behind"]


def test_a_child_behind_an_expander_that_died_is_not_forgotten(bus):
    bus.drives(seats={20})
    bus.loses_expander(2)
    bus.parks(seats={20})
    assert set(bus.unknown) == set(range(17, 25))
    bus.waits(minutes=3)
    (alarm,) = bus.told("child_left_behind")
    assert alarm["data"]["seats"] == [20]


def test_an_expander_that_forgot_its_pull_ups_neither_hides_nor_invents_a_child(bus):
    bus.drives(seats={3, 20})
    for _ in range(5):
        bus.resets_expander(2)
        bus.waits(seconds=2)
        assert bus.taken == [3, 20]
    bus.parks(seats={20})
    bus.resets_expander(2)
    bus.waits(minutes=3)
    (alarm,) = bus.told("child_left_behind")
    assert alarm["data"]["seats"] == [20]


# check button


def test_an_empty_bus_that_nobody_walked_through_alarms(bus):
    bus.drives(seats={4})
    bus.parks(check=False)
    assert bus.buzzer_sounds
    bus.waits(seconds=170)
    assert bus.journalled() == []
    bus.waits(seconds=15)
    assert bus.journalled() == ["check_button_missed"]
    assert bus.horn_sounds
    bus.presses_check_button()
    bus.waits(seconds=5)
    assert (bus.active, bus.phase, bus.horn_sounds) == ([], "parked", False)


def test_a_button_pressed_without_a_walk_does_not_count(bus):
    bus.drives(seats={4})
    bus.stops()
    bus.leaves(4)
    bus.turns_ignition(False)
    bus.presses_check_button()
    bus.waits(minutes=3, seconds=5)
    assert bus.journalled() == ["check_button_missed"]


def test_a_button_whose_wire_is_cut_has_not_been_pressed(bus):
    bus.cuts_wire("check_button")
    bus.drives(seats={4})
    bus.parks()
    bus.waits(minutes=3)
    assert bus.journalled() == ["check_button_missed"]


# overspeed


def test_overspeed_is_chimed_at_once_and_told_after_ten_seconds(bus):
    bus.drives(speed_kmh=90, seats={2}, seconds=0)
    bus.waits(seconds=2)
    assert bus.buzzer_sounds
    bus.drives(speed_kmh=70, seconds=15)
    assert bus.journalled("warning") == [] and not bus.buzzer_sounds
    bus.drives(speed_kmh=90, seconds=15)
    assert bus.journalled("warning") == ["overspeed"]
    (event,) = bus.told("overspeed")
    assert event["why"]["limit_kmh"] == 80 < event["speed_kmh"] < 92


def test_at_the_limit_nothing_is_told(bus):
    bus.drives(speed_kmh=78, seats={2}, seconds=120)
    assert bus.journalled("alarm", "warning") == []


def test_overspeed_neither_begins_nor_ends_in_a_tunnel(bus):
    bus.drives(speed_kmh=90, seats={2}, seconds=20)
    bus.enters_tunnel()
    bus.drives(speed_kmh=60, seconds=20)
    assert bus.active == ["overspeed"]
    bus.leaves_tunnel()
    bus.waits(seconds=15)
    assert bus.active == []


# doors


def test_a_front_door_open_for_two_seconds_while_driving_is_told(bus):
    bus.drives(speed_kmh=30, seats={2})
    bus.opens_door()
    bus.waits(seconds=2)
    assert bus.journalled("warning") == ["door_open_moving"]
    assert bus.buzzer_sounds
    bus.closes_door()
    assert bus.active == []


def test_a_door_open_at_a_stop_is_no_hazard(bus):
    bus.drives(speed_kmh=30, seats={2})
    bus.stops()
    bus.opens_door()
    bus.waits(seconds=30)
    bus.closes_door()
    assert bus.journalled("alarm", "warning") == []


def test_an_open_emergency_door_is_an_alarm_at_once(bus):
    bus.drives(speed_kmh=30, seats={2})
    bus.opens_door("emergency")
    (alarm,) = bus.told("door_open_moving")
    assert (alarm["severity"], alarm["data"]["door"]) == ("alarm", "emergency")


def test_a_door_whose_wire_is_cut_counts_as_open(bus):
    bus.drives(speed_kmh=30, seats={2})
    bus.cuts_wire("emergency_door")
    bus.waits(seconds=2)
    assert bus.journalled() == ["door_open_moving"]


# belts


def test_a_child_without_a_belt_is_told_after_ten_seconds(bus):
    bus.drives(speed_kmh=40, seats={11, 12}, belts={11}, seconds=20)
    assert bus.journalled("warning") == ["belt_off"]
    assert bus.told("belt_off")[0]["data"]["seats"] == [12]
    bus.buckles(12)
    bus.waits(seconds=12)
    assert bus.active == []


def test_a_belt_whose_wire_is_cut_counts_as_open(bus):
    bus.drives(speed_kmh=40, seats={11}, seconds=20)
    bus.cuts_wire(belt=11)
    bus.waits(seconds=12)
    assert bus.told("belt_off")[0]["data"]["seats"] == [11]


def test_belts_do_not_matter_at_walking_pace(bus):
    bus.drives(speed_kmh=9, seats={11}, belts=(), seconds=60)
    assert bus.journalled("warning") == []


# sensors


def test_a_silent_expander_is_told_once_and_its_seats_are_unknown(bus):
    bus.drives(seats={3})
    bus.loses_expander(1)
    bus.waits(minutes=2)
    assert bus.journalled("warning") == ["sensor_silent"]
    assert bus.lamp_shines
    assert bus.unknown == list(range(9, 17))
    bus.finds_expander(1)
    bus.waits(seconds=5)
    assert (bus.active, bus.unknown) == ([], [])


def test_a_silent_receiver_is_told_and_its_position_is_unknown(bus):
    bus.drives(seats={3})
    bus.loses_gnss()
    bus.waits(seconds=10)
    (event,) = bus.told("sensor_silent")
    assert event["data"]["sensor"] == "gnss"
    bus.waits(seconds=5)
    assert bus.rig.bus.snapshot.lat_e7 is None and bus.rig.bus.snapshot.speed_mms is None


def test_noise_on_the_wires_raises_no_alarm(bus):
    bus.rig.vehicle.board.i2c.noise = 0.0005
    bus.rig.vehicle.uart.noise = 0.001
    bus.drives(speed_kmh=50, seats={3, 20}, seconds=120)
    bus.parks()
    bus.waits(minutes=4)
    assert bus.journalled() == []


# power and watchdog


def test_a_tick_that_hangs_is_ended_by_the_watchdog(bus):
    bus.drives(seats={3, 7})
    bus.parks(seats={7})
    running = bus.rig.bus

    def hangs(now_ms):
        running.next_tick_ms = now_ms + 100

    running.tick = hangs
    bus.waits(seconds=7)
    assert bus.rig.bus is running
    bus.waits(seconds=3)
    assert bus.rig.bus is not running
    assert bus.told("started")[-1]["data"]["reset"] == "watchdog"
    bus.waits(minutes=3)
    assert "child_left_behind" in bus.journalled()


def test_a_power_cut_in_the_middle_of_a_write_loses_nothing_confirmed(bus):
    bus.loses_signal()
    for cut in range(1, 7):
        bus.drives(speed_kmh=95, seats={7}, seconds=15)
        bus.rig.vehicle.flash.cut(after=cut % 3, tear=cut - 1)
        bus.waits(minutes=3)
        bus.restores_power()
        bus.waits(seconds=10)
    assert bus.rig.vehicle.boots == 7
    bus.finds_signal()
    bus.rig.drain()
    assert bus.rig.missing() == 0
    assert bus.city_heard("warning").count("started") == 0  # power_on is no warning
    assert bus.city_heard("warning").count("overspeed") >= 5


# the network


def test_a_bus_in_a_dead_spot_is_reported_offline_and_comes_back(bus):
    root = "schoolbus/laemchabang/bus-01/"
    bus.drives(seats={3})
    assert validate(root + "status", bus.rig.peer.retained[root + "status"])["online"]
    bus.cuts_power()
    bus.waits(minutes=3)
    assert bus.rig.peer.retained[root + "status"] == b'{"v":1,"online":false}'
    bus.restores_power()
    bus.waits(minutes=1)
    status = validate(root + "status", bus.rig.peer.retained[root + "status"])
    assert (status["online"], status["boot"]) == (True, 2)


def test_the_state_keeps_its_promise(bus):
    """While connected the next `state` comes within next_s."""
    bus.drives(seats={3, 7}, seconds=300)
    bus.parks()
    bus.waits(minutes=10)
    states = [
        (at_ms, validate(topic, payload))
        for at_ms, topic, payload in bus.rig.peer.city
        if topic.endswith("/state")
    ]
    assert len(states) > 30
    for (at_ms, state), (next_ms, _) in zip(states, states[1:], strict=False):
        assert next_ms - at_ms <= state["next_s"] * 1000
