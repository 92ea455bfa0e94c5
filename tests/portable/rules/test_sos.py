"""Sos, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.sos import Sos
from firmware.warnings import SILENT


def heads(**readings):
    return dict(taken=[3, 7], unknown=[9], taken_before=[3], unknown_before=[], **readings)


def test_sos_held_2_s_and_taken_back_likewise():
    watch = Watch(Sos, **heads(sos_button=True))
    assert watch.sees(2000) == []
    ((state, data),) = watch.sees()
    assert (state, data["seats"]) == ("raised", [3, 7])
    assert watch.rule.warning == SILENT
    assert watch.sees(MINUTE) == []
    assert watch.sees(MINUTE, sos_button=None) == []
    assert watch.sees(MINUTE, sos_button=True) == [], "not released in between"
    watch.sees(sos_button=False)
    assert watch.sees(2000, sos_button=True) == []
    assert watch.states() == ["cleared"]


def test_sos_a_touch_calls_nobody():
    watch = Watch(Sos)
    for _ in range(5):
        assert watch.sees(1900, sos_button=True) == []
        assert watch.sees(100, sos_button=False) == []
