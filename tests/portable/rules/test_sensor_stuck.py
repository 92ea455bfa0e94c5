"""Sensor stuck, at its boundaries: one below, at, one above."""

from readings import seats
from watch import MINUTE, Watch

from firmware.messages import text
from firmware.rules.sensor_stuck import SensorStuck
from firmware.warnings import LAMP

HOUR = 60 * MINUTE


def test_a_seat_taken_only_after_the_ignition_went_off_was_not_seen_there():
    watch = Watch(SensorStuck, ignition_off_ms=0, checked=True)
    watch.now_ms = MINUTE
    seats(watch, 3)
    watch.now_ms = 31 * MINUTE
    assert watch.sees(1000, ignition_off_ms=31 * MINUTE) == []


def test_sensor_stuck_after_12_h():
    watch = Watch(SensorStuck, ignition_off_ms=None)
    seats(watch, 3)
    watch.now_ms = 12 * HOUR - 2000
    assert watch.sees(1900) == []
    assert watch.sees(1100) == [("raised", {"seats": [3]})]
    assert watch.rule.warning == LAMP
    assert seats(watch, unknown=[3, 4]) == []
    assert [state for state, _ in seats(watch, unknown=[])] == ["cleared"]


def test_sensor_stuck_through_a_parking_that_was_checked():
    watch = Watch(SensorStuck, ignition_off_ms=0, checked=False)
    seats(watch, 3, 5)
    watch.now_ms = HOUR
    assert watch.sees(2000, ignition_off_ms=HOUR) == [], "nobody has pressed the button"
    assert watch.sees(2000, checked=True, ignition_off_ms=30 * MINUTE - 1) == []
    assert watch.sees(2000, ignition_off_ms=30 * MINUTE) == [("raised", {"seats": [3, 5]})]
    assert seats(watch, 5) == [("updated", {"seats": [5]})]


def test_sensor_stuck_not_for_a_child_that_rises_once():
    watch = Watch(SensorStuck, ignition_off_ms=None)
    for _ in range(5):
        seats(watch, 3)
        watch.now_ms += 11 * HOUR
        assert seats(watch) == []


def test_sensor_stuck_explains_itself():
    watch = Watch(SensorStuck, ignition_off_ms=0, checked=True)
    seats(watch, 3)
    watch.now_ms = 30 * MINUTE
    assert watch.sees(1000, ignition_off_ms=30 * MINUTE) == [("raised", {"seats": [3]})]
    assert text(watch.events[0].why) == '{"limit_h":12,"parked_min":30}'
