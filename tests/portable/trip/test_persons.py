"""Persons: a seat that empties behind shut doors is a person who is still inside."""

from parts import Nvs, put, snapshot
from trip_bench import CHECKED, Ride, Watched, left_behind, parked

from firmware.config.load import defaults
from firmware.trip.doors import Door
from firmware.trip.persons import Persons
from firmware.warnings import HORN, INSIDE, PROMPT, SILENT

MINUTE = 60000
KMH_40 = 11111  # mm/s


def test_a_child_who_rises_before_the_alarm_is_alarmed_all_the_same():
    ride = left_behind()
    ride.goes(70000)
    assert ride.goes(taken=[]) == "checking"
    assert ride.s.seats.loose == [7]
    assert ride.warning == PROMPT
    ride.goes(2 * MINUTE)
    assert [state for state, _ in ride.alarms] == ["raised"]
    assert (ride.alarms[0][1]["seats"], ride.alarms[0][1]["loose"]) == ([], [7])
    assert ride.warning == HORN
    ride.goes(120 * MINUTE)
    assert ride.warning == HORN


def test_a_child_who_rises_during_the_alarm_does_not_end_it():
    ride = left_behind()
    ride.goes(3 * MINUTE)
    assert ride.goes(1000, taken=[]) == "checking"
    assert [state for state, _ in ride.alarms] == ["raised", "updated"]
    assert ride.warning == HORN
    ride.presses()
    assert ride.warning == HORN, "no door was opened"
    ride.goes(20000, front_door=True)
    assert ride.warning == INSIDE, "no walk was made"
    ride.goes(161000)
    assert ride.warning == HORN, "a child may have opened the door"
    assert ride.presses() == "parked"
    assert ride.alarms[-1][0] == "cleared"
    assert ride.warning == SILENT


def slid_to_the_floor():
    """A child slides off seat 7 at 40 km/h; at the school the others leave, the engine stops."""
    ride = Watched(**CHECKED)
    ride.goes(1000)
    ride.goes(3000, ignition=True, front_door=True)
    ride.goes(2000, taken=[3, 7, 8])
    ride.goes(MINUTE, front_door=False, speed_mms=KMH_40)
    ride.goes(MINUTE, taken=[3, 8])
    assert ride.s.seats.loose == [7]
    ride.goes(2000, speed_mms=0)
    ride.goes(3000, front_door=True)
    ride.goes(3000, taken=[])
    ride.goes(3000, front_door=False)
    ride.goes(20000, ignition=False)
    return ride


def test_a_child_who_slid_to_the_floor_is_not_settled_by_the_first_walk():
    ride = slid_to_the_floor()
    assert ride.s.seats.loose == [7], "the others left through the door"
    assert ride.presses() == "checking"
    assert ride.warning == PROMPT
    ride.goes(3 * MINUTE)
    assert [(state, data["loose"]) for state, data in ride.alarms] == [("raised", [7])]
    ride.presses()
    assert ride.warning == HORN
    ride.goes(10000, front_door=True)
    assert ride.presses() == "parked"
    assert ride.s.seats.loose == []


def test_a_second_walk_through_an_open_door_settles_it_before_the_alarm():
    ride = slid_to_the_floor()
    ride.goes(front_door=True)
    assert ride.presses() == "checking"
    assert ride.goes(9000) == "checking"
    assert ride.presses() == "checking", "too soon: a longer walk is asked for"
    ride.goes(2000)
    assert ride.presses() == "parked"
    assert ride.alarms == []


def served(rise_ms, **readings):
    """The child on seat 7 rises so long before the door opens at a stop."""
    ride = parked()
    ride.goes()
    ride.goes(1000, ignition=True, front_door=True)
    ride.goes(1000, taken=[7])
    ride.goes(MINUTE, front_door=False, speed_mms=9000)
    ride.goes(100, taken=[])
    ride.goes(rise_ms - 100, **dict({"speed_mms": 0}, **readings))
    assert ride.s.seats.loose == [7]
    ride.goes(front_door=True)
    return ride.s.seats.loose


