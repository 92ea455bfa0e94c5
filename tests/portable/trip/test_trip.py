"""Phases, check, stops and odometer at their boundaries."""

from trip_bench import CHECKED, Ride, parked

KMH_8 = 2222  # mm/s


def test_a_school_run_goes_through_all_phases():
    ride = parked()
    assert ride.goes() == "parked"
    assert ride.goes(ignition=True) == "boarding"
    assert ride.goes(10000, speed_mms=KMH_8) == "driving"
    assert ride.goes(1000, speed_mms=0) == "driving"
    assert ride.goes(front_door=True) == "boarding"
    assert ride.goes(3000, front_door=False, speed_mms=9000) == "driving"
    assert ride.goes(speed_mms=0, ignition=False) == "checking"
    ride.goes(5000)
    assert ride.presses() == "parked"
    assert ride.kinds() == ["trip_started", "stop_served", "trip_ended"]


def test_driving_begins_after_twenty_metres_at_8_kmh_and_two_seconds():
    ride = parked()
    ride.goes(ignition=True)
    assert ride.goes(20000, speed_mms=KMH_8 - 1) == "boarding"
    assert ride.goes(8900, speed_mms=KMH_8) == "boarding"
    assert ride.goes(200) == "driving"
    ride = parked()
    ride.goes(1000, ignition=True)
    assert ride.goes(2000, speed_mms=20000) == "boarding"
    assert ride.goes(100) == "driving"


def served():
    """Its engine runs, and its door was open: somebody may have boarded."""
    ride = parked()
    ride.goes(ignition=True, front_door=True)
    ride.goes(front_door=False)
    return ride


def test_a_press_sooner_than_anyone_can_walk_counts_for_nothing():
    ride = served()
    ride.goes(4900, ignition=False)
    assert ride.presses() == "checking"
    assert not ride.s.trip.checked


def test_the_press_counts_from_check_walk_s_on():
    ride = served()
    ride.goes(5000, ignition=False)
    assert ride.s.trip.ignition_off_ms == 4900
    ride.goes(500, check_button=True)
    assert not ride.s.trip.checked, "it is judged when it is released, by when it began"
    ride.goes(100, check_button=False)
    assert ride.s.trip.checked


def test_a_wire_that_touches_ground_for_a_quarter_of_a_second_is_no_walk():
    for ms, counts in ((100, False), (300, False), (400, True), (10000, True), (10100, False)):
        ride = served()
        ride.goes(9000, ignition=False)
        ride.goes(ms, check_button=True)
        ride.goes(1000, check_button=False)
        assert ride.s.trip.checked == counts, ms


def test_a_button_that_was_pressed_before_and_stays_is_no_press():
    ride = served()
    ride.goes(1000, check_button=True)
    assert ride.goes(60000, ignition=False) == "checking"


def test_a_press_does_not_empty_a_taken_seat():
    ride = parked()
    ride.goes(ignition=True, taken=[7])
    ride.goes(6000, ignition=False)
    assert ride.presses() == "checking"
    assert ride.s.trip.checked
    ride.goes(front_door=True)
    assert ride.goes(taken=[]) == "parked"


def test_a_seat_that_falls_silent_under_a_child_stays_taken():
    ride = parked()
    ride.goes(ignition=True, taken=[7])
    ride.goes(6000, ignition=False)
    ride.goes(taken=[], unknown=[6, 7])
    assert ride.s.seats.sitting == [7]
    assert ride.s.seats.doubtful == [6]
    assert ride.presses() == "checking"
    assert ride.s.seats.sitting == [7]
    assert ride.s.seats.doubtful == []


def test_unknown_seats_are_doubtful_until_the_driver_has_walked():
    ride = parked()
    ride.goes(ignition=True, unknown=[1, 2])
    ride.goes(6000, ignition=False)
    assert ride.s.seats.doubtful == [1, 2]
    assert ride.presses() == "parked"
    assert ride.s.seats.doubtful == []


