"""Rules about places at their boundaries: one below, at, one above, in time and in value."""

from watch import CONFIG, MINUTE, Watch, kmh

from firmware.rules.arrival_notice import ArrivalNotice
from firmware.rules.door_off_stop import DoorOffStop
from firmware.rules.off_route import OffRoute
from firmware.rules.overspeed import Overspeed
from firmware.rules.stop_missed import StopMissed
from firmware.rules.stop_out_of_order import StopOutOfOrder
from firmware.rules.zone_entered import ZoneEntered
from firmware.warnings import CHIME, INSIDE, PROMPT, SILENT

HERE = {"lat_e7": 130827000, "lon_e7": 1008833000}


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


def test_off_route_beyond_200_m_for_60_s():
    watch = Watch(OffRoute, phase="driving", route="r", **HERE)
    assert watch.sees(5 * MINUTE, off_route_mm=200000) == []
    assert watch.sees(MINUTE, off_route_mm=200001) == []
    assert watch.sees(100) == [("raised", {"route": "r", "off_m": 200})]
    assert watch.rule.warning == CHIME


def test_off_route_forgets_a_short_detour():
    watch = Watch(OffRoute, phase="driving", **HERE)
    for _ in range(3):
        assert watch.sees(59900, off_route_mm=500000) == []
        assert watch.sees(100, off_route_mm=0) == []


def test_off_route_ends_within_170_m_for_10_s_or_without_a_route():
    watch = Watch(OffRoute, phase="driving", off_route_mm=300000, **HERE)
    watch.sees(MINUTE + 100)
    assert watch.sees(MINUTE, off_route_mm=170001) == []
    assert watch.sees(10000, off_route_mm=170000) == []
    assert watch.states(100) == ["cleared"]
    assert watch.rule.warning == SILENT
    watch.sees(MINUTE + 100, off_route_mm=300000)
    assert watch.states(100, off_route_mm=None) == ["cleared"]


def test_off_route_unknown_position_neither_raises_nor_ends():
    watch = Watch(OffRoute, phase="driving", off_route_mm=None)
    assert watch.sees(5 * MINUTE) == []
    watch.sees(MINUTE + 100, off_route_mm=300000, **HERE)
    assert watch.sees(5 * MINUTE, lat_e7=None, off_route_mm=None) == []
    assert watch.rule.warning == CHIME
    assert watch.states(phase="parked") == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(5 * MINUTE, off_route_mm=300000, **HERE) == []


def test_stop_missed_tells_each_stop_once():
    watch = Watch(StopMissed, route="r")
    assert watch.sees(MINUTE) == []
    assert watch.sees(100, stops_missed=["a"]) == [("raised", {"stop": "a", "route": "r"})]
    assert watch.sees(MINUTE) == []
    told = watch.sees(300, stops_missed=["a", "b", "c"], stops_done=["d"])
    assert [data["stop"] for _, data in told] == ["b", "c"]
    assert dict(watch.events[-1].why)["served"] == ["d"]
    assert {event.subject for event in watch.events} == {None}
    assert watch.sees(100, stops_missed=()) == []
    assert watch.states(100, stops_missed=["a"]) == ["raised"]
    assert watch.states(100, stops_missed=["a", "b"]) == ["raised"]


def test_stop_missed_of_the_next_trip_is_told_even_without_a_tick_in_between():
    watch = Watch(StopMissed, stops_missed=["a", "b"])
    assert len(watch.sees(300)) == 2
    assert [data["stop"] for _, data in watch.sees(100, stops_missed=["c"])] == ["c"]


def test_stop_out_of_order_names_what_was_expected():
    watch = Watch(StopOutOfOrder, route="r")
    assert watch.sees(MINUTE) == []
    assert watch.sees(200, stops_odd=[("b", "a")]) == [
        ("raised", {"stop": "b", "expected": "a", "route": "r"})
    ]
    assert len(Watch(StopOutOfOrder, stops_odd=[("b", "a")]).sees(200)) == 1
    assert watch.sees(100, stops_odd=()) == []
    assert watch.states(200, stops_odd=[("b", "a")]) == ["raised"]


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


