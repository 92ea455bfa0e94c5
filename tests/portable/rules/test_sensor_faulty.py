"""Sensor faulty: the wires that trip/wires.py has found."""

from watch import Watch

from firmware.messages import text
from firmware.rules.sensor_faulty import SensorFaulty
from firmware.warnings import LAMP, SILENT


def test_broken_wires_are_named_in_one_occurrence():
    watch = Watch(SensorFaulty, phase="driving", supply_mv=12600)
    assert watch.sees() == []
    assert watch.sees(faulty=["supply"]) == [("raised", {"wires": ["supply"]})]
    assert watch.rule.warning == LAMP
    assert watch.sees(1000) == []
    assert text(watch.events[0].why) == '{"driving":true,"supply_mv":12600}'
    both = ["front_door", "supply"]
    assert watch.sees(faulty=both, phase="parked") == [("updated", {"wires": both})]
    assert watch.sees(faulty=[]) == [("cleared", {"wires": []})]
    assert watch.rule.warning == SILENT
