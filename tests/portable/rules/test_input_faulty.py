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


def test_every_wire_that_flaps_is_an_occurrence_of_its_own():
    wires = ["front_door", "emergency_door", "check_button", "check_button_2", "sos_button", "here"]
    watch = Watch(InputFaulty)
    watch.sees(2000, flapping_wires=wires)
    assert [event.subject for event in watch.events] == wires
    assert {dict(event.data)["fault"] for event in watch.events} == {"flapping"}
    assert watch.rule.warning == LAMP
    assert watch.states(2000, flapping_wires=["here"]) == ["cleared"] * 5
    assert watch.rule.warning == LAMP
    assert watch.sees(2000, flapping_wires=[]) == [
        ("cleared", {"wire": "here", "fault": "flapping"})
    ]
    assert watch.rule.warning == SILENT


def test_a_driver_s_seat_that_flaps_may_have_contradicted_before():
    watch = Watch(InputFaulty)
    assert watch.states(driver_seat_fault=True) == ["raised"]
    assert watch.sees(flapping_wires=["driver_seat"]) == [
        ("updated", {"wire": "driver_seat", "fault": "flapping"})
    ]


def test_a_here_button_that_is_held_for_20_s_is_stuck_until_it_is_released():
    watch = Watch(InputFaulty, here_button=True)
    assert watch.sees(20000) == []
    assert watch.sees() == [("raised", {"wire": "here", "fault": "stuck"})]
    assert watch.sees(60000) == []
    assert watch.sees(here_button=False) == [("cleared", {"wire": "here", "fault": "stuck"})]
    assert watch.sees(15000, here_button=True) == []
    watch.sees(here_button=None)
    assert watch.sees(15000, here_button=True) == [], "unknown is not held"
