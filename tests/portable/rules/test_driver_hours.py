"""Driver hours, at its boundaries: one below, at, one above."""

from watch import Watch

from firmware.rules.driver_hours import DriverHours
from firmware.warnings import LAMP, SILENT


def test_driver_hours_4_h_in_one_go_and_8_h_a_day():
    watch = Watch(DriverHours, driven_min=239, driven_day_min=479)
    assert watch.sees() == []
    ((state, data),) = watch.sees(driven_min=240)
    assert (state, data["limit"]) == ("raised", "run")
    ((state, data),) = watch.sees(driven_day_min=480)
    assert (state, data["limit"]) == ("raised", "day")
    assert watch.rule.warning == LAMP
    assert watch.states(driven_min=0) == ["cleared"]
    assert watch.rule.warning == LAMP
    assert watch.states(driven_day_min=479) == ["cleared"]
    assert watch.rule.warning == SILENT
