"""Check too soon, at its boundaries: one below, at, one above."""

from watch import Watch

from firmware.rules.check_too_soon import CheckTooSoon
from firmware.warnings import SILENT


def test_check_too_soon_tells_every_early_press():
    watch = Watch(CheckTooSoon, ignition=False, ignition_off_ms=0, early_presses=2)
    assert watch.sees(1000) == []  # those were another rule's
    assert watch.sees(1000, early_presses=3, ignition_off_ms=4900) == [("raised", {"presses": 3})]
    assert dict(watch.events[0].why) == {"ignition_off_ms": 4900, "limit_s": 5}
    assert watch.events[0].subject is None
    assert watch.sees(1000, early_presses=4) == [("raised", {"presses": 4})]
    assert watch.rule.warning == SILENT
