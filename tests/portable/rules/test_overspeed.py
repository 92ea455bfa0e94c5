"""Overspeed, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch, kmh

from firmware.rules.overspeed import Overspeed
from firmware.warnings import CHIME, SILENT


def test_overspeed_warns_at_once_and_tells_after_10_s():
    watch = Watch(Overspeed)
    assert watch.sees(20000, speed_mms=kmh(80)) == []
    assert watch.rule.warning == SILENT
    assert watch.sees(100, speed_mms=kmh(80) + 1) == []
    assert watch.rule.warning == CHIME
    assert watch.sees(9900) == []
    assert watch.states(100) == ["raised"]
    assert watch.sees(MINUTE) == []


def test_overspeed_forgets_a_short_burst():
    watch = Watch(Overspeed)
    for _ in range(5):
        assert watch.sees(9000, speed_mms=kmh(95)) == []
        assert watch.sees(100, speed_mms=kmh(80)) == []


def test_overspeed_ends_after_3_s_at_3_kmh_below_and_tells_top_and_time():
    watch = Watch(Overspeed)
    watch.sees(10100, speed_mms=kmh(85))
    watch.sees(10000, speed_mms=kmh(100))
    assert watch.sees(MINUTE, speed_mms=kmh(80) - 832) == []
    assert watch.sees(3000, speed_mms=kmh(80) - 833) == []
    ended = watch.sees(100)
    assert [state for state, _ in ended] == ["cleared"]
    assert str(ended[0][1]["top_kmh"]) == "100.0"
    assert ended[0][1]["lasted_s"] == 10 + 10 + 60 + 3


def test_overspeed_unknown_speed_neither_raises_nor_ends():
    watch = Watch(Overspeed, phase="driving")
    watch.sees(5000, speed_mms=kmh(90))
    assert watch.sees(MINUTE, speed_mms=None) == []
    watch.sees(10100, speed_mms=kmh(90))
    assert watch.rule.warning == CHIME
    assert watch.sees(MINUTE, speed_mms=None) == []
    assert watch.rule.warning == CHIME
    assert watch.states(3100, phase="parked") == ["cleared"]
    assert watch.rule.warning == SILENT


def test_overspeed_takes_the_limit_of_the_place_and_its_margin():
    for limit in (30, 60, 70, 80, 90):
        watch = Watch(Overspeed, limit_kmh=limit, limit_of="road_1")
        assert watch.sees(20000, speed_mms=kmh(limit + 3)) == []
        assert watch.rule.warning == SILENT
        assert watch.sees(10000, speed_mms=kmh(limit + 3) + 1) == []
        assert watch.rule.warning == CHIME
        assert watch.states(100) == ["raised"]
        why = dict(watch.events[0].why)
        assert (why["limit_kmh"], why["limit_of"], why["margin_kmh"]) == (limit, "road_1", 3)


def test_overspeed_without_a_place_knows_its_own_limit_and_no_margin():
    watch = Watch(Overspeed, speed_mms=kmh(80) + 1)
    watch.sees(10100)
    why = dict(watch.events[0].why)
    assert why["limit_kmh"] == 80 and "limit_of" not in why


def test_overspeed_goes_on_when_the_limit_falls_and_ends_when_it_rises():
    watch = Watch(Overspeed, limit_kmh=80, limit_of="a", speed_mms=kmh(50))
    assert watch.sees(MINUTE) == []
    assert watch.states(10100, limit_kmh=30) == ["raised"]
    assert watch.states(3100, limit_kmh=80) == ["cleared"]


def test_overspeed_is_told_once_more_after_two_minutes_without_a_break():
    watch = Watch(Overspeed, speed_mms=kmh(90))
    assert watch.states(120000) == ["raised"]
    told = watch.sees(100)
    assert [state for state, _ in told] == ["updated"]
    assert told[0][1]["lasted_s"] == 120
    assert watch.sees(5 * MINUTE) == []
    assert watch.states(3100, speed_mms=0) == ["cleared"]
    assert watch.states(120100, speed_mms=kmh(90)) == ["raised", "updated"]


def test_overspeed_with_a_break_is_not_two_minutes():
    watch = Watch(Overspeed, speed_mms=kmh(90))
    watch.sees(MINUTE)
    watch.sees(100, speed_mms=kmh(80))
    assert watch.sees(120000, speed_mms=kmh(90)) == []
    assert watch.states(100) == ["updated"]


def test_overspeed_after_it_ended_needs_its_ten_seconds_anew():
    watch = Watch(Overspeed, speed_mms=kmh(90))
    watch.sees(10100)
    watch.sees(3100, speed_mms=0)
    assert watch.sees(10000, speed_mms=kmh(90)) == []
    assert watch.states(100) == ["raised"]
