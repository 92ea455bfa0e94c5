"""The check: who may still be on board, what the button settles, what outlives a power cut."""

from parts import Nvs, put, snapshot

from firmware.trip.check import Check

RULES = {"check_walk_s": 5}
MINUTE = 60000


class Watch:
    """`off_ms`: for how long the ignition has been off, None: on."""

    def __init__(self, nvs=None, checked=False, **readings):
        self.nvs = Nvs() if nvs is None else nvs
        self.check = Check(checked, self.nvs, RULES)
        self.s = snapshot(64, check_button=False)
        self.sees(**readings)

    def sees(self, off_ms=None, **readings):
        self.off_ms = off_ms
        for name, value in readings.items():
            put(self.s, name, value)
        self.s.seats.changes += 1
        self.s.now_ms += 100
        self.check.update(self.s, off_ms)
        return self.s.seats.sitting, self.s.seats.doubtful

    def presses(self, off_ms):
        for pressed in (True, True, False):
            self.s.vehicle.check_button = pressed
            self.check.update(self.s, off_ms)
        return self.s.trip.checked


def test_a_press_counts_from_the_time_of_a_walk_on():
    for off_ms, counts in ((0, False), (4999, False), (5000, True), (90000, True)):
        watch = Watch()
        assert watch.presses(off_ms) == counts, off_ms
        assert watch.s.trip.early_presses == (0 if counts else 1), off_ms


def test_a_press_with_the_ignition_on_is_neither_a_check_nor_suspicious():
    watch = Watch()
    assert not watch.presses(None)
    assert watch.s.trip.early_presses == 0


def test_a_button_held_since_before_or_silent_in_between_is_no_press():
    watch = Watch(check_button=None)
    for pressed in (None, True, None, True):
        watch.s.vehicle.check_button = pressed
        watch.check.update(watch.s, 9000)
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


def test_who_sits_where_outlives_a_power_cut():
    for seat in (1, 24, 25, 48, 49, 64):
        watch = Watch()
        watch.sees(0, taken=[seat, 30])
        after = Watch(watch.nvs, unknown=[seat, 30, 31])
        assert after.s.seats.sitting == sorted((seat, 30)), seat
        assert after.s.seats.doubtful == [31]
        assert after.presses(9000)
        assert after.s.seats.sitting == sorted((seat, 30)), seat
        assert after.sees(9000, unknown=[]) == ([], [])
        assert Watch(watch.nvs, unknown=[seat]).s.seats.sitting == []


def test_with_the_ignition_on_it_is_kept_once_a_minute():
    watch = Watch()
    watch.s.now_ms = 0
    watch.check = Check(False, watch.nvs, RULES)
    watch.sees(taken=[7])
    watch.s.now_ms = MINUTE - 200
    watch.sees(taken=[7, 8])
    assert not watch.nvs
    watch.sees(taken=[7, 8])
    assert watch.nvs == {"sitting_0": 0xC0}
    watch.sees(taken=[9])
    watch.s.now_ms = 2 * MINUTE - 200
    watch.sees()
    assert watch.nvs == {"sitting_0": 0xC0}
    watch.sees()
    assert watch.nvs == {"sitting_0": 0x100}


def test_it_is_kept_at_once_when_a_sensor_falls_silent_or_the_ignition_goes_off():
    watch = Watch(taken=[7])
    watch.sees(taken=[], unknown=[7])
    assert watch.nvs == {"sitting_0": 0x40}
    watch = Watch(taken=[7])
    watch.sees(0)
    assert watch.nvs == {"sitting_0": 0x40}


def test_what_does_not_change_is_not_written_again():
    writes = []

    class Counting(Nvs):
        def set(self, name, value):
            writes.append(name)
            self[name] = value

    watch = Watch(Counting())
    for taken in ([], [30], [30], [31], []):
        watch.sees(0, taken=taken)
        watch.sees(0)
    assert writes == ["sitting_1"] * 3


def test_who_rises_after_the_press_may_sit_on_a_seat_that_nobody_can_read():
    watch = Watch(taken=[13], unknown=[5, 6])
    assert watch.presses(9000)
    assert watch.sees(9000, taken=[]) == ([], [5, 6])
    assert not watch.s.trip.checked
    assert watch.presses(9000)
    assert (watch.s.seats.sitting, watch.s.seats.doubtful) == ([], [])
    watch = Watch(taken=[13], unknown=[])
    assert watch.presses(9000)
    watch.sees(9000, taken=[])
    assert watch.s.trip.checked
