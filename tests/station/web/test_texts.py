"""The page's texts: every kind of event has its words, in Thai and in English alike."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "station" / "web"
TEXTS = {
    name: json.loads((WEB / "static" / "texts" / f"{name}.json").read_text("utf-8"))
    for name in ("th", "en")
}
OF_THE_STATION = {"going_dark"}


def kinds_of_the_contract():
    """{kind: severity} of the table of events in docs/mqtt.md."""
    table = (ROOT / "docs" / "mqtt.md").read_text("utf-8").split("| kind | severity |")[1]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*)\|", table.split("\n\n")[0], re.MULTILINE)
    return dict(rows)


KINDS = kinds_of_the_contract()


def test_the_table_of_kinds_was_found():
    assert {"child_left_behind", "records_lost", "arrival_notice"} <= set(KINDS)
    assert len(KINDS) >= 42


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("kind", [*KINDS, *OF_THE_STATION])
def test_every_kind_has_a_name_and_sentences(kind, language):
    kind = TEXTS[language]["kinds"][kind]
    assert kind["name"].strip()
    assert kind["says"]


def test_a_kind_that_is_gone_from_the_contract_is_gone_from_the_texts():
    assert set(TEXTS["th"]["kinds"]) == {*KINDS, *OF_THE_STATION}


def shape(value):
    """What both languages have to share: keys, lengths and what is filled in."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return sorted(re.findall(r"\{[^}]*\}", value))


@pytest.mark.parametrize("part", ["page", "kinds", "words"])
def test_both_languages_say_the_same_things(part):
    assert shape(TEXTS["th"][part]) == shape(TEXTS["en"][part])


def test_thai_is_thai():
    names = [kind["name"] for kind in TEXTS["th"]["kinds"].values()]
    assert [name for name in names if not re.search("[\u0e00-\u0e7f]", name)] == []


def test_every_alarm_says_what_to_do():
    alarms = [kind for kind, severity in KINDS.items() if "alarm" in severity]
    assert len(alarms) >= 9
    for language in TEXTS.values():
        assert [kind for kind in alarms if not language["kinds"][kind].get("do")] == []


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
    for language in TEXTS.values():
        for kind in language["kinds"].values():
            for line in kind["says"]:
                for _, filler, words in re.findall(r"\{(\w+\.\w+)(?:\|(\w+))?(?::(\w+))?\}", line):
                    assert not filler or filler in known
                    assert not words or words in language["words"]


def test_nothing_from_outside_is_ever_taken_for_html():
    for path, text in sources().items():
        for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert sink not in text, f"{path.name}: {sink}"
        if path.suffix == ".html":
            assert not re.search(r"\son\w+=|<style|javascript:|https?://", text), path.name
