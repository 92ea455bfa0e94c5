"""Presence inputs: what they see of a child on the floor, and whether they see at all."""

from trip_bench import CHECKED, Ride

from firmware.config.load import defaults
from firmware.trip.doors import Door
from firmware.trip.presence import Presence

MINUTE = 60000


class Floor(Ride):
    """A parked, checked bus with two presence inputs, a minute and a half later."""

    inputs = {"presence": 2}

    def __init__(self, nvs=CHECKED):
        super().__init__(**nvs)
        self.s.vehicle.presence = [False, False]
        self.goes(90000)

    def moves(self, ms, *numbers):
        """These inputs, from 1, see something move; the others nothing."""
        presence = self.s.vehicle.presence
        for index in range(len(presence)):
            presence[index] = index + 1 in numbers
        self.goes(ms)
        return self.s.trip.moved

    def parks(self, ms=10000, *numbers):
        """The engine runs for 5 s and stops; the inputs are on for ms of the walk; the press."""
        self.moves(5000, *numbers)
        self.goes(5000, ignition=True)
        self.goes(1000, ignition=False)
        self.moves(ms, *numbers)
        self.moves(9000)
        return self.walks()

    def walks(self):
        self.presses()
        return self.goes(10000)

    def opens(self):
        self.goes(2000, front_door=True)

    def closes(self):
        self.goes(1000, front_door=False)

    def faults(self):
        return self.s.trip.presence_quiet, self.s.trip.presence_restless


def test_one_activation_of_a_sensor_that_holds_its_output_is_nothing():
    floor = Floor()
    assert floor.moves(8000, 1) == []
    floor.moves(121000)
    assert floor.moves(8000, 1) == []
    assert floor.s.trip.phase == "parked"


def test_two_activations_within_two_minutes_are_a_person():
    floor = Floor()
    floor.moves(1000, 1)
    floor.moves(118900)
    assert floor.s.trip.phase == "parked"
    assert floor.moves(100, 1) == [1]
    assert floor.s.trip.phase == "checking"
    assert floor.s.trip.alone_ms == 0, "its time begins with the movement"
    floor.moves(60000)
    assert floor.s.trip.alone_ms == 60000


def test_two_inputs_at_once_are_two_activations():
    assert Floor().moves(100, 1, 2) == [1, 2]


def test_one_that_lasts_is_enough():
    floor = Floor()
    assert floor.moves(10000, 2) == []
    assert floor.moves(100, 2) == [2]


def test_who_is_seen_since_before_the_check_is_seen_after_it():
    floor = Floor()
    floor.parks()
    floor.moves(49700, 1)
    assert floor.moves(10000, 1) == [], "a minute after the walk the bus is watched"
    assert floor.moves(300, 1) == [1]


def test_movement_is_nothing_while_somebody_is_about():
    for name, value, back in (
        ("front_door", True, False),
        ("emergency_door", True, False),
        ("driver_seat", True, False),
    ):
        floor = Floor()
        floor.goes(100, **{name: value})
        assert floor.moves(20000, 1, 2) == [], name
        floor.moves(1000)
        floor.goes(100, **{name: back})
        assert floor.moves(59000, 1) == [], name
        floor.moves(2000)
        assert floor.moves(10200, 1) == [1], name


def test_nothing_is_asked_of_a_bus_that_is_not_parked_or_whose_inputs_cannot_be_read():
    floor = Floor()
    floor.goes(1000, taken=[3])
    assert floor.moves(20000, 1, 2) == []
    floor = Floor()
    floor.s.vehicle.presence[:] = [None, None]
    floor.goes(MINUTE)
    assert floor.s.trip.moved == [] and floor.faults() == ([], [])


def alarmed():
    floor = Floor()
    floor.moves(100, 1, 2)
    floor.moves(30000)
    return floor


def test_an_adult_who_answers_the_prompt_was_the_one_who_moved():
    for name, value in (
        ("front_door", True),
        ("emergency_door", True),
        ("attended", "here"),
        ("ignition", True),
    ):
        floor = Floor()
        floor.moves(100, 1, 2)
        floor.moves(29800)
        assert floor.s.trip.moved == [1, 2] and floor.s.trip.phase == "checking"
        floor.goes(100, **{name: value})
        assert floor.s.trip.moved == [], name
        if name != "ignition":
            assert floor.s.trip.phase == "parked" and floor.s.trip.checked, name
            floor = alarmed()
            floor.goes(100, **{name: value})
            assert floor.s.trip.moved == [1, 2], name


