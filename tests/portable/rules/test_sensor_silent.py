"""Sensor silent, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.sensor_silent import SensorSilent
from firmware.warnings import LAMP, SILENT


def sensors(**readings):
    return Watch(SensorSilent, sensors=("gnss", "supply"), silent=[], **readings)


def test_sensor_silent_after_2_s_once_an_outage_and_sensor():
    watch = sensors()
    assert watch.sees(2000, silent=["gnss"]) == []
    assert watch.sees(100) == [("raised", {"sensor": "gnss", "unknown_seats": []})]
    assert watch.sees(MINUTE) == []
    assert watch.rule.warning == LAMP
    assert watch.states(silent=[]) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.states(2100, silent=["gnss"]) == ["raised"]


def test_sensor_silent_two_at_once_are_two_events():
    watch = sensors()
    told = watch.sees(2200, silent=["gnss", "supply"])
    assert [data["sensor"] for _, data in told] == ["gnss", "supply"]
    assert watch.events[0].subject != watch.events[1].subject