def test_the_check_has_to_be_made_anew_after_every_use():
    ride = parked()
    ride.goes(2000)
    for _ in range(2):
        ride.goes(100, ignition=True, front_door=True)
        ride.goes(100, front_door=False)
        assert not ride.s.trip.checked
        assert ride.goes(6000, ignition=False) == "checking"
        assert ride.presses() == "parked"


def test_somebody_who_sits_down_in_a_parked_bus_reopens_the_check():
    ride = parked()
    ride.goes(60000)
    assert ride.goes(taken=[3]) == "checking"
    assert ride.nvs["unchecked"] == 1
    ride.goes(10000, front_door=True, taken=[])
    assert ride.presses() == "parked"


def test_a_driving_bus_drives_on_when_its_ignition_wire_breaks():
    ride = parked()
    ride.goes(3000, ignition=True, front_door=True)
    ride.goes(3000, front_door=False, speed_mms=9000)
    assert ride.goes(4900, ignition=False) == "driving"
    assert ride.goes(speed_mms=KMH_8 - 1) == "checking", "the key was turned as the bus stopped"
    ride.goes(3000, ignition=True, speed_mms=9000)
    assert ride.goes(10000, ignition=False, speed_mms=KMH_8) == "driving"
    assert ride.goes(300000, speed_mms=KMH_8 - 1) == "driving", "its wire is dead"
    assert ride.goes() == "checking"


def test_a_parked_bus_that_moves_is_driven_unless_its_supply_says_that_it_is_carried():
    ride = parked()
    assert ride.goes(10000, speed_mms=9000, supply_mv=13199) == "parked"
    assert ride.goes(3000, speed_mms=0) == "parked"
    assert ride.goes(10000, speed_mms=9000, supply_mv=13200) == "driving"
    ride = parked()
    assert ride.goes(10000, speed_mms=9000, supply_mv=None) == "parked", "that may be a drift"
    assert ride.goes(30000) == "driving"


def test_an_unreadable_ignition_counts_as_off_after_five_minutes_at_standstill():
    ride = parked()
    ride.goes(3000, ignition=True, front_door=True)
    ride.goes(3000, front_door=False, speed_mms=9000)
    assert ride.goes(600000, ignition=None, speed_mms=KMH_8) == "driving"
    assert ride.goes(300000, speed_mms=KMH_8 - 1) == "driving"
    assert ride.goes(100) == "checking"


def test_unknown_speed_with_the_ignition_off_is_standing():
    ride = parked()
    ride.goes(3000, ignition=True, front_door=True)
    ride.goes(3000, front_door=False, speed_mms=9000)
    assert ride.goes(ignition=False, speed_mms=None) == "checking"


def test_p6_a_reset_in_a_check_counts_as_long_overdue():
    ride = Ride(unchecked=1)
    assert ride.goes(taken=[7]) == "checking"
    assert ride.s.trip.ignition_off_ms > 3600000


def test_p6_who_sits_down_after_a_reset_of_a_checked_bus_is_long_overdue_too():
    ride = Ride(**CHECKED)
    assert ride.goes() == "parked"
    assert ride.goes(taken=[7]) == "checking"
    assert ride.s.trip.ignition_off_ms > 12 * 3600 * 1000


def test_p6_a_reset_in_the_middle_of_a_trip_begins_the_time_anew_and_no_later_one_does():
    ride = parked()
    ride.goes(3000, ignition=True, taken=[7], speed_mms=9000)
    again = Ride(**ride.nvs)
    assert again.goes(1000, taken=[7]) == "checking"
    assert again.s.trip.alone_ms == again.s.trip.ignition_off_ms == 900
    second = Ride(**again.nvs)
    second.goes(taken=[7])
    assert second.s.trip.alone_ms > 3600000


