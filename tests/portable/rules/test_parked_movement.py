"""Parked movement, at its boundaries: one below, at, one above."""

from watch import CONFIG, MINUTE, Watch

from firmware.messages import text
from firmware.rules.parked_movement import ParkedMovement
from firmware.warnings import INSIDE, SILENT


def parked():
    watch = Watch(ParkedMovement, phase="parked", ignition_off_ms=MINUTE, checked=True)
    watch.sees(1000)
    return watch


def test_parked_movement_after_1_s():
    watch = parked()
    assert watch.sees(1000, phase="checking", sitting=[7]) == []
    assert watch.sees() == [("raised", {"seats": [7]})]
    assert watch.rule.warning == INSIDE
    assert watch.sees(MINUTE) == []
    assert watch.sees(1100, sitting=[7, 8]) == [("updated", {"seats": [7, 8]})]
    assert watch.sees(sitting=[]) == [("cleared", {"seats": []})]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE, sitting=[7]) == []


def test_parked_movement_only_in_a_bus_that_was_parked():
    watch = Watch(ParkedMovement, phase="checking", ignition_off_ms=0)
    assert watch.sees(MINUTE, sitting=[7]) == []
    watch = parked()
    assert watch.sees(MINUTE, phase="boarding", ignition_off_ms=None, sitting=[7]) == []


def test_parked_movement_ends_with_the_ignition_on_and_not_with_unknown():
    watch = parked()
    watch.sees(2000, phase="checking", sitting=[7])
    assert watch.sees(MINUTE, taken=[], unknown=[7]) == []
    assert [state for state, _ in watch.sees(ignition_off_ms=None)] == ["cleared"]


def test_parked_movement_goes_on_while_the_child_is_loose():
    watch = parked()
    watch.sees(2000, phase="checking", sitting=[7])
    assert watch.sees(MINUTE, sitting=[], loose=[7]) == []
    assert watch.rule.warning == INSIDE
    assert watch.sees(1100, sitting=[8], loose=[]) == [("updated", {"seats": [8]})]
    assert watch.states(sitting=[]) == ["cleared"]


def test_parked_movement_is_not_told_of_children_who_board():
    watch = parked()
    assert watch.sees(MINUTE, phase="boarding", sitting=[7], alone_ms=None) == []
    assert watch.sees(MINUTE, phase="checking", alone_ms=180000) == []


def test_parked_movement_every_seat_has_its_second():
    watch = parked()
    watch.sees(900, phase="checking", sitting=[7])
    watch.sees(phase="parked", sitting=[])
    assert watch.sees(1000, phase="checking", sitting=[7]) == []
    assert watch.states() == ["raised"]
    assert watch.sees(1000, sitting=[8]) == []
    assert watch.states() == ["updated"]


def test_parked_movement_explains_itself():
    watch = parked()
    watch.sees(1100, phase="checking", sitting=[7])
    expected = '{"ignition_off_s":60,"held_s":1,"checked":true}'
    assert text(watch.events[0].why) == expected


def test_parked_movement_names_the_presence_inputs_once_nobody_answered_the_prompt():
    watch = parked()
    watch.sees(1000, presence=[False, False])
    assert watch.sees(30000, phase="checking", checked=False, moved=[2]) == []
    assert watch.rule.warning == SILENT
    told = watch.sees()
    assert told == [("raised", {"seats": [], "presence": [2]})]
    assert watch.rule.warning == INSIDE
    assert watch.sees(MINUTE) == []
    assert watch.sees(moved=[1, 2]) == [("updated", {"seats": [], "presence": [1, 2]})]
    assert watch.sees(MINUTE, checked=True) == []
    assert watch.sees(phase="parked", moved=[]) == [("cleared", {"seats": [], "presence": []})]
    assert watch.rule.warning == SILENT


def test_parked_movement_of_a_child_that_climbs_from_the_floor_onto_a_seat_is_one_occurrence():
    watch = parked()
    watch.sees(1000, presence=[False])
    watch.sees(30100, phase="checking", checked=False, moved=[1])
    assert watch.sees(1100, sitting=[7]) == [("updated", {"seats": [7], "presence": [1]})]
    assert watch.sees(moved=[]) == [], "the seat is reported, and taken"
    assert watch.sees(sitting=[]) == [("cleared", {"seats": [], "presence": []})]


def test_parked_movement_seen_by_an_input_ends_when_the_bus_drives_off():
    watch = parked()
    watch.sees(30100, phase="checking", presence=[True], moved=[1])
    assert watch.states(phase="boarding", ignition_off_ms=None, moved=[]) == ["cleared"]


def test_parked_movement_on_a_seat_waits_for_no_prompt():
    watch = parked()
    watch.sees(1000, presence=[False])
    watch.sees(phase="checking", moved=[1])
    told = watch.sees(1200, sitting=[7])
    assert told == [("raised", {"seats": [7], "presence": []})]
    assert watch.sees(30000) == [("updated", {"seats": [7], "presence": [1]})]


def test_parked_movement_may_ask_at_once():
    watch = Watch(ParkedMovement, dict(CONFIG, presence_prompt_s=0), phase="parked")
    watch.sees(1000, ignition_off_ms=MINUTE, presence=[False])
    assert watch.states(phase="checking", moved=[1]) == ["raised"]
