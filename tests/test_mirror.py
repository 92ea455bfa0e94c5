"""The tests mirror the folders of the code: the test of a file is where the file is."""

import pytest
from vm import ROOT

TESTS = ROOT / "tests"
HELP = {"support", "fixtures"}
WHOLE = {"attacks"}  # tests of everything together


def folders_of_tests():
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    return sorted(folder for folder in folders if not (HELP | WHOLE) & set(folder.parts))


def code_of(folder):
    """tests/portable/ holds what runs on both Pythons: of firmware/, and drivers/ by name."""
    if folder.parts[:1] == ("portable",):
        rest = folder.relative_to("portable")
        return ROOT / rest if rest.parts[:1] == ("drivers",) else ROOT / "firmware" / rest
    return ROOT / folder


@pytest.mark.parametrize("folder", folders_of_tests(), ids=str)
def test_a_folder_of_tests_has_its_folder_of_code(folder):
    assert code_of(folder).is_dir(), f"tests/{folder}: no folder {code_of(folder)} holds its code"


RULES_WITHOUT_A_TEST = {"__init__", "catalogue", "heating", "profile"}  # the rules' tests use them


def test_every_rule_has_its_file_of_tests():
    rules = {path.stem for path in (ROOT / "firmware" / "rules").glob("*.py")}
    tested = {path.stem[5:] for path in (TESTS / "portable" / "rules").glob("test_*.py")}
    missing = rules - tested - RULES_WITHOUT_A_TEST
    assert not missing, f"{missing}: give each a file tests/portable/rules/test_<rule>.py"
