"""docs/extending.md works: what it says is done in a copy of the repository."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from vm import ROOT

GUIDE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:^`([^`\n]+)`\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PARTS = re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.png")


def blocks(part):
    """[(path, language, text)]; a block without a path goes on with the file before it."""
    found, path = [], None
    for named, language, text in BLOCK.findall(part):
        path = named or path
        found.append((path, language, text))
    return found


def changed(text, change):
    """The text with the lines of the change: " " is there, "+" is new, "-" goes."""
    lines = [(line[:1] or " ", line[1:]) for line in change.splitlines()]
    before = "".join(line + "\n" for mark, line in lines if mark in " -")
    after = "".join(line + "\n" for mark, line in lines if mark in " +")
    assert all(mark in " +-" for mark, _ in lines), change
    assert text.count(before) == 1, f"{text.count(before)} places have these lines:\n{before}"
    return text.replace(before, after)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The repository once more, with the virtual environment of this one."""
    folder = tmp_path_factory.mktemp("extending") / "busguard"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def does(folder: Path, path, language, text):
    """One block of the guide; AssertionError with what a command said if it fails."""
    if language == "diff":
        file = folder / path
        file.write_text(changed(file.read_text(encoding="utf-8"), text), encoding="utf-8")
    elif language == "sh":
        for line in text.splitlines():
            runs(folder, line)
    else:
        assert not (folder / path).exists(), path
        (folder / path).write_text(text, encoding="utf-8")


def runs(folder, line):
    # What make would set up first is there already.
    line = re.sub(r"^make ", "make -o .venv/dev ", line)
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    done = subprocess.run(
        line, check=False, shell=True, cwd=folder, env=env, text=True, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}"


@pytest.mark.parametrize("part", PARTS, ids=[part.split("\n")[0] for part in PARTS])
def test_what_the_guide_says_works(copy, part):
    found = blocks(part)
    assert {language for _, language, _ in found} >= {"diff", "sh"}
    for block in found:
        does(copy, *block)


def test_a_change_that_does_not_fit_is_noticed():
    assert changed("a\nb\nc\n", " a\n+x\n-b\n") == "a\nx\nc\n"
    with pytest.raises(AssertionError, match="0 places"):
        changed("a\nb\n", " c\n+x\n")
    with pytest.raises(AssertionError, match="2 places"):
        changed("a\na\n", " a\n+x\n")
