"""Stories of each hazard: when the driver hears of it, when the city, and when it is over."""

from sim.bus.rig import config_for
from sim.stories.story import Story
from sim.world.world import World


def bus_with(**rules):
    """A bus whose bus.json sets these rules."""
    config = config_for(World())
    config["rules"].update(rules)
    return Story(config=config)


# child left behind


def test_sleeping_child_is_reported_once_signal_returns(bus):
    bus.drives(speed_kmh=40, seats={3, 7})
    bus.loses_signal()
    bus.parks(seats={7})
    bus.waits(minutes=3)
    assert bus.journalled() == ["child_left_behind", "heat"]
    assert bus.city_heard() == []

    bus.finds_signal()
    bus.waits(minutes=1)
    assert bus.city_heard() == ["child_left_behind", "heat"]


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
    assert bus.active == ["child_left_behind", "heat"]
    bus.opens_door()
    bus.leaves(7)
    bus.waits(seconds=15)
    assert (bus.active, bus.horn_sounds) == (["child_left_behind", "heat"], False)
    bus.presses_check_button()
    bus.waits(seconds=5)
    assert (bus.active, bus.horn_sounds, bus.phase) == ([], False, "parked")
    (raised,), (cleared,) = bus.told("child_left_behind"), bus.told("child_left_behind", "cleared")
    assert raised["occ"] == cleared["occ"] == raised["seq"]


def test_in_japan_the_city_hears_after_three_minutes_and_the_street_after_fifteen():
    bus = bus_with(left_behind_profile="japan")
    bus.drives(seats={7})
    bus.parks(seats={7})
    bus.waits(minutes=3)
    assert bus.city_heard() == ["child_left_behind", "heat"]
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
    assert bus.journalled() == ["child_left_behind", "heat"]


def test_a_child_behind_an_expander_that_died_is_not_forgotten(bus):
    bus.drives(seats={20})
    bus.loses_expander(2)
    bus.parks(seats={20})
    assert set(bus.unknown) == set(range(15, 22))
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
    bus.opens_door()
    bus.leaves(4)
    bus.closes_door()
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
    assert bus.journalled() == ["emergency_door", "door_open_moving"]


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
    assert bus.unknown == list(range(8, 15))
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
    assert bus.rig.bus.snapshot.gnss.lat_e7 is None and bus.rig.bus.snapshot.gnss.speed_mms is None


def test_noise_on_the_wires_raises_no_alarm(bus):
    bus.rig.vehicle.board.i2c.noise = 0.0005
    bus.rig.vehicle.uart.noise = 0.001
    bus.drives(speed_kmh=50, seats={3, 20}, seconds=120)
    bus.parks()
    bus.waits(minutes=4)
    assert bus.journalled() == []
