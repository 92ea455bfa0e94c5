"""docs/wiring.md, boot.py and drivers/board.py name the same pins."""

import ast
import re

import pytest
from vm import ROOT

STRAPPING = {0, 2, 5, 12, 15}  # ESP32 datasheet, section 2.4
FLASH = {6, 7, 8, 9, 10, 11}
CONSOLE = {1, 3}
INPUT_ONLY = {34, 35, 36, 39}
DRIVEN = {"supply", "lamp_sense", "buzzer_sense", "horn_sense"}  # they need no pull-up


def constant(path, name):
    """The literal that the module assigns to this name; not imported: it needs a board."""
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path} has no {name}")


PINS = constant("drivers/board.py", "PINS")


def test_boot_switches_off_the_horn_that_the_board_has():
    assert {pins["horn"] for pins in PINS.values()} == {constant("boot.py", "HORN_PIN")}


def test_the_wiring_guide_names_every_pin_of_the_devkit():
    rows = re.findall(r"^\| ([^|]+) \| ([\d /]+) \|", (ROOT / "docs/wiring.md").read_text(), re.M)
    told = [int(pin) for _, cell in rows for pin in cell.split("/")]
    assert sorted(told) == sorted(PINS["devkit"].values())
    by_name = {name.lower(): cell for name, cell in rows}
    for name in ("ignition", "front door", "emergency door", "check button", "horn", "supply"):
        assert int(by_name[name]) == PINS["devkit"][name.replace(" ", "_")]


@pytest.mark.parametrize("board", PINS)
def test_pins_are_free_and_can_do_what_they_have_to(board):
    pins = PINS[board]
    assert len(set(pins.values())) == len(pins)
    assert not set(pins.values()) & (STRAPPING | FLASH | CONSOLE)
    assert {name for name, pin in pins.items() if pin in INPUT_ONLY} <= DRIVEN
