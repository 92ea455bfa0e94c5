"""Boarding with the engine off: what is told apart from a child left behind, and for how long."""

from trip_bench import CHECKED, Ride, parked

from firmware.config.load import defaults

MINUTE = 60000
HOLD = 720000


def open_door():
    """A bus that was parked and checked long ago; its door opens."""
    ride = parked()
    ride.goes(5 * MINUTE)
    assert ride.goes(front_door=True) == "parked"
    return ride


def test_through_the_open_door_children_board():
    ride = open_door()
    ride.goes(30 * MINUTE)
    assert ride.goes(taken=[3]) == "boarding"
    assert ride.s.trip.alone_ms is None
    assert ride.s.trip.ignition_off_ms > 30 * MINUTE
    assert ride.nvs["unchecked"] == 1
    assert ride.goes(ignition=True) == "boarding"
    assert ride.s.trip.alone_ms is None


def test_through_a_closed_door_nobody_boards():
    ride = parked()
    ride.goes(30 * MINUTE)
    assert ride.goes(taken=[3]) == "checking"
    assert ride.s.trip.alone_ms == ride.s.trip.ignition_off_ms
    assert ride.goes(MINUTE, front_door=True) == "checking"


def test_who_sits_down_20_s_after_the_door_closed_has_boarded_and_no_later():
    ride = open_door()
    ride.goes(19900, front_door=False)
    assert ride.goes(taken=[3]) == "boarding"
    assert ride.s.trip.alone_ms == 0
    ride = open_door()
    ride.goes(20000, front_door=False)
    assert ride.goes(taken=[3]) == "checking"


def test_behind_the_closed_door_the_time_runs_for_180_s():
    ride = open_door()
    ride.goes(MINUTE, taken=[3])
    assert ride.goes(front_door=False) == "boarding"
    assert ride.s.trip.alone_ms == 100
    assert ride.goes(179800) == "boarding"
    assert ride.goes() == "checking"
    assert ride.s.trip.alone_ms == 180000
    assert ride.goes(MINUTE, front_door=True) == "checking"
    assert ride.s.trip.alone_ms == 240000


def test_a_door_that_opens_meanwhile_gives_no_time_back():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(100000, front_door=False)
    assert ride.goes(MINUTE, front_door=True) == "boarding"
    assert ride.s.trip.alone_ms is None
    assert ride.goes(79900, front_door=False) == "boarding"
    assert ride.s.trip.alone_ms == 179900
    assert ride.goes() == "checking"


def test_the_open_door_holds_the_time_for_12_min_and_no_longer():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(HOLD - 100)
    assert ride.s.trip.alone_ms is None
    ride.goes()
    assert ride.s.trip.alone_ms == 100
    assert ride.goes(179800) == "boarding"
    assert ride.goes() == "checking"


def test_another_child_does_not_give_the_open_door_more_time():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(HOLD - 100, taken=[3, 4])
    ride.goes(taken=[3, 4, 5])
    assert ride.s.trip.alone_ms == 100


def test_a_walk_to_the_button_gives_the_open_door_its_time_anew():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(HOLD + MINUTE)
    assert ride.s.trip.alone_ms > MINUTE
    assert ride.presses() == "boarding"
    assert ride.s.trip.alone_ms is None
    ride.goes(HOLD - 1000)
    assert ride.s.trip.alone_ms is None
    ride.goes(1000)
    assert 0 < ride.s.trip.alone_ms <= 1000, "from the walk on, not from before"


def test_behind_the_closed_door_no_button_holds_the_time():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(MINUTE, front_door=False)
    ride.presses()
    assert ride.s.trip.alone_ms > MINUTE


def test_a_bus_that_they_leave_again_is_parked_as_before():
    ride = open_door()
    ride.goes(MINUTE, taken=[3])
    assert ride.goes(taken=[]) == "parked"
    assert ride.nvs["unchecked"] == 0
    ride.goes(MINUTE, front_door=False)
    assert ride.goes(taken=[3]) == "checking"


