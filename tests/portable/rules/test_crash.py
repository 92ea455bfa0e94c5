"""Crash, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch, kmh

from firmware.messages import text
from firmware.rules.crash import Crash
from firmware.warnings import SILENT


def heads(**readings):
    return dict(taken=[3, 7], unknown=[9], taken_before=[3], unknown_before=[], **readings)


def test_crash_at_2500_mg_freezes_the_heads_of_now_and_before():
    watch = Watch(Crash, **heads(phase="driving", speed_mms=kmh(60)))
    assert watch.sees(shock_mg=2499) == []
    ((state, data),) = watch.sees(shock_mg=2500)
    assert state == "raised"
    assert str(data["shock_g"]) == "2.50"
    assert (data["seats"], data["unknown"]) == ([3, 7], [9])
    assert (data["seats_before"], data["unknown_before"]) == ([3], [])
    assert watch.events[0].severity == "alarm"
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE, shock_mg=2500) == []
    ((state, data),) = watch.sees(shock_mg=4000, taken=[3])
    assert (state, data["seats"]) == ("updated", [3])
    assert watch.sees(shock_mg=3000, taken=[]) == []


def test_crash_ends_when_the_bus_has_driven_on_for_a_minute():
    watch = Watch(Crash, phase="driving", shock_mg=3000)
    watch.sees()
    assert watch.sees(10 * MINUTE, shock_mg=0, speed_mms=0) == []
    assert watch.sees(10 * MINUTE, shock_mg=None, speed_mms=None) == []
    assert watch.sees(MINUTE, speed_mms=2777) == []
    assert watch.sees(MINUTE, speed_mms=2778) == []
    ((state, data),) = watch.sees()
    assert (state, str(data["shock_g"])) == ("cleared", "3.00")


def test_crash_into_a_parked_empty_bus_is_a_warning():
    watch = Watch(Crash, phase="parked", shock_mg=3000)
    watch.sees()
    assert watch.events[0].severity == "warning"
    watch = Watch(Crash, phase="checking", shock_mg=3000)
    watch.sees()
    assert watch.events[0].severity == "alarm"


def test_crash_on_the_road_is_an_alarm_however_hard_the_parked_bus_was_knocked():
    for knock_mg in (3000, 6000, 7000):
        watch = Watch(Crash, **heads(phase="parked", speed_mms=0))
        assert watch.states(shock_mg=knock_mg) == ["raised"]
        for _ in range(10):  # stop and go
            assert watch.sees(50000, phase="driving", shock_mg=0, speed_mms=kmh(40)) == []
            assert watch.sees(10000, speed_mms=0) == []
        ((state, data),) = watch.sees(shock_mg=6000, taken=[5])
        assert (state, str(data["shock_g"]), data["seats"]) == ("updated", "6.00", [5])
        assert [event.severity for event in watch.events] == ["warning", "alarm"]
        assert watch.sees(1000) == []  # the same impact
        assert watch.states(MINUTE, phase="parked", shock_mg=6500) == ["updated"]
        assert watch.sees(MINUTE + 100, shock_mg=0, speed_mms=kmh(40))[0][0] == "cleared"
        assert [event.severity for event in watch.events[2:]] == ["alarm", "alarm"]
        watch.sees(speed_mms=0, shock_mg=3000)  # another knock, after the end
        assert (watch.events[-1].state, watch.events[-1].severity) == ("raised", "warning")


def test_crash_by_gnss_is_an_alarm_however_hard_the_parked_bus_was_knocked():
    watch = Watch(Crash, phase="parked", speed_mms=0, shock_mg=7000)
    watch.sees()
    watch.sees(2000, phase="driving", shock_mg=None, speed_mms=kmh(60), fix_new=True)
    watch.sees(accel_mms2=-16667, speed_mms=0)
    assert watch.states(6000, accel_mms2=0) == ["updated"]
    assert watch.events[-1].severity == "alarm"
    assert dict(watch.events[-1].why)["stood_s"] == 5


def test_crash_each_shock_asks_for_its_own_minute_and_a_second_crash_is_another():
    watch = Watch(Crash, phase="driving", shock_mg=3000, speed_mms=kmh(40))
    watch.sees()
    watch.sees(50000, shock_mg=0)
    assert watch.sees(shock_mg=2600) == []
    assert watch.sees(MINUTE, shock_mg=0) == []
    assert watch.states() == ["cleared"]
    assert watch.states(shock_mg=2600) == ["raised"]


def test_crash_explains_itself():
    watch = Watch(Crash, phase="driving", shock_mg=3210)
    watch.sees()
    assert text(watch.events[0].why) == '{"shock_g":3.21,"limit_g":2.50}'
