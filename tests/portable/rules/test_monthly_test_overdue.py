"""Monthly test overdue, at its boundaries: one below, at, one above."""

from watch import Watch, tuned

from firmware.messages import text
from firmware.rules.monthly_test_overdue import MonthlyTestOverdue


def test_what_nobody_has_tried_for_more_than_35_days_is_named():
    watch = Watch(MonthlyTestOverdue)
    assert watch.sees() == []
    assert watch.sees(sos_idle_days=35, door_idle_days=35) == []
    assert watch.sees(sos_idle_days=36) == [("raised", {"parts": ["sos_button"]})]
    assert text(watch.events[0].why) == '{"sos_days":36,"door_days":35,"limit_days":35}'
    both = ["sos_button", "emergency_door"]
    assert watch.sees(door_idle_days=40) == [("updated", {"parts": both})]
    assert watch.sees(sos_idle_days=37) == []
    assert watch.sees(sos_idle_days=0) == [("updated", {"parts": ["emergency_door"]})]
    assert watch.sees(door_idle_days=None) == [("cleared", {"parts": []})]
    assert watch.rule.warning == 0


def test_the_limit_is_a_setting():
    watch = tuned(MonthlyTestOverdue, "test_days", 7, sos_idle_days=7)
    assert watch.sees() == []
    assert watch.states(sos_idle_days=8) == ["raised"]