def test_zone_entered_is_an_alarm_in_a_flood_and_a_warning_where_closed():
    watch = Watch(ZoneEntered, phase="driving", zones=[])
    assert watch.sees(100, zones=[("school", "s"), ("speed", "v")]) == []
    assert watch.sees(100, zones=[("closed", "c")]) == [
        ("raised", {"zone": "c", "zone_kind": "closed"})
    ]
    assert (watch.events[0].severity, watch.rule.warning) == ("warning", PROMPT)
    assert watch.sees(200, zones=[("closed", "c"), ("flood", "f")]) == [
        ("raised", {"zone": "f", "zone_kind": "flood"})
    ]
    assert (watch.events[1].severity, watch.rule.warning) == ("alarm", INSIDE)
    assert watch.sees(MINUTE, zones=None) == []
    assert watch.rule.warning == INSIDE
    watch.sees(phase="parked")
    assert watch.rule.warning == SILENT
    watch.sees(phase="driving")
    assert watch.rule.warning == INSIDE
    told = watch.sees(300, zones=[])
    assert [(state, data["zone"]) for state, data in told] == [("cleared", "c"), ("cleared", "f")]
    assert [event.severity for event in watch.events[2:]] == ["warning", "alarm"]
    assert watch.rule.warning == SILENT


def off_stop(**readings):
    return Watch(DoorOffStop, phase="boarding", at_stop=False, front_door=False, **readings)


def test_door_off_stop_after_2_s():
    watch = off_stop()
    assert watch.sees(MINUTE) == []
    assert watch.sees(2000, front_door=True) == []
    assert watch.sees(100) == [("raised", {"door": "front"})]
    assert watch.rule.warning == PROMPT
    assert dict(watch.events[0].why) == {"held_s": 2, "at_stop": False}
    assert watch.states(front_door=False) == ["cleared"]
    assert dict(watch.events[1].why)["at_stop"] is None
    assert watch.rule.warning == SILENT


def test_door_off_stop_not_at_a_stop_nor_parked():
    watch = off_stop()
    assert watch.sees(MINUTE, front_door=True, at_stop=True) == []
    for phase in ("parked", "checking"):
        assert watch.sees(MINUTE, phase=phase, at_stop=False) == []
    assert watch.states(3000, phase="driving") == ["raised"]
    assert watch.states(phase="checking") == ["cleared"]


def test_door_off_stop_unknown():
    watch = off_stop()
    assert watch.sees(MINUTE, front_door=True, at_stop=None) == []
    assert watch.states(3000, at_stop=False) == ["raised"]
    assert watch.sees(MINUTE, at_stop=None) == []
    assert watch.sees(MINUTE, at_stop=False, front_door=None) == []
    assert watch.states(at_stop=True) == ["cleared"]
    watch = off_stop(speed_mms=0)
    assert watch.sees(MINUTE, front_door=None) == []


def test_door_off_stop_with_the_engine_off_is_none():
    watch = off_stop(speed_mms=0)
    assert watch.sees(MINUTE, front_door=True, ignition_off_ms=MINUTE) == []


def test_thresholds_come_from_the_config():
    watch = Watch(OffRoute, dict(CONFIG, off_route_m=300, off_route_s=10), phase="driving", **HERE)
    assert watch.sees(MINUTE, off_route_mm=300000) == []
    assert watch.states(10100, off_route_mm=300001) == ["raised"]
    watch = Watch(ArrivalNotice, dict(CONFIG, arrival_m=100), phase="driving", next_stop="a")
    assert watch.sees(100, next_stop_mm=100001) == []
    assert watch.states(100, next_stop_mm=100000) == ["raised"]
