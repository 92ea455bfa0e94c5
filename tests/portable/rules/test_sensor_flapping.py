"""Sensor flapping, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.messages import text
from firmware.rules.sensor_flapping import SensorFlapping
from firmware.warnings import LAMP, SILENT


def test_sensor_flapping_lists_seats_and_belts():
    watch = Watch(SensorFlapping)
    assert watch.sees() == []
    assert watch.sees(flapping=[3]) == [("raised", {"seats": [3], "belts": []})]
    assert watch.rule.warning == LAMP
    assert watch.sees(MINUTE) == []
    assert watch.sees(flapping_belts=[4]) == [("updated", {"seats": [3], "belts": [4]})]
    assert watch.states(flapping=[], flapping_belts=[]) == ["cleared"]
    assert watch.rule.warning == SILENT


def test_sensor_flapping_explains_itself():
    watch = Watch(SensorFlapping, flapping=[3])
    watch.sees()
    assert text(watch.events[0].why) == '{"changes":8,"window_s":10}'