def test_the_alarm_ends_with_a_door_and_a_walk_after_it():
    floor = alarmed()
    floor.presses()
    assert floor.s.trip.moved == [1, 2], "no door was opened"
    assert floor.s.trip.phase == "checking"
    floor.opens()
    floor.presses()
    assert floor.s.trip.moved == [1, 2], "sooner than a walk"
    floor.goes(10000)
    assert floor.s.trip.moved == [1, 2], "not yet"
    assert floor.walks() == "parked"
    assert floor.s.trip.moved == []
    floor.closes()
    floor.moves(MINUTE)
    floor.moves(100, 1, 2)
    floor.moves(MINUTE)
    floor.presses()
    assert floor.s.trip.moved == [1, 2], "the next alarm needs a door of its own"


def test_the_emergency_door_and_one_that_is_not_believed_are_ways_too():
    for door in ({"emergency_door": True}, {"front_door": None}):
        floor = alarmed()
        floor.goes(11000, **door)
        assert floor.walks() == "parked"


def test_a_bus_that_drives_off_ends_it():
    floor = alarmed()
    floor.goes(100, ignition=True)
    assert floor.s.trip.moved == []


def test_inputs_that_see_the_person_later_are_added():
    floor = Floor()
    floor.moves(10200, 2)
    found = floor.s.trip.moved
    floor.moves(1000, 2)
    assert floor.s.trip.moved is found
    assert floor.moves(1000, 1) == [1, 2]
    assert floor.s.trip.alone_ms > 1000
    floor = Floor()
    floor.moves(10200, 2)
    floor.moves(30000)
    floor.opens()
    assert floor.moves(1000, 1, 2) == [2], "the driver moves there"


def test_p6_an_alarm_outlives_a_reset_until_a_door_and_a_walk_end_it():
    for floor, moved in ((alarmed(), [1, 2]), (Floor(), [2])):
        if not floor.s.trip.moved:
            floor.moves(10200, 2)  # within the prompt: it is not known who moved
        again = Floor(floor.nvs)
        assert again.s.trip.moved == moved
        assert again.s.trip.phase == "checking" and not again.s.trip.checked
        assert again.s.trip.alone_ms > 60 * MINUTE
        again.presses()
        again.goes(11000)
        again.presses()
        assert again.s.trip.moved == moved, "no door was opened"
        again.opens()
        assert again.s.trip.moved == moved, "the prompt is over"
        again.goes(11000)
        assert again.walks() == "parked"
        assert again.s.trip.moved == []
        assert Floor(again.nvs).s.trip.moved == []


def test_who_moved_is_kept_only_when_it_changes():
    floor = Floor()
    writes = floor.nvs.writes
    floor.moves(5000, 1)
    assert "moved" not in floor.nvs and floor.nvs.writes == writes
    floor.moves(10000, 1)
    assert floor.nvs["moved"] == 1
    writes = floor.nvs.writes
    floor.moves(60000, 1)
    assert floor.nvs.writes == writes
    floor.moves(100, 1, 2)
    assert floor.nvs["moved"] == 3
    floor.opens()
    floor.goes(11000)
    floor.walks()
    assert floor.nvs["moved"] == 0


def test_an_input_that_is_no_longer_fitted_is_not_recalled():
    floor = Floor(dict(CHECKED, moved=0x8))
    assert floor.s.trip.moved == [] and floor.s.trip.phase == "parked"
    assert floor.nvs["moved"] == 0


def test_a_seat_that_is_taken_keeps_its_own_time():
    floor = alarmed()
    floor.goes(1000, taken=[3])
    assert floor.s.trip.alone_ms == floor.s.trip.ignition_off_ms


def test_an_input_that_does_not_see_the_walk_is_quiet_until_it_sees_one():
    floor = Floor()
    floor.parks(2000, 1)
    assert floor.faults() == ([2], [])
    floor.moves(MINUTE)
    floor.moves(3000, 2)
    floor.presses()
    floor.goes(20000)
    assert floor.faults() == ([2], []), "whoever stays at the button walks past nothing"
    floor.parks(2000, 2)
    assert floor.faults() == ([1], [])
    floor.parks(2000, 1, 2)
    assert floor.faults() == ([], [])