def test_who_stands_up_20_s_before_the_door_opens_leaves_through_it():
    assert served(20000) == []
    assert served(20100) == [7]
    assert served(20000, speed_mms=1399) == []
    assert served(20000, speed_mms=1400) == [7], "nobody gets off a bus that moves"


def test_who_rises_while_the_door_is_open_at_standstill_has_left():
    ride = left_behind()
    ride.goes(1000, front_door=True)
    assert ride.goes(taken=[]) == "parked"
    assert ride.s.seats.loose == []
    assert ride.warning == SILENT


def test_a_restless_child_at_the_open_door_is_one_person():
    ride = left_behind()
    ride.goes(3 * MINUTE)
    ride.goes(1000, front_door=True)
    for _ in range(3):
        ride.goes(1000, taken=[])
        ride.goes(1000, taken=[7])
    ride.goes(10000, taken=[])
    assert ride.s.seats.loose == [7]
    assert ride.presses() == "parked"


def test_once_the_alarm_is_due_a_walk_follows_the_open_door():
    ride = left_behind()
    ride.goes(3 * MINUTE)
    ride.goes(1000, front_door=True)
    assert ride.goes(taken=[]) == "checking", "the bus was checked before: a new walk is asked for"
    assert ride.s.seats.loose == [7]
    ride.goes(9000)
    assert ride.presses() == "checking", "too soon for a walk"
    ride.goes(1000)
    assert ride.presses() == "parked"
    assert ride.warning == SILENT
    assert ride.data("trip_ended") == []


def test_the_emergency_door_is_a_way_out_too():
    ride = left_behind()
    ride.goes(1000, emergency_door=True)
    assert ride.goes(taken=[]) == "parked"


def test_who_rises_in_fear_of_the_horn_has_not_left_when_the_door_opens():
    ride = left_behind()
    ride.goes(3 * MINUTE)
    ride.goes(1000, taken=[])
    ride.goes(MINUTE, front_door=True)
    assert ride.s.seats.loose == [7]
    assert ride.warning == INSIDE


def test_who_sits_down_again_is_loose_no_more():
    for seat in (7, 5):
        ride = left_behind()
        ride.goes(40000)
        ride.goes(15000, taken=[])
        ride.goes(taken=[seat])
        assert (ride.s.seats.sitting, ride.s.seats.loose) == ([seat], []), seat
        ride.goes(2 * MINUTE)
        assert ride.alarms[0][0] == "raised", "and the time ran on"


def test_the_one_who_rose_last_is_the_one_who_sits_down():
    ride = left_behind()
    ride.goes(100, taken=[3, 7])
    ride.goes(10000, taken=[3])
    ride.goes(10000, taken=[])
    assert ride.s.seats.loose == [3, 7]
    ride.goes(taken=[5])
    assert ride.s.seats.loose == [7]


def test_who_changes_seats_within_one_reading_is_not_loose():
    ride = left_behind()
    ride.goes(taken=[8])
    assert (ride.s.seats.sitting, ride.s.seats.loose) == ([8], [])


def on_the_floor():
    ride = parked()
    ride.goes()
    ride.goes(1000, ignition=True, front_door=True)
    ride.goes(1000, taken=[3, 7])
    ride.goes(MINUTE, front_door=False)
    ride.goes(MINUTE, taken=[3], speed_mms=9000)
    ride.goes(1000, front_door=True, speed_mms=0)
    return ride


def test_who_boards_does_not_take_the_place_of_who_is_on_the_floor():
    for sits_ms in (0, 19800, 600000):
        ride = on_the_floor()
        ride.goes(sits_ms + 100, front_door=False)
        ride.goes(taken=[3, 7])
        assert ride.s.seats.loose == [7], sits_ms


def test_who_rises_in_the_queue_at_the_gate_gets_off_when_the_door_opens():
    for waits_ms, way_ms, loose in ((89000, 0, []), (91000, 0, [7]), (40000, 1000, [7])):
        ride = parked()
        ride.goes(1000, ignition=True, front_door=True)
        ride.goes(MINUTE, taken=[3, 7])
        ride.goes(MINUTE, front_door=False)
        ride.goes(taken=[3])
        assert ride.s.seats.loose == [7]
        ride.goes(way_ms, speed_mms=1400)
        ride.goes(waits_ms, speed_mms=0)
        ride.goes(front_door=True)
        assert ride.s.seats.loose == loose, (waits_ms, way_ms)


