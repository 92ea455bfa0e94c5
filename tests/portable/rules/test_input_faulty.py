"""Wires that contradict other evidence, each named."""

from watch import Watch

from firmware.rules.input_faulty import InputFaulty
from firmware.warnings import LAMP, SILENT


def test_a_fault_of_the_ignition_wire_begins_changes_and_ends():
    watch = Watch(InputFaulty, ignition=True, supply_mv=12600)
    assert watch.sees() == []
    assert watch.sees(ignition_fault="stuck_on", engine=False) == [
        ("raised", {"wire": "ignition", "fault": "stuck_on"})
    ]
    assert watch.rule.warning == LAMP
    assert watch.events[0].subject == "ignition"
    assert dict(watch.events[0].why) == {"ignition": True, "engine": False, "supply_mv": 12600}
    assert watch.sees(60000) == []
    assert watch.sees(ignition_fault="dead") == [("updated", {"wire": "ignition", "fault": "dead"})]
    assert watch.sees(ignition_fault=None) == [("cleared", {"wire": "ignition", "fault": "dead"})]
    assert watch.rule.warning == SILENT


def test_two_wires_are_two_occurrences():
    watch = Watch(InputFaulty)
    watch.sees(ignition_fault="flapping", driver_seat_fault=True)
    assert watch.sees() == [("raised", {"wire": "driver_seat", "fault": "contradicts"})]
    assert [event.subject for event in watch.events] == ["ignition", "driver_seat"]
    assert watch.states(ignition_fault=None) == ["cleared"]
    assert watch.rule.warning == LAMP
    assert watch.states(driver_seat_fault=False) == ["cleared"]
    assert watch.rule.warning == SILENT
