"""Attended: who says that an adult is with the children, and for how long that counts."""

from trip_bench import CHECKED, MINUTE, Watched, left_behind

from firmware.config.load import defaults
from firmware.rules.check_button_missed import CheckButtonMissed
from firmware.rules.child_left_behind import ChildLeftBehind
from firmware.warnings import HORN, INSIDE, PROMPT, SILENT

RESTING, CHARGING = 12600, 13800


def parked():
    return Watched(**CHECKED)


def by(ride):
    return ride.s.trip.attended


def alone_s(ride):
    return None if ride.s.trip.alone_ms is None else ride.s.trip.alone_ms // 1000


# the here button


def test_a_press_of_the_here_button_holds_the_time_for_five_minutes():
    ride = left_behind()
    ride.goes(2 * MINUTE)
    ride.says_here()
    assert (by(ride), ride.s.trip.attended_until_ms) == ("here", ride.s.now_ms + 5 * MINUTE)
    assert ride.s.trip.here_presses == 1
    ride.goes(5 * MINUTE - 100)
    assert (alone_s(ride), ride.warning, by(ride)) == (None, SILENT, "here")
    ride.goes()
    assert (alone_s(ride), ride.warning, by(ride)) == (0, PROMPT, None)
    assert ride.s.trip.attended_until_ms is None
    ride.goes(3 * MINUTE - 200)
    assert ride.alarms == []
    ride.goes()
    assert [state for state, _ in ride.alarms] == ["raised"]


def test_each_press_begins_it_anew():
    ride = left_behind()
    for presses in (1, 2, 3):
        ride.says_here()
        assert ride.s.trip.here_presses == presses
        ride.goes(4 * MINUTE)
    assert by(ride) == "here"


def test_a_button_that_is_held_or_stuck_or_bounces_counts_for_nothing():
    for ms, presses in ((100, 0), (200, 1), (2900, 1), (3000, 0), (60 * MINUTE, 0)):
        ride = left_behind()
        ride.goes(1000)
        ride.says_here(ms)
        assert ride.s.trip.here_presses == presses, ms
    ride = left_behind()
    ride.goes(1000, here_button=True)
    ride.goes(here_button=None)
    ride.goes(here_button=False)
    assert ride.s.trip.here_presses == 0, "it could not be read"


def test_while_the_engine_runs_the_button_says_nothing():
    ride = parked()
    ride.goes(1000, ignition=True, taken=[7])
    ride.says_here()
    assert (by(ride), ride.s.trip.here_presses) == ("engine", 0)
    ride.goes(1000, ignition=False)
    ride.says_here()
    ride.goes(1000, ignition=True)
    ride.goes(1000, ignition=False)
    assert by(ride) is None, "the engine ended it"


def test_here_makes_an_alarm_quieter_and_ends_none():
    ride = left_behind()
    ride.goes(3 * MINUTE)
    assert ride.warning == HORN
    ride.says_here()
    assert ride.warning == PROMPT
    ride.goes(5 * MINUTE - 100)
    assert (ride.warning, [state for state, _ in ride.alarms]) == (PROMPT, ["raised"])
    assert alone_s(ride) > 8 * 60, "the alarm stands"
    ride.goes()
    assert ride.warning == HORN


def test_here_gives_boarding_children_no_more_of_the_open_door():
    ride = parked()
    ride.goes(5 * MINUTE)
    ride.goes(1000, front_door=True)
    ride.goes(11 * MINUTE, taken=[3])
    ride.says_here()
    assert ride.s.trip.phase == "boarding"
    ride.goes(5 * MINUTE - 100)
    assert alone_s(ride) is None
    ride.goes(3 * MINUTE)
    assert (ride.s.trip.phase, alone_s(ride)) == ("checking", 180)


def test_here_min_is_a_setting():
    config = defaults()
    config["trip"]["here_min"] = 1
    ride = Watched(config, unchecked=1)
    ride.says_here()
    ride.goes(MINUTE - 100)
    assert by(ride) == "here"
    ride.goes()
    assert by(ride) is None


# an adult who stays


def stays(ms=5000, minutes=60):
    """Parked and checked; the driver holds the here button in the empty bus."""
    config = defaults()
    config["trip"]["stay_min"] = minutes
    ride = Watched(config, unchecked=0)
    ride.goes(10 * MINUTE)
    ride.says_here(ms)
    return ride


def test_an_adult_who_stays_may_lie_down_and_rise():
    ride = stays()
    assert by(ride) == "stay"
    assert ride.s.trip.attended_until_ms == ride.s.now_ms + 60 * MINUTE
    ride.goes(10 * MINUTE, taken=[7])
    assert (ride.warning, alone_s(ride)) == (SILENT, None)
    assert ride.goes(10 * MINUTE, taken=[]) == "parked"
    assert (ride.s.seats.loose, by(ride)) == ([], "stay")
    ride.says_here()
    assert (by(ride), ride.s.trip.here_presses) == ("stay", 1), "it is not made shorter"


