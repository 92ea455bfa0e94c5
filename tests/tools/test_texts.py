"""What `make texts` writes is current, complete, and works where a text is missing."""

import json
import re

import pytest
from vm import ROOT

from firmware.rules.catalogue import RULES
from tools.texts import kinds as of_kinds
from tools.texts.kinds import Hazard, Kind, kinds, missing
from tools.texts.made import CONTRACT, GUIDE, PAGE, made

FOUND = kinds()
HAZARD = Hazard("It is foggy.", "none", "it is clear.", {})
CITY = "warning; raised, cleared"


def test_what_is_written_from_the_code_is_current():
    files = made()
    old = [path for path in files if (ROOT / path).read_text(encoding="utf-8") != files[path]]
    assert not old, f"run: make texts ({', '.join(old)})"


def test_no_text_is_missing():
    lacks = missing(FOUND)
    assert not lacks, "\n".join(lacks)


def test_a_rule_declares_each_setting_once():
    declared = [one[0] for rule in RULES for one in rule_settings(rule) if not isinstance(one, str)]
    assert sorted(declared) == sorted(set(declared))


def rule_settings(rule):
    return getattr(rule, "settings", ())


def test_the_guide_shows_every_rule_and_its_settings():
    text = made()[GUIDE]
    assert text.count("| `door_open_moving` | Above door_open_kmh a door is open") == 1
    assert text.count("| `door_open_moving` |") == 2
    assert "`overspeed_kmh` 80 (10..120)" in text
    assert "`left_behind_profile` korea (one of korea, japan)" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON in UTF-8"),
        ("", "is no JSON in UTF-8"),
        ("[1]", "has to be an object."),
        ('{"en": null}', "en has to be an object."),
        ('{"data": 5}', "data has to be a text."),
        ('{"en": {"says": "text"}}', "en.says has to be a list of texts."),
        ('{"th": {"do": [1]}}', "th.do has to be a list of texts."),
        ('{"en": {"nam": "Fog"}}', "there is no en.nam; known are name"),
        ('{"holds": {"dada": {}}}', "holds has to have objects called data and why."),
        ('{"holds": {"data": {"m": "metres"}}}', "holds.data.m has to be one of flag, count,"),
        ('{"holds": {"why": {"m": ["count"]}}}', "holds.why.m has to be one of flag, count,"),
    ],
)
def test_a_file_of_words_that_is_wrong_is_named(monkeypatch, tmp_path, text, told):
    (tmp_path / "fog.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(of_kinds, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=re.escape(told)) as error:
        of_kinds._read(tmp_path / "fog.json")
    assert str(error.value).startswith("fog.json")


# what is missing


def without(language=None):
    """A rule whose texts are missing: in this language, or altogether."""
    texts = {
        "data": "how far one sees",
        "holds": {"data": {"m": "count"}},
        "en": {"name": "Fog", "says": ["So far: {data.m|m}."], "words": {"fog": {"1": "thick"}}},
        "th": {
            "name": "หมอก",
            "says": ["ไกล {data.m|m}"],
            "means": "หมอกลง",
            "unknown": "ถือว่าไม่มีหมอก",
        },
    }
    texts.pop(language, None)
    return Kind("fog_ahead", CITY, [], "f/words/fog_ahead.json", texts if language else {}, HAZARD)


@pytest.fixture
def instead(monkeypatch):
    """instead(kind) -> what is written if there is no other kind."""

    def write(kind):
        monkeypatch.setattr("tools.texts.made.kinds", lambda: [kind])
        return made()

    return write


def test_without_thai_all_is_in_english(instead):
    files = instead(without("th"))
    (english, thai) = [json.loads(files[PAGE.format(one)]) for one in ("en", "th")]
    assert thai == english and english["kinds"]["fog_ahead"]["name"] == "Fog"
    assert english["words"] == {"fog": {"1": "thick"}}
    assert files[GUIDE].count("| `fog_ahead` | It is foggy.") == 2
    (lacks,) = missing([without("th")])
    assert lacks == ('Add "name", "says", "means", "unknown" to "th" in f/words/fog_ahead.json.')


def test_without_any_text_the_name_is_shown(instead):
    files = instead(without())
    for language in ("en", "th"):
        kind = json.loads(files[PAGE.format(language)])["kinds"]["fog_ahead"]
        assert kind == {"name": "fog ahead", "says": []}
    assert "| `fog_ahead` | warning | It is foggy. |" in files[CONTRACT]
    (lacks,) = missing([without()])
    assert lacks.startswith("Add f/words/fog_ahead.json with the texts of fog_ahead")


def test_an_alarm_has_to_say_what_to_do():
    lacks = missing([without("xx")._replace(city="alarm; each time")])
    assert lacks == [f'Add "do" to "{one}" in f/words/fog_ahead.json.' for one in ("en", "th")]


def test_what_is_declared_wrongly_is_named(monkeypatch):
    class Bare(RULES[0]):
        """What it means.

        City: alarm; raised, cleared.
        Driver: siren.

        Source: none.
        """

    monkeypatch.setattr("tools.texts.kinds.RULES", (Bare,))
    for told in ("Driver: siren", "'Unknown'"):
        with pytest.raises(ValueError, match=told) as error:
            kinds()
        assert "the docstring of Bare" in str(error.value)
        Bare.__doc__ = Bare.__doc__.replace("siren", "horn")
    Bare.__doc__ += "\n\nUnknown: nothing."
    Bare.settings = ("calm_days",)
    with pytest.raises(ValueError, match="no rule declares the setting 'calm_days'"):
        kinds()


# the texts themselves

BOTH = [kind for kind in FOUND if "th" in kind.texts]


def shape(value):
    """What both languages have to share: keys, lengths and what is filled in."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items() if key not in ("means", "unknown")}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return sorted(re.findall(r"\{[^}]*\}", value))


@pytest.mark.parametrize("kind", BOTH, ids=[kind.name for kind in BOTH])
def test_both_languages_say_the_same_things(kind):
    assert shape(kind.texts["th"]) == shape(kind.texts["en"]), kind.file


@pytest.mark.parametrize("kind", BOTH, ids=[kind.name for kind in BOTH])
def test_thai_is_thai(kind):
    for key in ("name", "means", "unknown"):
        text = kind.texts["th"].get(key)
        if text:
            letters = [char for char in text if "\u0e01" <= char <= "\u0e5b"]
            assert len(letters) > len(text) // 2, f"{kind.file}: {key}"