def test_who_gets_up_and_sits_down_again_has_not_left():
    ride = open_door()
    ride.goes(HOLD - 30000, taken=[3])
    assert ride.goes(9800, taken=[]) == "parked"
    assert ride.goes(taken=[7]) == "boarding"
    assert ride.s.trip.alone_ms is None
    ride.goes(20200)
    assert ride.s.trip.alone_ms == 100
    ride.goes(180000)
    assert (ride.s.trip.phase, ride.goes(taken=[])) == ("checking", "checking")
    ride.goes(10000)
    assert ride.presses() == "parked", "an alarm stood: a walk ends it"
    assert ride.goes(taken=[3]) == "checking"  # as overdue as before
    assert ride.s.trip.alone_ms > 180000


def test_who_gets_up_in_the_check_gets_no_more_time_either():
    ride = Ride(**CHECKED)
    ride.goes(MINUTE, ignition=True, taken=[3])
    ride.goes(20000, ignition=False, front_door=True)
    ride.presses()
    assert ride.goes(taken=[]) == "parked"
    assert ride.goes(9800) == "parked"
    assert ride.goes(taken=[7]) == "checking"
    assert ride.s.trip.alone_ms == ride.s.trip.ignition_off_ms > 30000


def risen_before_the_press(ms):
    """The door has just closed; a child gets up so long before the driver presses the button."""
    ride = parked()
    ride.goes()
    ride.goes(1000, ignition=True, front_door=True, taken=[3])
    ride.goes(1000, front_door=False)
    ride.goes(7000 - ms, ignition=False)
    ride.goes(ms, taken=[])
    assert ride.presses() == "checking", "who rose behind the shut door is still inside"
    return ride


def test_who_stands_as_the_driver_presses_the_button_gets_no_more_time():
    for ms in (0, 1500):  # soak --hazards, seed 8990: 12 s late
        ride = risen_before_the_press(ms)
        ride.goes(taken=[])
        ride.goes(9900)
        ride.goes(taken=[5])
        assert (ride.s.trip.phase, ride.s.trip.checked) == ("checking", True)
        assert ride.s.trip.alone_ms == ride.s.trip.ignition_off_ms > 17000


def test_who_sits_down_10_s_after_the_last_one_left_has_boarded():
    for ms, phase in ((9800, "checking"), (9900, "boarding")):
        ride = Ride(**CHECKED)
        ride.goes(100)
        ride.goes(MINUTE, ignition=True, front_door=True, taken=[3])
        ride.goes(7000, ignition=False)
        ride.presses()
        assert ride.goes(taken=[]) == "parked"
        ride.goes(ms)
        assert ride.goes(taken=[5]) == phase


def test_who_boards_as_the_driver_comes_from_the_button_has_not_been_there_before():
    ride = Ride(**CHECKED)
    ride.goes(MINUTE, ignition=True)
    ride.goes(20000, ignition=False, front_door=True)
    assert ride.presses() == "parked"
    assert ride.goes(taken=[7]) == "boarding"


def test_after_a_reset_an_open_door_and_unknown_seats_ask_for_one_check():
    ride = Ride(**CHECKED)
    assert ride.goes(200, front_door=True, unknown=[1, 2]) == "boarding"
    assert ride.s.trip.alone_ms == 100
    assert ride.goes(180000) == "checking"
    assert ride.presses() == "parked"
    assert ride.goes(10 * MINUTE) == "parked"  # a torn wire asks no more
    ride.goes(front_door=False)
    assert ride.goes(200, front_door=True) == "boarding"


def rests(ms):
    """A child boards, leaves its seat for so long at the open door, and sits down again."""
    ride = open_door()
    ride.goes(HOLD - MINUTE, taken=[3])
    assert ride.goes(ms, taken=[]) == "parked"
    assert ride.goes(taken=[7]) == "boarding"
    ride.goes(MINUTE)
    return ride.s.trip.alone_ms


def test_a_restless_child_starts_no_time_anew():
    assert rests(9900) == 10000
    assert rests(10000) == 10100
    assert rests(10 * MINUTE - 100) == 60000, "the time when no child sat does not count as alone"