def test_who_sits_down_after_a_reset_may_have_come_in_while_the_power_was_off():
    ride = on_the_floor()
    again = Ride(**ride.nvs)
    again.goes(1000, taken=[3])
    assert again.s.seats.loose == [7]
    again.goes(60000, taken=[3, 9])
    assert (again.s.seats.sitting, again.s.seats.loose) == ([3, 9], [7])


def test_who_changes_seats_soon_after_the_door_closed_is_not_loose():
    ride = on_the_floor()
    ride.goes(1000, front_door=False)
    ride.goes(4000, taken=[])
    assert ride.s.seats.loose == [3, 7]
    ride.goes(taken=[5])
    assert ride.s.seats.loose == [7]


def test_an_open_door_starts_no_time_anew():
    ride = left_behind()
    ride.goes(65000)
    ride.goes(25000, taken=[])
    ride.goes(30000, front_door=True)
    ride.goes(20000, front_door=False)
    ride.goes(1000, taken=[5])
    ride.goes(1000, taken=[])
    ride.goes(MINUTE)
    assert [state for state, _ in ride.alarms][:1] == ["raised"]
    assert ride.warning == HORN


def test_p6_who_is_loose_outlives_a_power_cut():
    ride = left_behind()
    ride.goes(10000, taken=[])
    assert ride.nvs["sitting_0"] == 0x40
    for door in (False, True, None):
        again = Watched(**ride.nvs)
        again.goes(300, unknown=[7], front_door=door)
        assert again.goes(2000, unknown=[]) == "checking", door
        assert again.s.seats.loose == [7], door
        assert again.warning == HORN, door
    again.goes(front_door=False)
    again.goes(11000, front_door=True)
    assert again.presses() == "parked"
    assert again.nvs["sitting_0"] == 0


def test_a_child_who_rises_while_the_power_is_off_is_loose():
    ride = left_behind()
    again = Watched(**ride.nvs)
    again.goes(2100, front_door=True)
    assert again.s.seats.loose == [7]
    assert again.warning == HORN


def test_who_was_left_unseen_does_not_leave_at_the_next_stop():
    ride = left_behind()
    again = Watched(**ride.nvs)
    again.goes(1000, ignition=True)
    assert again.s.seats.loose == [7]
    again.goes(1000, front_door=True)
    assert again.s.seats.loose == [7], "it rose at an unknown time"


def test_who_is_seen_on_the_seat_after_a_power_cut_may_leave_as_ever():
    ride = left_behind()
    again = Watched(**ride.nvs)
    again.goes(1000, ignition=True, taken=[7])
    again.goes(1000, front_door=True)
    again.goes(taken=[])
    assert again.s.seats.loose == []


def test_a_door_that_opened_before_the_child_rose_does_not_count():
    ride = left_behind()
    ride.goes(3 * MINUTE)
    ride.goes(1000, taken=[])
    ride.goes(1000, front_door=True)
    ride.goes(1000, front_door=False, taken=[5])
    ride.goes(15000, taken=[])
    assert ride.presses() == "checking"
    assert ride.s.seats.loose == [5, 7]


def test_the_engine_begins_the_walk_anew():
    ride = slid_to_the_floor()
    ride.goes(front_door=True)
    ride.presses()
    ride.goes(11000)
    ride.goes(1000, ignition=True, front_door=False)
    ride.goes(11000, ignition=False, front_door=True)
    assert ride.presses() == "checking", "the first walk of another check"
    ride.goes(11000)
    assert ride.presses() == "parked"


