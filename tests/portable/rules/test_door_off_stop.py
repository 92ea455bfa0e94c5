"""Door off stop, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.door_off_stop import DoorOffStop
from firmware.warnings import PROMPT, SILENT


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