def test_ten_minutes_later_it_is_another_child():
    assert rests(10 * MINUTE) is None


def test_the_engine_ends_what_was_before():
    ride = open_door()
    ride.goes(HOLD + MINUTE, taken=[3])
    ride.goes(ignition=True)
    ride.goes(MINUTE, ignition=False, taken=[])
    assert ride.presses() == "parked"
    assert ride.goes(taken=[7]) == "boarding"
    assert ride.s.trip.alone_ms is None


def test_an_engine_that_stops_again_begins_an_ordinary_check():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(MINUTE, ignition=True)
    assert ride.goes(ignition=False) == "checking"
    assert ride.goes(MINUTE) == "checking"
    assert ride.s.trip.alone_ms == MINUTE


def test_an_unknown_door_is_closed():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(1000, front_door=None)
    assert ride.s.trip.alone_ms == 1000
    ride = parked()
    ride.goes(MINUTE, front_door=None)
    assert ride.goes(taken=[3]) == "checking"


def test_a_door_that_comes_back_open_is_believed_only_if_it_was_closed_before():
    ride = parked()
    ride.goes()
    ride.goes(1000, front_door=None)
    ride.goes(MINUTE, front_door=True)
    assert ride.goes(taken=[3]) == "boarding"
    ride = Ride(**CHECKED)
    ride.s.vehicle.front_door = True
    ride.goes(MINUTE)
    assert ride.goes(taken=[3]) == "checking"


def drives_with_open_door(ms):
    """The wire of the door is cut at a stop; the bus drives on for so long, and is parked."""
    ride = parked()
    ride.goes(1000, ignition=True)
    ride.goes(1000, front_door=True)
    ride.goes(2200, speed_mms=9000)
    assert ride.goes(ms, speed_mms=9000) == "driving"
    ride.goes(6000, speed_mms=0, ignition=False)
    assert ride.presses() == "parked"
    return ride.goes(taken=[3])


def test_a_door_that_is_open_for_30_s_of_driving_is_a_torn_wire():
    assert drives_with_open_door(30000) == "boarding"
    assert drives_with_open_door(30100) == "checking"


def test_a_torn_wire_is_believed_again_once_it_read_closed():
    ride = parked()
    ride.goes(1000, ignition=True)
    ride.goes(1000, front_door=True)
    ride.goes(MINUTE, speed_mms=9000)
    ride.goes(1000, speed_mms=0, front_door=False)
    ride.goes(6000, front_door=True, ignition=False)
    ride.presses()
    assert ride.goes(taken=[3]) == "boarding"


def test_where_seats_are_unknown_the_door_asks_for_another_check():
    ride = parked()
    ride.goes(5 * MINUTE, unknown=[5])
    assert ride.s.seats.doubtful == []
    assert ride.goes(200, front_door=True) == "boarding"
    assert not ride.s.trip.checked
    assert ride.s.seats.doubtful == [5]
    assert ride.s.trip.alone_ms is None
    ride.goes(front_door=False)
    assert ride.s.trip.alone_ms == 100
    assert ride.presses() == "parked"
    assert ride.s.seats.doubtful == []


def test_the_driver_who_leaves_after_the_check_is_not_asked_again():
    def leaves_after(ms):
        ride = parked()
        ride.goes(1000, ignition=True)
        ride.goes(6000, ignition=False, unknown=[5])
        assert ride.presses() == "parked"
        ride.goes(ms - 800)
        ride.goes(500, front_door=True)
        return ride.goes(front_door=False)

    assert leaves_after(MINUTE) == "parked"
    assert leaves_after(MINUTE + 200) == "boarding"


def test_a_door_that_stays_open_after_the_check_is_another_matter():
    ride = parked()
    ride.goes(1000, ignition=True)
    ride.goes(6000, ignition=False, unknown=[5], front_door=True)
    assert ride.presses() == "parked"
    assert ride.goes(MINUTE - 200) == "parked"
    assert ride.goes(200) == "boarding"