def test_p6_a_reset_with_the_key_on_ends_no_alarm_about_a_child():
    ride = parked()
    ride.goes(3000, ignition=True, taken=[7], front_door=True)
    ride.goes(179000, ignition=False, front_door=False)
    for seconds, phase in ((1, "boarding"), (3, "checking")):
        ride.goes(seconds * 1000)
        again = Ride(**ride.nvs)
        running = {"ignition": True, "supply_mv": 13800, "taken": [7], "front_door": False}
        assert again.goes(30000, **running) == phase, "the engine ends a time that is no alarm"
        assert (again.s.trip.alone_ms is None) == (phase == "boarding")
    assert again.goes(5000, speed_mms=9000) == "driving", "somebody drives it"
    empty = Ride(**ride.nvs)
    empty.goes(100, **dict(running, taken=[]))
    assert empty.goes(5000) == "checking" and empty.s.seats.loose == [7]


def test_whether_they_may_be_alone_is_kept_and_flash_is_spared():
    ride = parked()
    ride.goes(1000)
    assert ride.nvs["alone"] == 1
    ride.goes(1000, ignition=True)
    assert ride.nvs["alone"] == 0
    writes = ride.nvs.writes
    ride.goes(5000)
    assert ride.nvs.writes == writes
    ride.goes(1000, ignition=False)
    assert ride.nvs["alone"] == 1


def test_nothing_is_judged_before_the_contacts_have_settled():
    ride = parked()
    ride.s.settling = True
    assert ride.goes(2000, front_door=True, unknown=[1, 2, 3]) == "parked"
    assert ride.nvs == CHECKED
    ride.s.settling = False
    assert ride.goes(5 * 60000, unknown=[]) == "parked"
    ride = parked()
    assert ride.goes(200, front_door=True, unknown=[1, 2, 3]) == "boarding"


def test_a_new_board_has_not_been_checked_but_is_given_its_time():
    ride = Ride()
    assert ride.goes() == "checking"
    assert ride.s.trip.ignition_off_ms == 0


def test_what_a_power_cut_must_not_undo_is_kept():
    ride = Ride(unchecked=0, armed=0)
    ride.goes(2100, ignition=True)
    assert ride.nvs["unchecked"] == 0, "nobody has boarded"
    ride.goes(front_door=True)
    assert ride.nvs["unchecked"] == 1
    ride.goes(front_door=False)
    ride.goes(3000, speed_mms=9000)
    assert ride.nvs["trip"] == 1
    ride.goes(6000, speed_mms=0, ignition=False)
    ride.presses()
    assert ride.nvs["unchecked"] == 0
    again = Ride(**ride.nvs)
    again.goes(ignition=True)
    again.goes(3000, speed_mms=9000)
    assert again.s.trip.number == 2


def test_a_stop_tells_who_came_and_who_went():
    ride = parked()
    ride.goes(ignition=True, taken=[1, 2])
    ride.goes(3000, speed_mms=9000)
    ride.goes(1000, speed_mms=0, front_door=True)
    ride.goes(1000, taken=[2, 5, 6])
    ride.goes(3000, front_door=False, speed_mms=9000)
    assert ride.data("stop_served") == [
        {"stop": 1, "boarded": [5, 6], "alighted": [1], "on_board": 3}
    ]


def test_a_door_that_opens_at_walking_pace_is_a_stop():
    for speed_mms, phase in ((1400, "driving"), (1399, "boarding")):
        ride = parked()
        ride.goes(ignition=True)
        ride.goes(3000, speed_mms=9000)
        assert ride.goes(speed_mms=speed_mms, front_door=True) == phase


def test_the_next_trip_counts_its_own_stops_and_has_its_own_end():
    ride = parked()
    for _ in range(2):
        ride.goes(ignition=True)
        ride.goes(3000, speed_mms=9000)
        ride.goes(1000, speed_mms=0, front_door=True)
        ride.goes(3000, speed_mms=9000, front_door=False)
        ride.goes(6000, speed_mms=0, ignition=False)
        assert ride.presses() == "parked"
        ride.goes(1000)
    assert ride.kinds() == ["trip_started", "stop_served", "trip_ended"] * 2
    assert [data["trip"] for data in ride.data("trip_ended")] == [1, 2]
    assert [data["stops"] for data in ride.data("trip_ended")] == [1, 1]
    for data in ride.data("trip_ended"):
        assert 30 <= data["distance_m"] <= 35, "54 m, of which the first 20 m show that it drives"
    ride.goes(ignition=True)
    ride.goes(6000, ignition=False)
    ride.presses()
    assert ride.kinds().count("trip_ended") == 2, "it has not driven"


