"""docs/hazards.md says what the code does; each hazard has its story."""

import pytest

from firmware.config.settings import of_rules
from firmware.rules.catalogue import RULES
from tools import hazards
from tools.hazards_th import THAI

KINDS = [rule.kind for rule in RULES]
NOT_A_THRESHOLD = {"disabled"}


def test_the_guide_is_current():
    assert hazards.GUIDE.read_text(encoding="utf-8") == hazards.guide(), "run: make hazards"


@pytest.mark.parametrize("rule", RULES, ids=KINDS)
def test_every_rule_has_its_paragraphs(rule):
    found = hazards.hazard(rule)
    assert found.meaning and found.source and found.unknown
    assert found.severities, "a rule that tells nobody"


def test_a_missing_paragraph_is_noticed():
    class Bare(RULES[0]):
        """What it means.

        Source: none.
        """

    with pytest.raises(ValueError, match="Unknown"):
        hazards.hazard(Bare)


def test_every_rule_has_its_thai_text_and_no_other():
    assert sorted(THAI) == sorted(KINDS)
    for kind, texts in THAI.items():
        for text in texts:
            letters = [char for char in text if "\u0e01" <= char <= "\u0e5b"]
            assert len(letters) > len(text) // 2, kind


def test_every_setting_of_the_rules_belongs_to_one():
    text = hazards.guide()
    named = {name for name in of_rules() if f"`{name}`" in text}
    assert set(of_rules()) - named == NOT_A_THRESHOLD
