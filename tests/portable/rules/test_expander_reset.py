"""Expander reset, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.messages import text
from firmware.rules.expander_reset import ExpanderReset
from firmware.warnings import LAMP, SILENT


def why(watch, number=0):
    return text(watch.events[number].why)


def test_expander_reset_again():
    watch = Watch(ExpanderReset, chip_resets=[0, 1])
    first = watch.sees()
    assert first == [("raised", {"chips": ["switches"], "resets": 1})], "already in the first tick"
    assert watch.sees(599900) == []
    assert watch.states() == ["cleared"]
    assert why(watch) == '{"calm_s":600}'


def test_expander_reset_once_then_at_most_once_a_minute_until_10_min_are_calm():
    watch = Watch(ExpanderReset, chip_resets=[0, 0])
    assert watch.sees(MINUTE) == []
    assert watch.sees(chip_resets=[0, 1]) == [("raised", {"chips": ["switches"], "resets": 1})]
    assert watch.rule.warning == LAMP
    assert watch.sees(59900, chip_resets=[2, 1]) == []
    assert watch.sees() == [("updated", {"chips": ["expander 1", "switches"], "resets": 3})]
    assert watch.sees(9 * MINUTE) == []
    assert watch.states(MINUTE) == ["cleared"]
    assert watch.rule.warning == SILENT
    assert watch.sees(chip_resets=[2, 2]) == [("raised", {"chips": ["switches"], "resets": 1})]
