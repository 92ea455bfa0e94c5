"""Armed: a walk is asked for only if somebody may have boarded since the last one."""

from trip_bench import Ride, left_behind

MINUTE = 60000


def yard():
    ride = Ride(unchecked=0, armed=0)
    ride.goes(MINUTE)
    return ride


def starts(ride, **readings):
    """The engine runs for ten seconds -> the phase afterwards."""
    ride.goes(10000, ignition=True)
    ride.goes(1000, **readings)
    return ride.goes(ignition=False)


def test_a_mechanic_s_eight_starts_ask_for_no_walk():
    ride = yard()
    for _ in range(8):
        assert starts(ride) == "parked"
        ride.goes(MINUTE)
        assert ride.s.trip.checked
    assert ride.nvs["unchecked"] == 0


def test_whoever_may_have_boarded_asks_for_one():
    for readings in (
        {"taken": [3]},
        {"unknown": [3]},
        {"front_door": True},
        {"emergency_door": True},
        {"front_door": None},
        {"emergency_door": None},
    ):
        assert starts(yard(), **readings) == "checking", readings
        ride = yard()
        ride.goes(1000, ignition=True, **readings)
        ride.goes(1000, ignition=True, taken=[], unknown=[], front_door=False, emergency_door=False)
        assert ride.nvs["unchecked"] == 1, readings
        assert ride.goes(ignition=False) == "checking", readings


def test_a_door_of_the_parked_bus_arms_it_too():
    ride = yard()
    ride.goes(1000, front_door=True)
    assert ride.goes(1000, front_door=False) == "parked"
    assert starts(ride) == "checking"
    ride.goes(10000)
    assert ride.presses() == "parked"
    assert starts(ride) == "parked"


def test_the_driver_leaves_through_the_door_for_a_minute_after_the_walk():
    def leaves_after(ms):
        ride = left_behind()
        ride.goes(1000, front_door=True)
        assert ride.goes(taken=[]) == "parked"
        ride.goes(ms - 100)
        ride.goes(front_door=False)
        return starts(ride)

    assert leaves_after(MINUTE) == "parked"
    assert leaves_after(MINUTE + 100) == "checking"


def test_no_door_of_a_bus_in_use_is_the_driver_s_own():
    ride = left_behind()
    ride.goes(1000, front_door=True)
    assert ride.goes(taken=[]) == "parked"
    ride.goes(front_door=False)
    ride.goes(1000, ignition=True)
    ride.goes(1000, front_door=True)
    assert ride.goes(1000, front_door=False, ignition=False) == "checking"


def test_in_service_mode_doors_do_not_count_but_seats_do():
    ride = yard()
    ride.s.trip.mode = "service"
    ride.goes(1000, front_door=True)
    assert starts(ride, front_door=False) == "parked"
    assert starts(ride, taken=[3]) == "checking"


def test_a_belt_closed_over_an_empty_seat_asks_for_one_unless_it_was_seen_before():
    ride = yard()
    ride.goes(1000, ignition=True)
    ride.s.seats.changes += 1
    ride.goes(1000, buckled_empty=[5])
    assert ride.goes(ignition=False) == "checking"
    ride.goes(10000)
    assert ride.presses() == "parked"
    assert starts(ride) == "parked"


def test_a_new_board_and_one_that_was_reset_are_armed_as_they_were():
    for nvs in ({}, {"unchecked": 1}, {"unchecked": 0}, {"unchecked": 0, "armed": 1}):
        ride = Ride(**nvs)
        ride.goes(MINUTE)
        assert starts(ride) == "checking", nvs


def test_a_door_that_arms_a_parked_bus_makes_no_check_of_a_reset():
    ride = yard()
    ride.goes(1000, front_door=True)
    assert (ride.nvs["unchecked"], ride.nvs["armed"]) == (0, 1)
    assert Ride(**ride.nvs).goes(1000) == "parked"
    ride.goes(1000, ignition=True)
    assert ride.nvs["unchecked"] == 1


def test_a_seat_that_goes_out_of_service_ends_no_alarm_about_it_without_a_walk():
    ride = left_behind()
    ride.goes(4 * MINUTE)
    ride.s.seats.out_of_service = [7]
    ride.goes(taken=[])
    assert (ride.s.seats.sitting, ride.s.seats.loose) == ([], [])
    ride.goes(10000)
    assert not ride.s.trip.checked and ride.s.trip.phase == "checking"
    assert ride.s.trip.alone_ms > 3 * MINUTE, "the horn of the missed check"
    ride.presses()
    assert ride.s.trip.phase == "parked"
    ride.s.seats.out_of_service = [7, 8]
    assert ride.goes(1000) == "parked", "nobody was on seat 8"
    again = Ride(**ride.nvs)
    again.s.seats.out_of_service = [7, 8]
    again.s.seats.doubtful = [1, 2, 3, 4, 5, 6, 7, 8]
    assert again.goes(1000) == "parked", "a restart is no grant"


def test_while_a_seat_is_out_of_service_every_use_asks_for_one():
    ride = yard()
    ride.s.seats.out_of_service = [7]
    ride.goes(MINUTE)
    assert ride.nvs["unchecked"] == 0, "a grant alone asks for none"
    for _ in range(2):
        assert starts(ride) == "checking"
        ride.goes(20000)
        assert ride.presses() == "parked"
    ride.s.seats.out_of_service = []
    assert starts(ride) == "parked"
