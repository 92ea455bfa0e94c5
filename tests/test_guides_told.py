"""What the guides for a workshop quote is what the program says: examples, outputs, commands."""

import json
import re
from pathlib import Path

import pytest

from drivers.board.tables import NAMES, table
from firmware.config.load import parse
from sim.virtual.arguments import WIFI
from sim.virtual.command import fitted, greeting

ROOT = Path(__file__).resolve().parent.parent
INSTALL = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
COMMISSIONING = (ROOT / "docs" / "commissioning.md").read_text(encoding="utf-8")
BLOCKS = [block.strip() for block in re.findall(r"```json\n(.*?)```", INSTALL, re.S)]
COMPLETE = [block for block in BLOCKS if block.startswith("{")]


@pytest.mark.parametrize("block", COMPLETE)
def test_a_complete_example_is_a_right_file_whose_wiring_its_board_has(block):
    config, errors = parse(block)
    assert errors == []
    assert config["seats"]["inputs"] in table(config["board"])["ways"]
    for radio in config["radios"]:
        assert radio in table(config["board"])["radios"]


def test_the_complete_examples_are_of_a_van_and_of_a_bus():
    assert [json.loads(block)["seats"]["count"] for block in COMPLETE] == [12, 40]


@pytest.mark.parametrize("guide", ["install.md", "install.th.md"])
def test_the_list_of_boards_is_that_of_the_tables(guide):
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    told = {row[0].strip("`"): row for row in rows if len(row) == 6 and row[0] != "`board`"}
    assert len(told) >= 5 and set(told) <= set(NAMES)
    for name, row in told.items():
        own = table(name)
        assert re.findall(r"`(\w+)`", row[3]) == list(own["ways"])
        assert ("LTE" in row[2]) == ("cellular" in own["radios"])
        assert ("SPIRAM" in row[5]) == own["psram"]
        assert ("_S3" in row[5]) == (own["chip"] == "esp32s3")


def test_the_newcomer_sees_what_a_virtual_board_prints():
    for line in greeting(Path("board.img"), "/dev/pts/2", fitted(None)):
        assert line in COMMISSIONING


def test_the_edited_example_is_a_right_file_with_the_wifi_of_the_virtual_board():
    """Page 0, step 3, done to the copy: each line takes the place of the one that it names."""
    text = (ROOT / "bus.example.json").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```json\n(.*?)```", COMMISSIONING, re.S)
    for line in lines.strip().splitlines():
        name = line.strip().split(":")[0]
        text, count = re.subn(rf"^  {name}: .*$", "  " + line.strip(), text, flags=re.M)
        assert count == 1
    config, errors = parse(text)
    assert errors == [] and "change me" not in text
    assert {key: config["wifi"][key] for key in WIFI} == WIFI
    assert config["bus"] == "bus-07"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("tools/enrol.py", "has an identity. Next: make deploy BUS="),
        ("tools/firmware.py", "MicroPython is on the board."),
        ("tools/deploy.py", "were there; all proven by SHA-256."),
        ("firmware/selftest.py", "bus.json is right"),
        ("firmware/selftest.py", "not read back: watch and listen at engine start"),
        ("firmware/selftest.py", "not read back: hear it when an alarm is tried"),
        ("firmware/selftest.py", "reads back as switched"),
        ("firmware/selftest.py", "not pressed: press it and look for the change in `state`"),
    ],
)
def test_an_answer_that_is_quoted_is_still_given(source, told):
    assert told in COMMISSIONING
    assert told in re.sub(r'"\s*\n\s*f?"', "", (ROOT / source).read_text(encoding="utf-8"))
