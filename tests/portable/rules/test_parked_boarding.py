"""Parked boarding, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.parked_boarding import ParkedBoarding
from firmware.warnings import LAMP, SILENT


def test_parked_boarding_from_the_first_child_on():
    watch = Watch(ParkedBoarding, phase="parked", ignition_off_ms=MINUTE)
    assert watch.sees(MINUTE) == []
    told = watch.sees(phase="boarding", sitting=[7], front_door=True, alone_ms=None)
    assert told == [("raised", {"seats": [7], "unknown": []})]
    assert (watch.events[0].severity, watch.rule.warning) == ("info", LAMP)
    assert dict(watch.events[0].why) == {"front_door": True, "open_limit_s": 720, "door_s": 20}
    assert watch.sees(MINUTE, sitting=[7, 8]) == []


def test_parked_boarding_says_what_ended_it():
    for ended_by, readings in (
        ("ignition", {"ignition_off_ms": None}),
        ("empty", {"phase": "parked", "sitting": []}),
        ("time", {"phase": "checking", "alone_ms": 180000}),
    ):
        watch = Watch(ParkedBoarding, phase="boarding", ignition_off_ms=MINUTE, sitting=[7])
        watch.sees()
        ((state, data),) = watch.sees(**readings)
        assert (state, data["ended_by"]) == ("cleared", ended_by)
        assert watch.rule.warning == SILENT


def test_parked_boarding_at_a_stop_with_the_engine_on_is_none_of_it():
    watch = Watch(ParkedBoarding, phase="boarding", ignition_off_ms=None, sitting=[7])
    assert watch.sees(MINUTE) == []
