"""Presence inputs that see nothing, or never rest, are one occurrence."""

from watch import MINUTE, Watch

from firmware.rules.presence_faulty import PresenceFaulty
from firmware.warnings import LAMP, SILENT


def test_presence_faulty_lists_both_kinds():
    watch = Watch(PresenceFaulty, presence=[False, True])
    assert watch.sees(MINUTE) == []
    told = watch.sees(MINUTE, presence_quiet=[1])
    assert told == [("raised", {"quiet": [1], "restless": []})]
    assert watch.rule.warning == LAMP
    told = watch.sees(MINUTE, presence_quiet=[], presence_restless=[2])
    assert told == [("updated", {"quiet": [], "restless": [2]})]
    told = watch.sees(MINUTE, presence_restless=[])
    assert told == [("cleared", {"quiet": [], "restless": []})]
    assert watch.rule.warning == SILENT
    assert dict(watch.events[0].why) == {"inputs": 2, "checked": False}