def test_who_boards_with_the_engine_off_is_told_at_the_first_stop():
    ride = parked()
    ride.goes(200, stop="school")
    ride.goes(front_door=True)
    ride.goes(taken=[3])
    ride.goes(1000, taken=[3, 4])
    ride.goes(1000, ignition=True, front_door=False)
    ride.goes(3000, speed_mms=9000, stop=None)
    assert ride.data("stop_served") == [
        {"stop": 1, "boarded": [3, 4], "alighted": [], "on_board": 2, "place": "school"}
    ]


def test_who_boards_and_leaves_again_with_the_engine_off_is_no_stop():
    ride = parked()
    ride.goes()
    ride.goes(front_door=True)
    ride.goes(taken=[3])
    ride.goes(taken=[])
    ride.goes(1000, ignition=True, front_door=False)
    ride.goes(3000, speed_mms=9000)
    assert ride.data("stop_served") == []


def test_the_last_stop_is_told_when_the_ignition_goes_off():
    ride = parked()
    ride.goes(ignition=True, taken=[1])
    ride.goes(3000, speed_mms=9000)
    ride.goes(1000, speed_mms=0, front_door=True)
    ride.goes(taken=[])
    ride.goes(ignition=False)
    assert ride.data("stop_served")[0]["alighted"] == [1]


def ended(ride):
    (data,) = ride.data("trip_ended")
    return data["boarded"], data["alighted"], data["unaccounted"]


def test_the_ledger_counts_who_boarded_and_alighted_with_the_engine_on_and_off():
    ride = parked()
    ride.goes()
    ride.goes(1000, ignition=True, front_door=True)
    ride.goes(1000, taken=[1, 2, 3])
    ride.goes(3000, front_door=False, speed_mms=9000)
    ride.goes(3000, taken=[1, 2, 4])  # one changes seats
    ride.goes(1000, speed_mms=0, front_door=True)
    ride.goes(1000, taken=[2, 4])
    ride.goes(1000, front_door=False, ignition=False)
    ride.goes(1000, front_door=True, taken=[4, 5])
    ride.goes(1000, front_door=False, ignition=True)
    ride.goes(1000, ignition=False)
    ride.goes(6000, front_door=True, taken=[])
    ride.presses()
    assert ended(ride) == (4, 4, [])


def test_the_ledger_counts_who_stood_up_before_the_door_opened():
    for off in (False, True):
        ride = parked()
        ride.goes()
        ride.goes(1000, ignition=True, front_door=True)
        ride.goes(1000, taken=[1, 2])
        ride.goes(3000, front_door=False, speed_mms=9000)
        ride.goes(5000, taken=[1])
        ride.goes(1000, speed_mms=0, ignition=not off)
        ride.goes(1000, front_door=True)
        ride.goes(1000, taken=[])
        ride.goes(7000, ignition=False)
        ride.presses()
        assert ended(ride) == (2, 2, []), off


def test_the_ledger_names_who_was_not_seen_to_get_off():
    for off in (False, True):
        ride = parked()
        ride.goes()
        ride.goes(1000, ignition=True, front_door=True)
        ride.goes(1000, taken=[1, 2])
        ride.goes(3000, front_door=False, speed_mms=9000)
        if not off:
            ride.goes(21000, taken=[1])
        ride.goes(1000, speed_mms=0, ignition=False)
        ride.goes(21000, taken=[1])
        ride.goes(1000, front_door=True)
        ride.goes(100, taken=[])
        ride.presses()
        ride.goes(11000)
        ride.presses()
        assert ended(ride) == (2, 1, [2]), off
    ride.goes(1000, front_door=False, ignition=True)
    ride.goes(3000, speed_mms=9000)
    ride.goes(6000, speed_mms=0, ignition=False)
    ride.presses()
    assert ride.data("trip_ended")[1]["unaccounted"] == [], "each trip has its own"


