"""The pictures of a workshop can be read: in a real browser no words lie over others or are cut."""

import shutil
import subprocess

import pytest
from browser import running_browser
from vm import ROOT

from tools.print_guides import GUIDES, page

PICTURES = sorted((ROOT / "docs" / "circuits").glob("*.svg")) + sorted(
    (ROOT / "docs").glob("wiring-*.svg")
)
LOOK = """() => [...document.querySelectorAll("svg")].map((svg) => {
  const paper = svg.getBoundingClientRect();
  const words = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim())
    .map((text) => [text.textContent.trim(), text.getBoundingClientRect()]);
  const cut = words.filter(([, box]) => box.left < paper.left || box.right > paper.right
    || box.top < paper.top || box.bottom > paper.bottom).map(([text]) => text);
  const over = words.flatMap(([one, a], at) => words.slice(at + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5)
    .map(([other]) => `${one} | ${other}`));
  return [...cut, ...over];
})"""
WRONG = '<svg width="60"><text y="20">door</text><text y="20">key</text></svg>'


def has_font(name):
    if shutil.which("fc-list") is None:
        return False
    return name in subprocess.run(["fc-list"], capture_output=True, text=True, check=True).stdout


def test_no_words_of_a_picture_are_cut_or_lie_over_others():
    if not has_font("DejaVu Sans"):
        pytest.skip("the pictures are measured with DejaVu Sans (Debian: fonts-dejavu-core)")
    with running_browser() as browser:
        shown = browser.new_page(viewport={"width": 1400, "height": 1400})
        drawn = [picture.read_text(encoding="utf-8") for picture in PICTURES]
        shown.set_content("<br>".join([*drawn, WRONG]))
        *found, wrong = shown.evaluate(LOOK)
    assert wrong == ["door | key"]  # the look sees what it looks for
    names = [picture.name for picture in PICTURES]
    assert {name: words for name, words in zip(names, found, strict=True) if words} == {}


def test_pictures_have_no_colour():
    for picture in PICTURES:
        text = picture.read_text(encoding="utf-8")
        for colour in ("red", "green", "blue", "orange", "#1", "#c0"):
            assert f'"{colour}' not in text and f":{colour}" not in text, picture.name


@pytest.mark.parametrize("name", GUIDES)
@pytest.mark.parametrize(("language", "ending"), [("en", ".md"), ("th", ".th.md")])
def test_a_printed_guide_has_its_tables_and_pictures(name, language, ending):
    markdown = (ROOT / "docs" / f"{name}{ending}").read_text(encoding="utf-8")
    html = page(name, language, markdown)
    assert html.count("<img ") == markdown.count("\n![")
    assert html.count("<table>") == markdown.count("\n|---")
    assert html.count("<h2") == markdown.count("\n## ")
