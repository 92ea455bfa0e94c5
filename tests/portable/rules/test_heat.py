"""Heat, at its boundaries: one below, at, one above."""

from watch import CONFIG, MINUTE, Watch

from firmware.messages import text
from firmware.rules.heat import Heat
from firmware.warnings import HORN, INSIDE, SILENT


def hot(config=CONFIG, **readings):
    watch = Watch(Heat, config, sitting=[7], **readings)
    watch.now_ms = 10 * MINUTE
    return watch


def levels(told):
    return [(state, data["level"]) for state, data in told]


def test_heat_at_35_degrees_by_the_sensor_whatever_the_time():
    watch = hot(ignition_off_ms=0, cabin_c10=349)
    assert watch.sees() == []
    assert levels(watch.sees(cabin_c10=350)) == [("raised", "now")]
    assert watch.rule.warning == HORN
    assert watch.sees(MINUTE, cabin_c10=331) == []
    assert watch.sees(MINUTE, cabin_c10=None) == []
    assert levels(watch.sees(cabin_c10=330)) == [("cleared", None)]
    assert watch.rule.warning == SILENT


def test_heat_ahead_is_told_from_180_s_on_if_it_comes_within_10_min():
    watch = hot(ignition_off_ms=179999, cabin_c10=320)
    assert watch.sees() == []
    ((state, data),) = watch.sees(ignition_off_ms=180000)
    assert (state, data["level"], data["minutes"]) == ("raised", "ahead", 6)
    assert watch.rule.warning == INSIDE
    assert levels(watch.sees(cabin_c10=350)) == [("updated", "now")]
    # 10 min more are 5.9 degC by the curve.
    assert hot(ignition_off_ms=180000, cabin_c10=290).sees() == []
    assert levels(hot(ignition_off_ms=180000, cabin_c10=291).sees()) == [("raised", "ahead")]


def test_heat_without_a_sensor_goes_by_the_curve_from_30_degrees():
    watch = hot(ignition_off_ms=180000)
    assert levels(watch.sees()) == [("raised", "ahead")]
    assert watch.sees(ignition_off_ms=510000) == []
    ((state, data),) = watch.sees(ignition_off_ms=515000)
    assert (state, data["level"], str(data["cabin_c"])) == ("updated", "now", "35.0")
    cool = dict(CONFIG, heat_start_c=10)
    assert hot(cool, ignition_off_ms=86400000).sees() == []


def test_heat_unknown_seats_count_and_an_empty_or_running_bus_is_none_of_it():
    boards = hot(ignition_off_ms=60 * MINUTE, phase="boarding", alone_ms=None, cabin_c10=400)
    assert boards.sees(MINUTE) == [], "the door is open"
    assert boards.sees(alone_ms=179999) == []
    assert levels(boards.sees(alone_ms=180000)) == [("raised", "now")]
    assert levels(hot(ignition_off_ms=60 * MINUTE, alone_ms=180000).sees()) == [("raised", "now")]
    watch = hot(ignition_off_ms=MINUTE, cabin_c10=400)
    assert watch.states() == ["raised"]
    assert watch.states(sitting=[]) == ["cleared"]
    assert watch.states(doubtful=[4]) == ["raised"]
    assert watch.states(ignition_off_ms=None) == ["cleared"]
    watch.now_ms = 0
    assert watch.sees(2000, ignition_off_ms=86400000) == [], "the seats have to settle first"
    assert watch.states() == ["raised"]


def test_heat_explains_itself():
    watch = hot(ignition_off_ms=181000, cabin_c10=351)
    watch.sees()
    expected = '{"sensor_c":35.1,"limit_c":35,"ahead_min":10,"ignition_off_s":181,"alone_s":181}'
    assert text(watch.events[0].why) == expected


def test_the_curve_is_that_of_a_bus_without_an_adult():
    watch = Watch(Heat, sitting=[7], ignition_off_ms=20 * MINUTE, alone_ms=None, attended="here")
    watch.now_ms = 10 * MINUTE
    assert watch.sees() == []
    assert watch.states(alone_ms=180000) == ["raised"]
    assert watch.sees(alone_ms=None) == [], "it stands"
    assert watch.states(attended="engine") == ["cleared"]


def test_heat_does_not_wait_for_the_here_button_nor_for_a_driver_on_the_seat():
    hot = {"sitting": [7], "cabin_c10": 360, "alone_ms": None, "attended": "driver_seat"}
    watch = Watch(Heat, ignition=False, phase="checking", ignition_off_ms=MINUTE, **hot)
    watch.now_ms = 10 * MINUTE
    assert watch.states() == ["raised"]
    hot["attended"] = "here"
    watch = Watch(Heat, ignition=False, phase="checking", ignition_off_ms=MINUTE, **hot)
    watch.now_ms = 10 * MINUTE
    assert watch.states() == ["raised"]
    assert watch.rule.warning == HORN
    watch = Watch(Heat, ignition=False, phase="boarding", ignition_off_ms=10 * MINUTE, **hot)
    watch.now_ms = 10 * MINUTE
    assert watch.sees() == [], "they board through an open door"
    assert watch.states(phase="checking") == ["raised"]
    for by in ("stay", "key"):
        watch = Watch(Heat, ignition=False, phase="checking", ignition_off_ms=MINUTE, **hot)
        watch.now_ms = 10 * MINUTE
        assert watch.sees(attended=by) == [], by