def test_each_has_its_own_time():
    ride = parked()
    ride.goes()
    ride.goes(1000, ignition=True, front_door=True)
    ride.goes(1000, taken=[3, 5, 7])
    ride.goes(MINUTE, front_door=False)
    ride.goes(30000, taken=[5, 7], speed_mms=9000)
    ride.goes(4000, taken=[7], speed_mms=0)
    ride.goes(4000, taken=[2, 7])
    assert ride.s.seats.loose == [3]
    ride.goes(4000, taken=[2])
    ride.goes(front_door=True)
    assert ride.s.seats.loose == [3], "only the one who rose 4 s ago leaves here"
    ride.goes(30000, front_door=False)
    ride.goes(4000, taken=[])
    ride.goes(front_door=True)
    assert ride.s.seats.loose == [3]
    ride.goes(1000, front_door=False, ignition=False)
    ride.goes(11000, front_door=True)
    ride.presses()
    ride.goes(11000)
    assert ride.presses() == "parked"
    ride.goes(MINUTE, ignition=True, taken=[6], front_door=False)
    ride.goes(20000, taken=[])
    ride.goes(front_door=True)
    assert ride.s.seats.loose == []


def test_who_stood_up_for_a_stop_is_told_there_alone():
    ride = parked()
    ride.goes()
    ride.goes(1000, ignition=True, front_door=True)
    ride.goes(1000, taken=[7])
    ride.goes(5000, front_door=False, speed_mms=9000)
    ride.goes(5000, taken=[])
    for _ in range(2):
        ride.goes(1000, speed_mms=0)
        ride.goes(1000, front_door=True)
        ride.goes(5000, front_door=False, speed_mms=9000)
    assert [data["alighted"] for data in ride.data("stop_served")] == [[], [7], []]


def test_a_seat_that_turns_unknown_is_not_left():
    ride = left_behind()
    ride.goes(1000, taken=[], unknown=[7])
    assert (ride.s.seats.sitting, ride.s.seats.loose) == ([7], [])
    ride.goes(1000, unknown=[])
    assert (ride.s.seats.sitting, ride.s.seats.loose) == ([], [7])


# a songthaew: no contact at its door, which cannot be read


def songthaew():
    ride = Watched(**CHECKED)
    ride.s.vehicle.front_door = ride.s.vehicle.emergency_door = None
    ride.goes(1000)
    ride.goes(5000, ignition=True, taken=[3, 7])
    return ride


def test_a_songthaew_with_its_engine_on_lets_children_off_wherever_it_stands():
    ride = songthaew()
    ride.goes(1000, taken=[3])
    assert ride.s.seats.loose == []
    ride.goes(MINUTE, speed_mms=KMH_40)
    ride.goes(MINUTE, taken=[])
    assert ride.s.seats.loose == [3], "fell to the floor, or off the step"
    ride.goes(20000, ignition=False, speed_mms=0)
    assert ride.presses() == "checking"
    ride.goes(11000)
    assert ride.presses() == "parked", "no door can be seen to open: the second walk is enough"


def test_in_a_parked_songthaew_who_rises_is_loose_until_the_walk():
    ride = songthaew()
    ride.goes(20000, ignition=False)
    ride.goes(11000, taken=[])
    assert ride.s.seats.loose == [3, 7]
    assert ride.presses() == "parked"
    assert ride.alarms == []


# speed that is unknown: as it was last known, and standing with the ignition off


def test_without_a_speed_the_bus_moves_if_it_moved_before():
    ride = parked()
    ride.goes()
    ride.goes(1000, ignition=True, front_door=True)
    ride.goes(1000, taken=[3, 7])
    ride.goes(1000, front_door=False, speed_mms=KMH_40)
    ride.goes(1000, speed_mms=None, front_door=True)
    ride.goes(20100, taken=[3])
    assert ride.s.seats.loose == [7]
    ride.goes(ignition=False, taken=[])
    assert ride.s.seats.loose == [7], "seat 3 was left with the ignition off"
    ride = parked()
    ride.goes(1000, speed_mms=None)
    ride.goes(1000, ignition=True, front_door=True, taken=[7])
    ride.goes(taken=[])
    assert ride.s.seats.loose == []


def test_a_torn_wire_of_a_door_is_no_way_out():
    ride = parked()
    ride.goes(1000, ignition=True)
    ride.goes(1000, front_door=True, taken=[7])
    ride.goes(MINUTE, speed_mms=KMH_40)  # it reads open all the way
    ride.goes(20000, ignition=False, speed_mms=0)
    ride.goes(1000, taken=[])
    assert ride.s.seats.loose == [7]


