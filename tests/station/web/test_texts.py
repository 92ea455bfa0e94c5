"""The page's texts: every kind of event has its words, in Thai and in English alike."""

import json
import re
from pathlib import Path

import pytest

from station.identity.signing import KEY_AWAY, NO_KEY

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "station" / "web"
LANGUAGES = ("th", "en")
OF_THE_STATION = {"going_dark", "cannot_record", "two_boards", "untrusted"}


def read(name):
    return json.loads((WEB / "static" / "texts" / f"{name}.json").read_text("utf-8"))


def only_once(pairs):
    """Of two members with one name the second would win in silence."""
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), {name for name in names if names.count(name) > 1}
    return dict(pairs)


TEXTS = {language: read(language) for language in LANGUAGES}
EVENTS = {language: read(f"kinds.{language}") for language in LANGUAGES}
WORDS = {name: {**TEXTS[name]["words"], **EVENTS[name]["words"]} for name in LANGUAGES}
KINDS = json.loads((ROOT / "docs" / "schema" / "kinds.json").read_text("utf-8"))["kinds"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_knows_the_kinds_of_the_contract_and_its_own(language):
    assert {"child_left_behind", "records_lost", "arrival_notice"} <= set(KINDS)
    assert set(EVENTS[language]["kinds"]) == {*KINDS, *OF_THE_STATION}, "run: make texts"
    assert all(kind["name"].strip() for kind in EVENTS[language]["kinds"].values())


def test_what_only_happens_has_no_beginning_on_the_page():
    script = (WEB / "static" / "js" / "timeline.js").read_text("utf-8")
    listed = re.search(r"const HAPPENS = \[([^]]*)\]", script)[1]
    once = {kind for kind, told in KINDS.items() if told["state"] == ["raised"]}
    assert set(re.findall(r"\w+", listed)) == once


@pytest.mark.parametrize(
    "path", sorted((WEB / "static" / "texts").glob("*.json")), ids=lambda path: path.name
)
def test_no_text_has_the_name_of_another(path):
    json.loads(path.read_text("utf-8"), object_pairs_hook=only_once)


def shape(value):
    """What both languages have to share: keys, lengths and what is filled in."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return sorted(re.findall(r"\{[^}]*\}", value))


@pytest.mark.parametrize("part", ["page", "words"])
def test_both_languages_say_the_same_things(part):
    assert shape(TEXTS["th"][part]) == shape(TEXTS["en"][part])


def test_an_identity_has_one_name_in_thai_and_the_quarantine_its_heading():
    told = json.dumps([TEXTS["th"], EVENTS["th"]], ensure_ascii=False)
    assert "รหัสประจำเครื่อง" not in told and "รหัสที่ถูกเพิกถอน" not in told
    do = " ".join(EVENTS["th"]["kinds"]["untrusted"]["do"])
    assert TEXTS["th"]["page"]["quarantine"] in do
    for language, word in (("th", "ลงทะเบียน"), ("en", "enrol")):
        assert word in EVENTS[language]["kinds"]["untrusted"]["do"][-1]


def test_no_list_of_words_stands_twice():
    for language in LANGUAGES:
        assert not set(TEXTS[language]["words"]) & set(EVENTS[language]["words"])


def test_that_a_key_is_missing_is_said_in_both_languages():
    for language in LANGUAGES:
        assert {NO_KEY, KEY_AWAY} <= set(TEXTS[language]["words"]["error_why"])


def sources():
    return {
        path: path.read_text("utf-8")
        for path in (*WEB.glob("static/js/*.js"), *WEB.glob("pages/*.html"))
    }


def test_every_text_that_the_page_asks_for_is_there():
    asked = set()
    for text in sources().values():
        asked.update(re.findall(r"""\bt\("(\w+)\"""", text))
        asked.update(re.findall(r"""data-(?:t|label|hint|title)="(\w+)\"""", text))
    assert len(asked) > 100
    assert asked - set(TEXTS["th"]["page"]) == set()


def test_every_filler_and_word_list_of_the_sentences_is_there():
    how = (
        (WEB / "static" / "js" / "sentences.js")
        .read_text("utf-8")
        .split("const HOW = {")[1]
        .split("\n};")[0]
    )
    known = set(re.findall(r"^  (\w+):", how, re.MULTILINE))
    for language in LANGUAGES:
        for name, kind in EVENTS[language]["kinds"].items():
            for line in kind["says"]:
                for _, filler, words in re.findall(r"\{(\w+\.\w+)(?:\|(\w+))?(?::(\w+))?\}", line):
                    assert not filler or filler in known, f"{name}: |{filler} in {line!r}"
                    assert not words or words in WORDS[language], f"{name}: :{words} in {line!r}"


def test_nothing_from_outside_is_ever_taken_for_html():
    for path, text in sources().items():
        for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert sink not in text, f"{path.name}: {sink}"
        if path.suffix == ".html":
            assert not re.search(r"\son\w+=|<style|javascript:|https?://", text), path.name


def test_every_part_that_a_fault_can_name_has_a_name():
    """A rule that fails is named as its kind of event is."""
    code = [path.read_text("utf-8") for part in ("firmware", "drivers")
            for path in (ROOT / part).rglob("*.py")]  # fmt: skip
    named = {name for text in code for name in re.findall(r"""\bfault\("(\w+)\"""", text)}
    assert {"crash", "gnss", "journal"} <= named
    for language in LANGUAGES:
        assert set(WORDS[language]["fault_of"]) == named