def test_the_odometer_counts_ways_and_neither_noise_nor_jumps():
    ride = parked()
    ride.goes(ignition=True)
    ride.goes(3000, speed_mms=10000)
    lat = ride.s.gnss.lat_e7
    for second in range(101):
        # 100 e-7 degrees of latitude are 1.1 m; 10 m/s is 904 of them
        ride.goes(1000, fix_new=True, lat_e7=lat + 904 * second, lon_e7=1008833000)
        ride.s.gnss.fix_new = False
    far = lat + 904 * 100
    ride.goes(100, fix_new=True, lat_e7=far + 9000000, speed_mms=10000)  # a jump of 100 km
    ride.goes(100, fix_new=True, lat_e7=far + 9009040, speed_mms=0)  # noise at standstill
    ride.goes(6000, fix_new=False, ignition=False)
    ride.presses()
    way_m = ride.data("trip_ended")[0]["distance_m"]
    assert 990 <= way_m <= 1010, way_m
    assert 15 <= ride.nvs["odometer_m"] - way_m <= 30, "the way until it has set off"


def test_a_trip_has_its_own_distance_whatever_the_odometer_says():
    ride = Ride(odometer_m=70000, **CHECKED)
    ride.goes(ignition=True)
    ride.goes(3000, speed_mms=10000)
    lat = ride.s.gnss.lat_e7
    for second in range(101):
        ride.goes(1000, fix_new=True, lat_e7=lat + 904 * second, lon_e7=1008833000)
        ride.s.gnss.fix_new = False
    ride.goes(6000, speed_mms=0, ignition=False)
    ride.presses()
    assert 990 <= ride.data("trip_ended")[0]["distance_m"] <= 1010
    assert 71005 <= ride.nvs["odometer_m"] <= 71040, "and the way until it has set off"


def test_nobody_is_alone_while_the_engine_runs():
    ride = parked()
    ride.goes(ignition=True, taken=[3])
    ride.goes(60000, ignition=False)
    assert ride.s.trip.alone_ms == 59900
    ride.goes(ignition=True)
    assert ride.s.trip.alone_ms is None


def test_a_stop_of_the_policy_is_served_by_its_name():
    ride = Ride(**CHECKED)
    ride.goes(1000, ignition=True, front_door=True, stop="school_1", taken=[3])
    ride.goes(1000, stop=None, front_door=False, taken=[])  # where the door opened counts
    ride.goes(100, ignition=False)
    (served,) = [event for event in ride.notices if event.kind == "stop_served"]
    data = dict(served.data)
    assert (data["place"], data["alighted"]) == ("school_1", [3])


def test_an_open_door_at_an_unknown_speed_serves_no_stop():
    ride = Ride()
    ride.goes(3000, ignition=True, speed_mms=9000, front_door=False)
    assert ride.goes(10000, speed_mms=9000) == "driving"
    assert ride.goes(10000, speed_mms=None, front_door=True) == "driving"
    assert ride.goes(1000, speed_mms=0) == "boarding", "it stands"


def test_while_a_seat_is_out_of_service_the_walk_takes_twice_as_long():
    for off_ms, counts in ((9000, False), (10000, True)):
        ride = parked()
        ride.goes(3000, ignition=True, out_of_service=[7])
        ride.goes(off_ms, ignition=False)
        ride.presses()
        assert ride.s.trip.checked == counts, off_ms
        assert ride.s.trip.early_presses == (not counts)


def test_a_trip_names_the_seats_that_were_not_watched():
    ride = parked()
    ride.goes(5000, ignition=True, out_of_service=[7], speed_mms=9000)
    ride.goes(20000, ignition=False, speed_mms=0)
    ride.presses()
    (ended,) = ride.data("trip_ended")
    assert ended["unwatched"] == [7]
