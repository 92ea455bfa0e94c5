"""Check button missed, at its boundaries: one below, at, one above."""

from watch import CONFIG, MINUTE, Watch

from firmware.rules.check_button_missed import CheckButtonMissed
from firmware.warnings import HORN, LAMP, PROMPT, SILENT

JAPAN = dict(CONFIG, left_behind_profile="japan")


def parked_with(rule, config=CONFIG, **readings):
    watch = Watch(rule, config, ignition=False, phase="checking", **readings)
    watch.now_ms = 10 * MINUTE  # long after boot
    return watch


def test_check_button_missed_goes_by_the_time_alone_too():
    watch = parked_with(CheckButtonMissed, ignition_off_ms=86400000, alone_ms=None)
    assert watch.states() == []
    assert watch.rule.warning == SILENT
    assert watch.states(alone_ms=179999) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(alone_ms=180000) == ["raised"]
    why = dict(watch.events[0].why)
    assert (why["ignition_off_s"], why["alone_s"]) == (None, 180)


def test_check_button_missed_prompts_and_alarms_at_180_s():
    watch = parked_with(CheckButtonMissed)
    assert watch.states(ignition_off_ms=179999) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(ignition_off_ms=180000) == ["raised"]
    assert watch.rule.warning == HORN
    assert dict(watch.events[0].why)["limit_s"] == 180
    assert watch.states(checked=True) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE) == []


def test_check_button_missed_lets_the_seats_settle_for_two_seconds_after_boot():
    watch = parked_with(CheckButtonMissed, ignition_off_ms=86400000)
    watch.now_ms = 0
    assert watch.sees(2000) == []
    assert watch.states(100) == ["raised"]


def test_check_button_missed_japan_waits_15_min():
    watch = parked_with(CheckButtonMissed, JAPAN)
    assert watch.states(ignition_off_ms=899999) == []
    assert watch.rule.warning == PROMPT
    assert watch.states(ignition_off_ms=900000) == ["raised"]
    assert watch.rule.warning == HORN


def test_check_button_missed_ends_with_the_ignition_on():
    watch = parked_with(CheckButtonMissed)
    watch.sees(ignition_off_ms=180000)
    assert watch.states(ignition_off_ms=None) == ["cleared"]


def test_check_button_missed_names_the_seats_that_are_not_watched():
    watch = parked_with(CheckButtonMissed, out_of_service=[7])
    assert watch.states(ignition_off_ms=180000) == ["raised"]
    assert dict(watch.events[0].data) == {"seats": [], "unwatched": [7]}


def test_a_driver_who_called_the_city_hears_it_no_more_and_the_alarm_stands():
    watch = parked_with(CheckButtonMissed)
    assert watch.states(ignition_off_ms=180000) == ["raised"]
    assert watch.states(called=True) == []
    assert watch.rule.warning == LAMP
    assert watch.states(MINUTE) == []
    assert watch.states(checked=True, called=False) == ["cleared"]