def test_ten_seconds_after_the_walk_still_count_and_another_drive_forgets_it():
    floor = Floor()
    floor.goes(5000, ignition=True)
    floor.goes(9000, ignition=False)
    floor.presses()
    floor.moves(9000, 1, 2)
    floor.goes(5000)
    assert floor.faults() == ([], [])
    floor.goes(5000, ignition=True)
    floor.moves(9000)
    floor.goes(9000, ignition=False)
    floor.presses()
    floor.goes(5000)
    floor.goes(60000, ignition=True)
    assert floor.faults() == ([], []), "the drive began before it was judged"


def test_a_door_that_opens_makes_the_next_press_a_walk():
    floor = alarmed()
    floor.opens()
    floor.goes(11000)
    floor.walks()
    assert floor.faults() == ([1, 2], [])


def restless():
    """Input 1 is on for good, an alarm and a walk ago."""
    floor = Floor()
    assert floor.moves(10200, 1) == [1]
    floor.moves(30000, 1)
    floor.opens()
    floor.goes(11000)
    assert floor.walks() == "parked"
    floor.closes()
    assert floor.faults()[1] == []
    floor.moves(70000, 1)
    return floor


def test_an_input_that_no_walk_puts_to_rest_raises_no_alarm_until_it_has_rested():
    floor = restless()
    assert floor.faults()[1] == [1]
    assert floor.s.trip.moved == [] and floor.s.trip.phase == "parked"
    floor.moves(59000, 2)
    assert floor.s.trip.moved == [2], "the others see on"
    floor = restless()
    floor.moves(60000)
    assert floor.faults()[1] == [1]
    floor.moves(200)
    assert floor.faults()[1] == []
    assert floor.moves(10200, 1) == [1]


def test_the_bus_knows_it_across_the_day():
    floor = restless()
    floor.moves(5 * MINUTE, 1)
    floor.goes(30 * MINUTE, ignition=True)
    floor.goes(9000, ignition=False)
    floor.presses()
    floor.goes(5 * MINUTE)
    assert (floor.s.trip.moved, floor.faults()[1]) == ([], [1])


def test_one_that_rested_meanwhile_is_believed_again():
    floor = Floor()
    floor.moves(40200, 1)
    floor.opens()
    floor.goes(11000)
    floor.walks()
    floor.closes()
    floor.moves(1000)
    floor.moves(59000, 1)
    assert floor.moves(12000, 1) == [1]
    assert floor.faults()[1] == []


def test_one_that_rested_and_sees_the_driver_is_no_suspect():
    floor = Floor()
    floor.moves(40200, 1)
    floor.moves(1000)
    floor.opens()
    floor.moves(11000, 1)
    floor.walks()
    floor.closes()
    assert floor.moves(75000, 1) == [1]
    assert floor.faults()[1] == []


def test_three_alarms_that_ended_with_a_walk_are_a_curtain_until_the_engine_runs():
    floor = Floor()
    for walks in range(3):
        assert floor.faults()[1] == [], walks
        floor.moves(100, 1)
        floor.moves(1000)
        assert floor.moves(100, 1) == [1], walks
        floor.moves(30000)
        floor.opens()
        floor.goes(11000)
        floor.walks()
        floor.closes()
        floor.goes(MINUTE)
    assert floor.faults()[1] == [1]
    assert floor.moves(20000, 1) == []
    floor.moves(2 * MINUTE)
    assert floor.faults()[1] == [1], "it has rested, as it had before"
    floor.goes(1000, ignition=True)
    assert floor.faults()[1] == []


def test_thresholds_change_both_ways_to_see_it():
    rules = dict(defaults()["rules"], presence_hold_s=2, presence_window_s=20)
    floor = Floor()
    floor.trip.on_thresholds(rules)
    assert floor.moves(2100, 1) == [1]
    floor = Floor()
    floor.trip.on_thresholds(rules)
    floor.moves(1000, 1)
    floor.moves(20000)
    assert floor.moves(1000, 1) == []


def test_without_inputs_nothing_is_asked():
    ride = Ride(**CHECKED)
    Presence(defaults(), ride.nvs).update(ride.s, Door(), Door(), 0, True)
    assert ride.s.trip.moved == []