def test_p6_a_brown_out_while_the_driver_is_with_them_begins_the_time_anew():
    ride = open_door()
    ride.goes(taken=[3])
    again = Ride(**ride.nvs)
    again.s.vehicle.front_door = True
    assert again.goes(1000, taken=[3]) == "checking"
    assert again.s.trip.alone_ms == 900
    second = Ride(**again.nvs)
    second.s.vehicle.front_door = True
    second.goes(1000, taken=[3])
    assert second.s.trip.alone_ms > 60 * MINUTE


def test_p6_after_a_reset_they_have_been_alone_for_long_enough_if_the_door_was_shut():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(1000, front_door=False)
    again = Ride(**ride.nvs)
    again.s.vehicle.front_door = True
    assert again.goes(1000, taken=[3]) == "checking"
    assert again.s.trip.alone_ms > 60 * MINUTE


def test_a_gust_of_speed_is_no_engine():
    ride = open_door()
    ride.goes(taken=[3])
    ride.goes(1000, front_door=False)
    ride.goes(speed_mms=9000)
    ride.goes(speed_mms=0)
    assert ride.s.trip.alone_ms == 1200


def tuned(**rules):
    ride = parked()
    ride.trip.on_thresholds(dict(defaults()["rules"], **rules))
    ride.goes(5 * MINUTE)
    ride.goes(front_door=True)
    return ride


def test_the_policy_may_tune_it():
    ride = tuned(boarding_s=60, boarding_door_s=5)
    ride.goes(taken=[3])
    ride.goes(MINUTE)
    assert ride.s.trip.alone_ms == 100
    ride = tuned(boarding_door_s=5)
    ride.goes(5100, front_door=False)
    assert ride.goes(taken=[3]) == "checking"
    ride = tuned(boarding_s=0)
    assert ride.goes(5 * MINUTE, unknown=[5]) == "parked"
    assert ride.goes(taken=[3]) == "checking"


def test_the_policy_may_tune_the_walk():
    for walk_s, phase in ((20, "checking"), (5, "parked")):
        ride = parked()
        ride.trip.on_thresholds(dict(defaults()["rules"], check_walk_s=walk_s))
        ride.goes(ignition=True, front_door=True)
        ride.goes(front_door=False)
        ride.goes(10000, ignition=False)
        assert ride.presses() == phase


def test_after_fifteen_minutes_with_children_on_board_they_count_as_alone_all_the_time():
    ride = open_door()
    ride.goes(HOLD, taken=[3])
    ride.goes(3 * MINUTE)
    assert ride.s.trip.alone_ms <= 3 * MINUTE
    ride.goes(300)
    assert 15 * MINUTE < ride.s.trip.alone_ms <= 15 * MINUTE + 300
    ride = open_door()
    ride.goes(5 * MINUTE, taken=[3])
    ride.presses()
    ride.goes(11 * MINUTE)
    assert ride.s.trip.alone_ms is None, "the driver walked through: the time begins anew"


def rises_at_the_open_door(walks_after):
    """At the end of a run a child sits; the driver presses the button, before it rises or after."""
    ride = parked()
    ride.goes(1000)
    ride.goes(MINUTE, ignition=True, taken=[3])
    ride.goes(MINUTE, ignition=False, front_door=True)
    if not walks_after:
        ride.presses()
    phase = ride.goes(taken=[])
    if walks_after:
        ride.presses()
    else:
        assert phase == "parked"
    ride.goes(MINUTE)
    assert ride.goes(taken=[3]) == "boarding"
    ride.goes(front_door=False)
    return ride


def test_who_was_there_when_the_engine_stopped_has_the_rest_of_their_time():
    ride = rises_at_the_open_door(walks_after=False)
    assert 60000 < ride.s.trip.alone_ms < 61000
    ride = rises_at_the_open_door(walks_after=True)
    assert ride.s.trip.alone_ms == 100, "the driver walked past the empty seats"


def test_the_open_door_counts_from_when_they_were_checked():
    ride = rises_at_the_open_door(walks_after=False)
    ride.goes(11 * MINUTE - 1000, front_door=True)
    assert ride.s.trip.alone_ms is None
    ride.goes(1000)
    assert ride.s.trip.alone_ms is not None
