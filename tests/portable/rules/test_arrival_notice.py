"""Arrival notice, at its boundaries: one below, at, one above."""

from watch import CONFIG, Watch

from firmware.rules.arrival_notice import ArrivalNotice


def test_arrival_notice_at_500_m_once_a_stop_and_trip():
    watch = Watch(ArrivalNotice, phase="driving", trip=1, next_stop="a", route="r")
    assert watch.sees(100, next_stop_mm=None) == []
    assert watch.sees(100, next_stop_mm=500001) == []
    assert watch.sees(100, next_stop_mm=500000) == [
        ("raised", {"stop": "a", "route": "r", "distance_m": 500})
    ]
    assert watch.events[0].severity == "info"
    assert dict(watch.events[0].why) == {"distance_m": 500, "limit_m": 500}
    assert watch.sees(100, next_stop_mm=0) == []
    assert watch.states(100, next_stop="b") == ["raised"]
    assert watch.states(100, trip=2) == ["raised"]
    assert watch.sees(100, phase="boarding", next_stop="c") == []


def test_arrival_notice_goes_by_its_setting():
    watch = Watch(ArrivalNotice, dict(CONFIG, arrival_m=100), phase="driving", next_stop="a")
    assert watch.sees(100, next_stop_mm=100001) == []
    assert watch.states(100, next_stop_mm=100000) == ["raised"]
