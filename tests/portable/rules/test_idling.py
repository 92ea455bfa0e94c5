"""Idling, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.idling import Idling
from firmware.warnings import LAMP


def test_idling_after_5_min():
    watch = Watch(Idling, ignition=True, ignition_off_ms=None, speed_mms=0)
    assert watch.sees(5 * MINUTE) == []
    ((state, data),) = watch.sees()
    assert (state, data["lasted_s"]) == ("raised", 300)
    assert watch.events[0].severity == "info"
    assert watch.rule.warning == LAMP
    assert watch.sees(20 * MINUTE, speed_mms=None) == []
    ((state, data),) = watch.sees(speed_mms=1000)
    assert (state, data["lasted_s"]) == ("cleared", 1500)
    watch.sees(6 * MINUTE, speed_mms=0)
    assert watch.states(ignition_off_ms=0) == ["cleared"]
    assert watch.sees(10 * MINUTE) == []


def test_a_key_without_the_engine_does_not_idle():
    watch = Watch(Idling, ignition=True, ignition_off_ms=None, speed_mms=0, engine=False)
    assert watch.sees(6 * MINUTE) == []
    assert watch.sees(5 * MINUTE, engine=True) == []
    assert watch.states() == ["raised"]
