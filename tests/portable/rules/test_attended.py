"""What the city hears of an adult who is with the children."""

from watch import MINUTE, Watch

from firmware.rules.attended import Attended
from firmware.warnings import LAMP, SILENT

SIX = 1795388400000  # 06:00 in Thailand


def watched(**readings):
    return Watch(Attended, ignition_off_ms=MINUTE, **readings)


def test_a_press_is_told_with_its_end():
    watch = watched(utc_ms=SIX)
    assert watch.sees() == []
    readings = {"attended": "here", "here_presses": 1, "attended_until_ms": 100 + 5 * MINUTE}
    assert watch.sees(**readings) == [
        ("raised", {"by": "here", "until": "2026-11-22T23:05:00.000Z"})
    ]
    assert watch.rule.warning == LAMP
    assert watch.sees(MINUTE) == []
    assert watch.states(here_presses=2) == ["updated"]
    assert dict(watch.events[-1].why) == {"ignition_off_s": 60, "presses": 2}
    ended = watch.sees(attended=None, attended_until_ms=None)
    assert ended == [("cleared", {"by": "here", "until": None})]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE, here_presses=3) == []


def test_a_stay_is_told_and_without_a_clock_no_end():
    watch = watched()
    told = watch.sees(attended="stay", here_presses=1, attended_until_ms=60 * MINUTE)
    assert told == [("raised", {"by": "stay", "until": None})]
    assert watch.states(attended="engine", ignition_off_ms=None) == ["cleared"]


def test_the_driver_s_seat_is_told_once_it_withheld_an_alarm():
    watch = watched(attended="driver_seat")
    assert watch.sees(3 * MINUTE) == []
    assert watch.sees() == [("raised", {"by": "driver_seat", "until": None})]
    assert watch.states(attended="here", here_presses=1) == ["updated"]
    assert watch.states(attended="driver_seat") == ["cleared"]


def test_engine_and_key_are_nothing_to_tell():
    for by in ("engine", "key"):
        assert watched(attended=by).sees(10 * MINUTE) == []
