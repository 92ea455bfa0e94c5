"""Self test failed, at its boundaries: one below, at, one above."""

from watch import MINUTE, Watch

from firmware.rules.self_test_failed import SelfTestFailed
from firmware.warnings import LAMP, PROMPT, SILENT


def test_self_test_failed_again():
    watch = Watch(SelfTestFailed, failing=["horn"])
    watch.sees(15000)
    assert watch.rule.warning == LAMP
    watch.sees(10000, failing=["buzzer", "horn"])
    assert watch.rule.warning == PROMPT
    watch.sees(200)
    assert watch.rule.warning == LAMP


def test_self_test_failed_prompts_for_10_s():
    watch = Watch(SelfTestFailed)
    assert watch.sees(MINUTE) == []
    assert watch.sees(failing=["horn"]) == [("raised", {"parts": ["horn"]})]
    watch.sees(10000)
    assert watch.rule.warning == PROMPT
    watch.sees()
    assert watch.rule.warning == LAMP
    assert watch.states(failing=["buzzer", "horn"]) == ["updated"]
    assert watch.rule.warning == PROMPT
    assert watch.states(failing=[]) == ["cleared"]
    assert watch.rule.warning == SILENT
