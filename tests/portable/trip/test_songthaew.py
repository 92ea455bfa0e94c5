"""A songthaew has no contact at its doors: what is unknown there is never "shut"."""

from parts import snapshot
from trip_bench import CHECKED, Ride

from firmware.trip.boarding import Boarding
from firmware.trip.doors import Door

MINUTE = 60000


class Songthaew(Ride):
    doors = False


def parked():
    return Songthaew(**CHECKED)


def school_run():
    """Two children board at one stop, one at another; the bus stands at the school."""
    ride = parked()
    ride.goes(1000, ignition=True)
    ride.goes(20000, speed_mms=8000)
    ride.goes(5000, speed_mms=0, taken=[3, 7])
    ride.goes(20000, speed_mms=8000)
    ride.goes(5000, speed_mms=0, taken=[3, 7, 8])
    ride.goes(20000, speed_mms=8000)
    ride.goes(3000, speed_mms=0)
    return ride


def test_a_stop_is_where_a_seat_is_taken_or_left_at_standstill():
    ride = school_run()
    assert ride.s.trip.phase == "driving", "it stands, as at a red light"
    assert ride.goes(500, taken=[3, 8]) == "boarding"
    ride.goes(500, taken=[3, 7, 8])
    ride.goes(20000, speed_mms=8000)
    boarded = [stop["boarded"] for stop in ride.data("stop_served")]
    assert boarded == [[3, 7], [8]], "a restless child makes no stop"


def test_an_unknown_speed_serves_no_stop():
    ride = school_run()
    ride.goes(500, speed_mms=None, taken=[])
    ride.goes(500, speed_mms=0)
    assert ride.s.trip.phase == "driving"


def test_the_school_run_ends_with_a_walk_and_its_ledger():
    ride = school_run()
    ride.goes(3000, taken=[])
    ride.goes(9000, ignition=False)
    assert ride.presses() == "parked"
    assert ride.s.seats.loose == []
    (ended,) = ride.data("trip_ended")
    counts = (ended["boarded"], ended["alighted"], ended["unaccounted"])
    assert counts == (3, 3, [])


def test_who_rises_in_the_check_is_loose_until_a_walk_and_nobody_is_unaccounted():
    ride = school_run()
    ride.goes(3000, ignition=False)
    ride.goes(3000, taken=[])
    assert ride.s.seats.loose == [3, 7, 8]
    assert ride.presses() == "checking", "sooner than a walk after the last child rose"
    ride.goes(10000)
    assert ride.presses() == "parked"
    assert ride.data("trip_ended")[0]["unaccounted"] == []


def test_who_sits_down_in_the_parked_songthaew_boards_and_may_get_off_again():
    ride = parked()
    assert ride.goes(5000) == "parked"
    assert ride.goes(MINUTE, taken=[3]) == "boarding"
    assert ride.s.trip.alone_ms is None
    assert ride.goes(MINUTE, taken=[]) == "parked"
    assert ride.s.seats.loose == []


def test_but_after_twelve_minutes_they_count_as_alone_and_stay_loose():
    ride = parked()
    ride.goes(12 * MINUTE, taken=[3])
    assert ride.s.trip.alone_ms is None
    assert ride.goes(3 * MINUTE + 200) == "checking"
    assert ride.s.trip.alone_ms >= 3 * MINUTE
    ride.goes(1000, taken=[])
    assert ride.s.seats.loose == [3]


def test_seats_that_cannot_be_read_ask_for_no_check_of_their_own():
    boarding, s = Boarding({"boarding_door_s": 20, "boarding_s": 720}, 0), snapshot(unknown=[5])
    s.now_ms = 10 * MINUTE
    boarding.watch(s, Door(is_fitted=False))
    assert not boarding.begins(s) and not boarding.is_on


def test_a_contact_that_only_cannot_be_read_is_no_songthaew():
    ride = Ride(**CHECKED)
    ride.s.vehicle.front_door = None
    assert ride.goes(5000) == "parked"
    assert ride.goes(5000, taken=[3]) == "checking"
