"""A guide and its Thai version have the same parts in the same order, so that none drifts alone.

What is compared is what no translation changes: levels of headings, pictures, blocks of code,
rows and columns of tables, items of lists, links, and every word in backticks.
"""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAIRS = sorted(path.name.replace(".th.", ".") for path in DOCS.glob("*.th.md"))
BLOCK = re.compile(r"^ *```.*?^ *```", re.M | re.S)


def skeleton(text):
    """-> list of what a guide is made of, without its language."""
    found = []
    for block in re.split(f"({BLOCK.pattern})", text, flags=re.M | re.S):
        if re.match(r" *```", block):
            found.append(re.sub(r"^ +", "", block, flags=re.M))
            continue
        for line in block.splitlines():
            kind = re.match(r"(#+ )|(\|)|( *[-*] )|( *\d+\. )|(> )|(!\[)|<!--", line)
            if kind is None:
                if line.strip():
                    found.append(("text", spans(line)))
            elif line.startswith("|"):
                found.append(("row", line.count("|"), spans(line)))
            elif line.startswith("!["):
                found.append(("picture", line.partition("](")[2]))
            elif line.startswith("<!--"):
                found.append(line)
            else:
                found.append((kind.group().strip(), spans(line)))
    return found


def spans(line):
    """Words in backticks and files that are linked, in any order: Thai has another word order."""
    files = re.findall(r"\]\(([^)#]*)", line)
    return sorted(re.findall(r"`[^`]+`", line)), sorted(f.replace(".th.md", ".md") for f in files)


@pytest.mark.parametrize("guide", PAIRS)
def test_the_thai_version_has_the_same_parts(guide):
    english, thai = (
        skeleton((DOCS / name).read_text(encoding="utf-8"))
        for name in (guide, guide.replace(".md", ".th.md"))
    )
    for at, (one, other) in enumerate(zip(english, thai, strict=False)):
        assert one == other, f"{guide}, part {at}, after {english[max(at - 1, 0)]}"
    assert len(english) == len(thai)


@pytest.mark.parametrize("guide", PAIRS)
def test_both_versions_lead_to_each_other(guide):
    thai = guide.replace(".md", ".th.md")
    assert f"[ภาษาไทย]({thai})" in (DOCS / guide).read_text(encoding="utf-8")
    assert f"[English]({guide})" in (DOCS / thai).read_text(encoding="utf-8")
    assert f"[ภาษาไทย]({thai})" in (DOCS / "README.md").read_text(encoding="utf-8")


def test_every_guide_that_a_workshop_needs_is_in_thai():
    assert {
        "boot.md",
        "commissioning.md",
        "deploy.md",
        "install.md",
        "radio.md",
        "wiring.md",
    } <= set(PAIRS)