def test_when_a_stay_ends_with_a_seat_taken_the_time_begins():
    for end in ({"front_door": True}, {"emergency_door": None}, {"ignition": True}, {}):
        ride = stays(minutes=30)
        ride.goes(20 * MINUTE, taken=[7], supply_mv=RESTING)
        ride.goes(**end)
        if not end:
            ride.goes(10 * MINUTE)
        if "ignition" in end:
            assert by(ride) == "key"
            ride.goes(5 * MINUTE - 100, ignition=False)
            assert alone_s(ride) == 299
            continue
        assert (by(ride), alone_s(ride)) == (None, 0), end
        ride.goes(3 * MINUTE)
        assert ride.warning == HORN


def test_a_door_that_was_open_all_the_time_ends_no_stay():
    ride = parked()
    ride.goes(MINUTE)
    ride.goes(front_door=True)
    ride.says_here(3000)
    ride.goes(30 * MINUTE)
    assert by(ride) == "stay"


def test_a_stay_needs_a_checked_bus_in_which_every_seat_is_known_to_be_empty():
    for ms, seconds in ((3000, "stay"), (19900, "stay"), (20000, None)):
        assert by(stays(ms)) == seconds
    ride = left_behind()
    ride.says_here(5000)
    assert by(ride) is None, "a child is on board"
    ride.goes(1000, front_door=True)
    ride.goes(taken=[], unknown=[4])
    ride.says_here(5000)
    assert by(ride) is None, "a seat is unknown"


# the driver's seat


def test_the_driver_s_seat_counts_until_it_is_empty():
    ride = parked()
    ride.goes(MINUTE, ignition=True, taken=[7], driver_seat=True)
    ride.goes(12 * MINUTE - 100, ignition=False)
    assert (by(ride), alone_s(ride), ride.warning) == ("driver_seat", None, SILENT)
    ride.goes(driver_seat=False)
    assert (by(ride), alone_s(ride), ride.warning) == (None, 0, PROMPT)
    ride.says_here()
    assert by(ride) == "here"
    ride.goes(driver_seat=True)
    assert by(ride) == "here"
    ride.goes(driver_seat=False)
    assert by(ride) is None, "who said so has left"


def test_a_bag_on_the_driver_s_seat_counts_for_twelve_minutes_in_all():
    ride = parked()
    ride.goes(MINUTE, ignition=True, taken=[7], driver_seat=True)
    ride.goes(12 * MINUTE - 100, ignition=False)
    assert by(ride) == "driver_seat"
    ride.goes(driver_seat=None)
    assert by(ride) is None
    for is_seated in (True, False, True):
        ride.goes(driver_seat=is_seated)
        assert by(ride) is None, "its time is up"
    ride.says_here()
    ride.goes(6 * MINUTE)
    assert by(ride) == "driver_seat", "a press says that it is no bag"
    ride.goes(12 * MINUTE)
    assert ride.warning == HORN


def test_the_driver_s_seat_counts_for_half_an_hour_in_a_checked_empty_bus():
    ride = parked()
    ride.goes(driver_seat=True)
    ride.goes(30 * MINUTE - 200)
    assert by(ride) == "driver_seat"
    ride.goes(200)
    assert by(ride) is None


def test_a_stay_is_not_prolonged_before_a_walk_a_use_or_a_door():
    for between, may in (({}, False), ({"front_door": True}, True), ({"ignition": True}, True)):
        ride = stays(3000)
        ride.goes(2 * 60 * MINUTE)
        ride.goes(1000, supply_mv=CHARGING, **between)
        ride.goes(1000, ignition=False, front_door=False, supply_mv=RESTING)
        ride.goes(10000)
        if "ignition" in between:
            ride.presses()
        ride.says_here(3000)
        assert (by(ride) == "stay") == may, between


def test_a_contact_that_touches_now_and_then_begins_no_time_anew():
    for name in ("driver_seat", "ignition"):
        ride = left_behind()
        ride.goes(100, supply_mv=None)
        for _ in range(2):
            ride.goes(80000, **{name: False})
            ride.goes(10000, **{name: True})
        ride.goes(40000, **{name: False})
        assert ride.warning == HORN, name


def test_a_here_wire_that_touches_now_and_then_counts_for_an_hour():
    ride = left_behind()
    for _ in range(15):
        ride.says_here(500)
        ride.goes(4 * MINUTE)
    assert by(ride) == "here"
    ride.goes(MINUTE)
    ride.says_here(500)
    assert by(ride) is None
    ride.goes(3 * MINUTE)
    assert ride.warning == HORN


