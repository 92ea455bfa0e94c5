"""Seat contradicted, at its boundaries: one below, at, one above."""

from watch import Watch

from firmware.rules.seat_contradicted import SeatContradicted
from firmware.warnings import LAMP, SILENT


def test_a_strapped_child_on_a_seat_that_reads_empty_is_reported_after_10_s():
    watch = Watch(SeatContradicted)
    assert watch.sees(10000, strapped=[7]) == []
    assert watch.sees() == [("raised", {"seats": [7], "buckled": []})]
    assert watch.rule.warning == LAMP
    assert watch.sees(10100, strapped=[5, 7]) == [("updated", {"seats": [5, 7], "buckled": []})]
    assert watch.sees(10000, strapped=[]) == []
    assert watch.rule.warning == LAMP
    assert watch.states() == ["cleared"]
    assert watch.rule.warning == SILENT


def test_what_comes_back_within_10_s_is_not_told():
    watch = Watch(SeatContradicted)
    assert watch.sees(9000, strapped=[7]) == []
    assert watch.sees(9000, strapped=[]) == []
    assert watch.sees(10000, strapped=[7]) == []
    assert watch.states() == ["raised"]
    assert watch.sees(9000, strapped=[]) == []
    assert watch.sees(20000, strapped=[7]) == []


def test_a_change_elsewhere_begins_no_time_anew():
    watch = Watch(SeatContradicted)
    assert watch.sees(9000, strapped=[7]) == []
    assert watch.sees(1000, strapped=[7], buckled_empty=[3], doubtful=[2]) == []
    assert watch.states() == ["raised"]


def test_a_belt_over_nobody_is_told_while_the_bus_drives_and_until_the_walk():
    watch = Watch(SeatContradicted, phase="checking", buckled_empty=[3, 4], doubtful=[3])
    assert watch.sees(20000) == [], "closing belts is a habit"
    assert watch.sees(10000, phase="driving") == []
    assert watch.sees() == [("raised", {"seats": [], "buckled": [3]})]
    assert watch.sees(20000, phase="checking") == []
    assert watch.sees(10100, doubtful=[]) == [("cleared", {"seats": [], "buckled": []})]