def test_a_restless_child_writes_nothing_to_the_flash():
    ride = left_behind()
    before = ride.nvs.writes
    for taken in ([], [7], [], [7], []):
        ride.goes(1000, taken=taken)
    assert ride.nvs.writes == before


# what is kept, on 64 seats


class Kept:
    """Persons in a bus whose doors are shut. `off_ms`: ignition off for so long, None: on."""

    def __init__(self, nvs=None, **readings):
        self.nvs = Nvs() if nvs is None else nvs
        self.persons = Persons(self.nvs, defaults()["rules"])
        self.shut = Door()
        self.shut.update(0, False, False)
        self.s = snapshot(64)
        self.sees(**readings)

    def sees(self, off_ms=None, **readings):
        for name, value in readings.items():
            put(self.s, name, value)
        self.s.seats.changes += 1
        self.s.now_ms += 100
        self.persons.update(self.s, self.shut, self.shut, off_ms, False)
        return self.s.seats.sitting, self.s.seats.loose


def test_who_sits_where_outlives_a_power_cut():
    for seat in (1, 24, 25, 48, 49, 64):
        kept = Kept()
        kept.sees(0, taken=[seat, 30])
        after = Kept(kept.nvs, unknown=[seat, 30, 31])
        both = sorted((seat, 30))
        assert (after.s.seats.sitting, after.s.seats.loose) == (both, []), seat
        assert after.sees(9000, unknown=[30], taken=[seat]) == (both, []), seat
        assert after.sees(9000, taken=[], unknown=[]) == ([], both), seat
        assert Kept(kept.nvs, unknown=[seat, 30]).s.seats.sitting == both, seat
        assert Kept(kept.nvs).s.seats.loose == both, seat


def test_a_seat_that_the_bus_no_longer_has_leaves_nobody_behind():
    kept = Kept()
    kept.sees(0, taken=[64])
    after = Kept(kept.nvs)
    assert after.s.seats.loose == [64]
    after = Kept(kept.nvs, seat_count=63)
    assert after.s.seats.loose == []


def test_with_the_ignition_on_it_is_kept_once_a_minute():
    kept = Kept()
    kept.sees(taken=[7])
    kept.s.now_ms = MINUTE - 200
    kept.sees(taken=[7, 8])
    assert not kept.nvs
    kept.sees()
    assert kept.nvs == {"sitting_0": 0xC0}
    kept.sees(taken=[7, 9])
    kept.s.now_ms = 2 * MINUTE - 200
    kept.sees()
    assert kept.nvs == {"sitting_0": 0xC0}
    kept.sees()
    assert kept.nvs == {"sitting_0": 0x140}


def test_it_is_kept_at_once_when_a_sensor_falls_silent_or_the_ignition_goes_off():
    kept = Kept(taken=[7])
    kept.sees(taken=[], unknown=[7])
    assert kept.nvs == {"sitting_0": 0x40}
    kept = Kept(taken=[7, 8])
    kept.s.gnss.speed_mms = KMH_40
    kept.sees(taken=[8])
    assert kept.nvs == {"sitting_0": 0xC0}, "and when a person is loose"
    kept = Kept(taken=[7])
    kept.sees(0)
    assert kept.nvs == {"sitting_0": 0x40}


def test_what_does_not_change_is_not_written_again():
    kept = Kept()
    for taken in ([], [30], [30], [31], [], [31]):
        kept.sees(0, taken=taken)
        kept.sees(0)
    assert kept.nvs.writes == 2, "seat 30, then 31"


def test_a_seat_that_is_taken_out_of_service_loses_no_person_to_the_floor():
    ride = parked()
    ride.goes(3000, ignition=True, taken=[3, 7], speed_mms=9000)
    ride.goes(3000, ignition=False, taken=[7], speed_mms=0)
    assert ride.s.seats.sitting == [7]
    ride.goes(1000, taken=[], out_of_service=[7])
    assert (ride.s.seats.sitting, ride.s.seats.loose) == ([], [3])
    again = Ride(**ride.nvs)
    again.s.seats.out_of_service = [7]
    again.goes(1000, taken=[])
    assert again.s.seats.loose == [3]
