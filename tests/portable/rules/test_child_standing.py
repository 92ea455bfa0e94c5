"""Child standing, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch, kmh

from firmware.rules.child_standing import ChildStanding
from firmware.warnings import CHIME, SILENT


def standing(**readings):
    watch = Watch(ChildStanding, phase="driving", speed_mms=kmh(40), **readings)
    rides(watch, 3, 7)
    return watch


def rides(watch, *seats, **readings):
    """These seats are taken from now on."""
    return watch.sees(taken=list(seats), seat_changes=watch.s.seats.changes + 1, **readings)


def test_child_standing_after_3_s_above_20_kmh():
    watch = standing()
    assert rides(watch, 7, speed_mms=kmh(20)) == []
    assert watch.sees(MINUTE) == []
    assert watch.sees(3000, speed_mms=kmh(20) + 1) == []
    assert watch.sees() == [("raised", {"seats": [3]})]
    assert watch.rule.warning == CHIME
    assert watch.sees(MINUTE) == []
    assert [state for state, _ in rides(watch, 3, 7)] == ["cleared"]
    assert watch.rule.warning == SILENT


def test_child_standing_a_child_that_fidgets_or_changes_seats_is_found():
    watch = standing()
    rides(watch, 7)
    assert watch.sees(2800) == []
    assert rides(watch, 3, 7) == []
    assert watch.sees(MINUTE) == []
    rides(watch, 7)
    assert watch.sees(2000) == []
    assert rides(watch, 5, 7) == []
    assert watch.sees(MINUTE) == []


def test_child_standing_changing_seats_at_once_and_rising_at_a_stop_are_nothing():
    watch = standing()
    rides(watch, 3, 9)
    assert watch.sees(MINUTE) == []
    rides(watch, 3)
    assert watch.sees(2000) == []
    assert watch.sees(phase="boarding") == []
    assert watch.sees(MINUTE, phase="driving") == []


def test_child_standing_is_updated_by_a_second_and_ended_by_a_stop_but_not_a_red_light():
    watch = standing()
    rides(watch, 7)
    assert [state for state, _ in watch.sees(3100)] == ["raised"]
    rides(watch)
    assert watch.sees(3100) == [("updated", {"seats": [3, 7]})]
    assert watch.sees(MINUTE, speed_mms=0) == []
    assert watch.sees(phase="boarding") == [("cleared", {"seats": []})]
    assert watch.sees(MINUTE, phase="driving", speed_mms=kmh(40)) == []


def test_child_standing_unknown_seat_has_not_emptied_and_unknown_speed_does_nothing():
    watch = standing()
    rides(watch, 7, unknown=[3])
    assert watch.sees(MINUTE) == []
    rides(watch, 7, unknown=[], speed_mms=None)
    assert watch.sees(MINUTE) == []
    assert [data["seats"] for _, data in watch.sees(3100, speed_mms=kmh(40))] == [[3]]
    assert watch.sees(MINUTE, speed_mms=None) == []


def test_child_standing_every_child_has_its_3_s():
    watch = standing()
    rides(watch, 3, 7, 9)
    rides(watch, 7, 9)
    assert watch.sees(2800) == []
    rides(watch, 3, 7, 9)
    rides(watch, 7, 9)
    assert watch.sees(2800) == [], "it had sat down in between"
    rides(watch, 9)
    assert watch.sees(2800) == [], "another one has just risen"
    assert [data["seats"] for _, data in watch.sees(200)] == [[3, 7]]
    rides(watch)
    assert watch.sees(2900) == []
    assert watch.states() == ["updated"]


def test_child_standing_not_for_a_child_that_got_off_at_a_stop():
    watch = standing()
    watch.sees(phase="boarding", speed_mms=0)
    rides(watch, 7)
    assert watch.sees(MINUTE, phase="driving", speed_mms=kmh(40)) == []
    rides(watch)
    assert watch.sees(3100) == [("raised", {"seats": [7]})]
