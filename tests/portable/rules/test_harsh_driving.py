"""Harsh driving, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch, kmh

from firmware.messages import text
from firmware.rules.harsh_driving import HarshDriving
from firmware.warnings import CHIME, SILENT


def why(watch, number=0):
    return text(watch.events[number].why)


def test_harsh_driving_again():
    watch = Watch(HarshDriving, phase="driving", speed_mms=kmh(40))
    assert watch.sees(200, accel_mms2=-9000) == []
    watch.sees(100, accel_mms2=0)
    ((_, data),) = watch.sees(400, accel_mms2=-5000)
    assert str(data["top_ms2"]) == "5.00", "what was too short counts for nothing"
    assert why(watch) == '{"acceleration_ms2":5.00,"limit_ms2":4.40,"held_ms":300}'
    watch.sees(2900, accel_mms2=0)
    watch.sees(200, accel_mms2=-5000)
    assert watch.sees(3000, accel_mms2=0) == [], "it was not calm for three seconds"
    assert watch.states() == ["cleared"]
    assert watch.sees(300, accel_mms2=-5000) == []
    assert watch.states() == ["raised"]
    watch.sees(2900, accel_mms2=None)
    assert watch.sees(3000, accel_mms2=0) == []
    assert watch.states() == ["cleared"]


def test_harsh_driving_brakes_accelerates_and_corners():
    for what, reading, limit in (
        ("braking", "accel_mms2", -4400),
        ("acceleration", "accel_mms2", 4400),
        ("cornering", "lateral_mms2", 5500),
        ("cornering", "lateral_mms2", -5500),
    ):
        watch = Watch(HarshDriving, phase="driving", speed_mms=kmh(40))
        below = limit - 1 if limit > 0 else limit + 1
        assert watch.sees(MINUTE, **{reading: below}) == []
        assert watch.sees(300, **{reading: limit}) == []
        ((state, data),) = watch.sees()
        assert (state, data["what"]) == ("raised", what)
        assert watch.rule.warning == CHIME
        watch.sees(100, **{reading: limit * 2})
        assert watch.sees(MINUTE, **{reading: None}) == []
        assert watch.sees(3000, **{reading: below}) == []
        ((state, data),) = watch.sees()
        assert state == "cleared"
        assert str(data["top_ms2"]) == ("8.80" if abs(limit) == 4400 else "11.00")
        assert watch.rule.warning == SILENT


def test_harsh_driving_not_while_the_bus_stands_and_ended_by_a_stop():
    watch = Watch(HarshDriving, phase="boarding", accel_mms2=-9000, lateral_mms2=9000)
    assert watch.sees(MINUTE) == []
    assert watch.states(400, phase="driving", lateral_mms2=0) == ["raised"]
    assert watch.states(phase="boarding") == ["cleared"]
