"""The check: which press is a walk, and which unknown seats it settles."""

from parts import Nvs, put, snapshot
from trip_bench import parked

from firmware.trip.check import Check
from firmware.trip.doors import Door
from firmware.trip.persons import Persons

RULES = {"check_walk_s": 5}
SHUT = Door()
SHUT.update(0, False, False)


class Watch:
    """`off_ms`: for how long the ignition has been off, None: on."""

    def __init__(self, **readings):
        self.check = Check(False, RULES)
        self.persons = Persons(Nvs(), RULES)
        self.s = snapshot(64)
        self.sees(**readings)

    def sees(self, off_ms=None, **readings):
        self.off_ms = off_ms
        for name, value in readings.items():
            put(self.s, name, value)
        self.s.seats.changes += 1
        self.s.now_ms += 100
        self._looks(off_ms)
        return self.s.seats.sitting, self.s.seats.doubtful

    def presses(self, off_ms):
        """A press that began off_ms after the ignition went off, and lasted 0.5 s."""
        self.s.vehicle.check_press_ms = 500
        self._looks(None if off_ms is None else off_ms + 500)
        self.s.vehicle.check_press_ms = None
        self._looks(off_ms)
        return self.s.trip.checked

    def _looks(self, off_ms):
        walked = self.check.press(self.s, off_ms)
        self.persons.update(self.s, SHUT, SHUT, off_ms, walked)
        self.check.judge(self.s, self.persons.has_risen)


def test_a_press_counts_from_the_time_of_a_walk_on():
    for off_ms, counts in ((0, False), (4999, False), (5000, True), (90000, True)):
        watch = Watch()
        assert watch.presses(off_ms) == counts, off_ms
        assert watch.s.trip.early_presses == (0 if counts else 1), off_ms


def test_a_press_with_the_ignition_on_is_neither_a_check_nor_suspicious():
    watch = Watch()
    assert not watch.presses(None)
    assert watch.s.trip.early_presses == 0


def test_a_button_that_is_held_is_no_press_yet():
    watch = Watch(check_button=True)
    watch.sees(9000)
    assert not watch.s.trip.checked
    assert watch.s.trip.early_presses == 0


def test_the_button_settles_a_seat_that_was_never_known_and_no_other():
    watch = Watch(taken=[3], unknown=[9])
    assert watch.sees(9000, taken=[], unknown=[3, 9]) == ([3], [9])
    assert watch.presses(9000)
    assert (watch.s.seats.sitting, watch.s.seats.doubtful) == ([3], [])
    assert watch.sees(9000, taken=[3], unknown=[9]) == ([3], [])
    watch.check.begin()
    watch.sees(taken=[])
    assert watch.sees() == ([], [9])
    assert not watch.s.trip.checked


def test_who_rises_after_the_press_may_sit_on_a_seat_that_nobody_can_read():
    watch = Watch(taken=[13], unknown=[5, 6])
    assert watch.presses(9000)
    assert watch.sees(9000, taken=[]) == ([], [5, 6])
    assert not watch.s.trip.checked
    assert watch.presses(9000)
    assert (watch.s.seats.sitting, watch.s.seats.doubtful) == ([], [])
    assert watch.sees(9000)[1] == [], "one press is enough"
    watch = Watch(taken=[13], unknown=[])
    assert watch.presses(9000)
    watch.sees(9000, taken=[])
    assert watch.s.trip.checked, "but the person is loose"


def test_the_walk_settles_a_belt_that_is_closed_over_an_empty_seat_until_it_was_opened():
    ride = parked()
    ride.goes(1000, ignition=True)
    ride.goes(30000, ignition=False, buckled_empty=[3, 5])
    assert ride.s.seats.doubtful == [3, 5]
    ride.presses()
    assert (ride.s.seats.doubtful, ride.s.trip.phase) == ([], "parked")
    ride.goes(1000, buckled_empty=[3, 5, 6])
    assert ride.s.trip.phase == "parked", "somebody tidies up behind the children"
    ride.goes(1000, ignition=True)
    assert ride.s.seats.doubtful == []
    ride.goes(1000, buckled_empty=[3], unknown=[5, 6])
    assert ride.s.seats.doubtful == [5, 6]
    ride.goes(1000, buckled_empty=[3, 5, 6], unknown=[])
    assert ride.s.seats.doubtful == [], "a chip that was silent for a moment opened no belt"
    ride.goes(1000, buckled_empty=[5, 6])
    ride.goes(1000, buckled_empty=[3, 5, 6])
    assert ride.s.seats.doubtful == [3]
    ride.goes(180100, ignition=False)
    assert ride.s.trip.alone_ms >= 180000
    assert ride.s.trip.phase == "checking"


def test_a_press_too_soon_is_no_walk_and_one_in_time_is():
    watch = Watch(off_ms=1000, taken=[7], unknown=[])
    watch.s.vehicle.check_press_ms = 500
    assert watch.check.press(watch.s, 5499) is False
    assert watch.s.trip.early_presses == 1
    assert watch.check.press(watch.s, 5500) is True
    assert watch.check.press(watch.s, None) is False
    watch.s.vehicle.check_press_ms = None
    assert watch.check.press(watch.s, 9000) is False


def test_where_no_walk_is_due_no_seat_is_doubtful():
    watch = Watch(off_ms=1000, taken=[], unknown=[4])
    assert watch.s.seats.doubtful == [4]
    watch.check.waive(watch.s)
    assert (watch.s.trip.checked, watch.s.seats.doubtful) == (True, [])