def test_the_latest_horn_counts_the_time_of_a_key():
    ride = parked()
    ride.rule = ChildLeftBehind(dict(defaults()["rules"], left_behind_profile="japan"))
    ride.goes(MINUTE, ignition=True, taken=[7], supply_mv=CHARGING)
    ride.goes(15 * MINUTE, supply_mv=RESTING)
    assert ride.warning == INSIDE
    ride.goes(1000)
    assert ride.warning == HORN


def test_a_child_who_climbs_onto_the_driver_s_seat_is_no_driver():
    ride = left_behind()
    ride.goes(1000, driver_seat=False)
    ride.goes(1000, taken=[])
    ride.goes(1000, driver_seat=True)
    assert (ride.s.seats.loose, by(ride)) == ([7], None)
    ride.goes(3 * MINUTE)
    assert ride.warning == HORN


def test_a_driver_s_seat_that_is_taken_during_the_walk_lies():
    ride = parked()
    ride.goes(MINUTE, ignition=True, taken=[7], driver_seat=True)
    ride.goes(10000, ignition=False)
    assert not ride.s.trip.driver_seat_fault
    ride.presses()
    assert (by(ride), ride.s.trip.driver_seat_fault) == (None, True)
    ride.goes(3 * MINUTE)
    assert ride.warning == HORN
    ride.goes(driver_seat=False)
    assert not ride.s.trip.driver_seat_fault


# the key


def test_a_key_turned_to_silence_the_prompt_gains_five_minutes_in_all():
    ride = left_behind()
    ride.goes(MINUTE, supply_mv=RESTING)
    was_s = alone_s(ride)
    for _ in range(3):
        assert ride.goes(MINUTE, ignition=True) == "checking"
        assert (by(ride), alone_s(ride), ride.warning) == ("key", None, SILENT)
        ride.goes(1000, ignition=False)
    assert alone_s(ride) == was_s + 3, "the time waits, and does not begin anew"
    ride.goes(2 * MINUTE - 100, ignition=True)
    assert by(ride) == "key"
    ride.goes(200)
    assert (by(ride), ride.warning) == (None, PROMPT)
    ride.goes(ignition=False)
    ride.goes(3 * MINUTE, ignition=True)
    assert ride.warning == HORN


def test_below_180_s_the_engine_ends_the_check_as_ever():
    ride = left_behind()
    ride.goes(2 * MINUTE, supply_mv=RESTING)
    ride.goes(1000, ignition=True)
    assert ride.goes(supply_mv=CHARGING) == "boarding"
    assert (by(ride), alone_s(ride)) == ("engine", None)


def test_no_key_and_no_engine_ends_an_alarm_about_a_child():
    for supply_mv in (RESTING, CHARGING, None):
        ride = left_behind()
        ride.goes(3 * MINUTE)
        assert ride.goes(10 * MINUTE, ignition=True, supply_mv=supply_mv) == "checking"
        assert ride.warning == HORN
        assert ride.goes(3000, speed_mms=9000) == "driving"
        assert (ride.warning, ride.alarms[-1][0]) == (SILENT, "cleared")


def test_who_drives_without_a_receiver_has_driven_off_after_a_minute():
    ride = left_behind()
    ride.goes(3 * MINUTE)
    ride.goes(MINUTE, ignition=True, supply_mv=CHARGING, speed_mms=None)
    assert ride.warning == HORN
    ride.goes()
    assert ride.warning == SILENT
    ride = left_behind()
    ride.goes(3 * MINUTE)
    ride.goes(10 * MINUTE, ignition=True, supply_mv=RESTING, speed_mms=None)
    assert ride.warning == HORN


def test_a_missed_check_ends_with_the_engine_and_not_with_the_key():
    ride = parked()
    ride.goes(3000, ignition=True, front_door=True, supply_mv=RESTING)
    ride.goes(1000, front_door=False)
    assert ride.goes(4 * MINUTE, ignition=False) == "checking"
    rule = CheckButtonMissed(defaults()["rules"])
    rule.judge(ride.s)
    assert rule.warning == HORN
    ride.goes(MINUTE, ignition=True)
    rule.judge(ride.s)
    assert rule.warning == HORN
    ride.goes(supply_mv=CHARGING)
    rule.judge(ride.s)
    assert rule.warning == SILENT


def test_a_key_that_is_left_on_begins_the_check():
    ride = parked()
    ride.goes(3000, ignition=True, taken=[7], supply_mv=CHARGING)
    assert ride.goes(5 * MINUTE - 100, supply_mv=RESTING) == "boarding"
    assert ride.goes() == "checking"
    assert (ride.s.trip.ignition_off_ms, alone_s(ride)) == (0, 0)
    ride.goes(3 * MINUTE)
    assert ride.warning == HORN
    ride.goes(20000, front_door=True)
    assert ride.warning == INSIDE
    ride.goes(10000, taken=[])
    assert ride.presses() == "parked"
    assert ride.goes(60 * MINUTE) == "parked", "the radio plays on"
